/** How long a server asks to wait: `Retry-After` is a number of seconds or a date; 0 where it is neither. */
export const retryAfterMillis = (header: string | undefined, now: number): number => {
  if (header === undefined) return 0
  const seconds = Number(header)
  const millis = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now
  return Number.isFinite(millis) ? Math.max(0, millis) : 0
}
