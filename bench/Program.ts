import { dirname, extname, join } from "node:path"

/** The file of a program of the benchmark, as source or bundled like the program that runs. */
export const programNamed = (name: string): string => {
  const running = process.argv[1] ?? ""
  return join(dirname(running), `${name}${extname(running)}`)
}
