/** What needs no key and is not counted, as clients of the compatible surface know it, and what watches over the service. */
const paths = new Set([
  "/",
  "/docs",
  "/redoc",
  "/openapi.json",
  "/health",
  "/meta",
  "/auth/register-key",
  "/auth/bootstrap-status",
  "/livez",
  "/readyz"
])

/** The path of a URL without its query; a slash at the end makes no difference. */
export const pathOf = (url: string): string => {
  const [path = "/"] = url.split("?")
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path
}

export const isExempt = (url: string): boolean => paths.has(pathOf(url))
