import { Context, Effect, Layer } from "effect"

/** How a command speaks: text for people, or JSON for programs. */
export class Output extends Context.Tag("proxledger/Output")<
  Output,
  {
    readonly json: boolean
    /** Whether text goes to a terminal that shows colours. */
    readonly colors: boolean
    /** Whether a line may be drawn again. */
    readonly live: boolean
    /** The result: `text` is only made when it is shown. */
    readonly result: (value: unknown, text: () => string) => Effect.Effect<void>
    /** What is said on the way; nothing with JSON. */
    readonly note: (text: string) => Effect.Effect<void>
    /** Draws the last line again; nothing where lines are not drawn again. */
    readonly redraw: (text: string) => Effect.Effect<void>
  }
>() {}

export const layer = (
  json: boolean,
  env: { readonly isTTY: boolean; readonly noColor: boolean }
): Layer.Layer<Output> => {
  const write = (text: string) =>
    Effect.sync(() => {
      process.stdout.write(text)
    })
  const live = env.isTTY && !json
  return Layer.succeed(Output, {
    json,
    colors: live && !env.noColor,
    live,
    result: (value, text) => write(`${json ? JSON.stringify(value, null, 2) : text()}\n`),
    note: (text) => (json ? Effect.void : write(`${live ? "\r\u001b[K" : ""}${text}\n`)),
    redraw: (text) => (live ? write(`\r\u001b[K${text}`) : Effect.void)
  })
}

export const paint = (colors: boolean) => {
  const code = (number: number) => (text: string) => (colors ? `\u001b[${number}m${text}\u001b[0m` : text)
  return { bold: code(1), dim: code(2), red: code(31), green: code(32), yellow: code(33), cyan: code(36) }
}
