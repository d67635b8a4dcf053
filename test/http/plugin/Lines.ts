import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/Json.ts"

/** What the plugin takes from a stream. */
export interface Taken {
  readonly event: string
  readonly data: JsonObject
}

/** Python's `requests` reads so many bytes at a time. */
const most = 512

const linesIn = (text: string): ReadonlyArray<string> => {
  const lines = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines
}

const dataOf = (text: string): JsonObject => {
  try {
    const parsed = JSON.parse(text) as Json
    return isJsonObject(parsed) ? parsed : { raw: text }
  } catch {
    return { raw: text }
  }
}

/**
 * Reads a stream as the plugin does, over `requests.iter_lines`: a line that does not end with its piece waits for the next one,
 * and a frame is taken at the blank line behind it, or at the name of the next.
 */
export class Reader {
  readonly #decoder = new TextDecoder()
  readonly taken: Array<Taken> = []
  readonly comments: Array<string> = []
  #pending = ""
  #event = ""
  #data: Array<string> = []

  /** One piece as it comes from the wire. */
  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += most) {
      const text = this.#pending + this.#decoder.decode(chunk.subarray(at, at + most), { stream: true })
      const lines = [...linesIn(text)]
      const last = lines.at(-1) ?? ""
      this.#pending = last !== "" && text.endsWith(last) ? (lines.pop() ?? "") : ""
      for (const line of lines) this.#line(line)
    }
  }

  /** The stream has ended. */
  end(): void {
    if (this.#pending !== "") this.#line(this.#pending)
    this.#flush()
  }

  #line(line: string): void {
    const value = (name: string) => line.slice(name.length + 1).replace(/^ /, "")
    if (line === "") this.#flush()
    else if (line.startsWith(":")) this.comments.push(line)
    else if (line.startsWith("event:")) {
      this.#flush()
      this.#event = value("event")
    } else if (line.startsWith("data:")) this.#data.push(value("data"))
  }

  #flush(): void {
    if (this.#data.length > 0) {
      this.taken.push({ event: this.#event === "" ? "message" : this.#event, data: dataOf(this.#data.join("\n")) })
    }
    this.#event = ""
    this.#data = []
  }
}
