import { expect, type Vitest } from "@effect/vitest"
import { Effect } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../../../src/domain/Json.ts"
import { World } from "./World.ts"

/** What `layer` hands to the cases. */
export type It = Vitest.MethodsNonLive<World, true>

type Context = World["Type"]

/** A request that NetBox refuses, with the whole of its answer. */
export interface Refusal {
  readonly title: string
  /** POST unless given. */
  readonly method?: string
  readonly path: string | ((world: Context) => string)
  readonly body?: (world: Context) => Json
  readonly headers?: Readonly<Record<string, string>>
  /** 400 unless given. */
  readonly status?: number
  readonly answer: Json | ((world: Context) => Json)
}

/** One case for each. */
export const refuses = (it: It, refusals: ReadonlyArray<Refusal>): void => {
  for (const { title, method = "POST", path, body, headers = {}, status = 400, answer } of refusals) {
    it.effect(title, () =>
      Effect.gen(function* () {
        const world = yield* World
        const asked = typeof path === "string" ? path : path(world)
        const got = yield* world.ask(method, asked, body?.(world), { headers })
        expect(got.body).toEqual(typeof answer === "function" ? answer(world) : answer)
        expect(got.status).toBe(status)
      })
    )
  }
}

/** The rows of a list's answer, of a page or of a bulk write. */
export const rowsOf = (body: Json): ReadonlyArray<JsonObject> => {
  const rows = isJsonObject(body) ? body["results"] : body
  return Array.isArray(rows) ? rows.filter(isJsonObject) : []
}

export const idOf = (row: Json | undefined): number => {
  const id = isJsonObject(row ?? null) ? (row as JsonObject)["id"] : undefined
  return typeof id === "number" ? id : -1
}

export const idsOf = (body: Json): ReadonlyArray<number> => rowsOf(body).map(idOf)

export const fieldOf = (body: Json | undefined, field: string): Json =>
  isJsonObject(body ?? null) ? ((body as JsonObject)[field] ?? null) : null

/** Change-log rows of one request, in order. */
export const changesOf = (headers: Headers) =>
  Effect.gen(function* () {
    const { ask } = yield* World
    const id = headers.get("x-request-id") ?? ""
    const found = yield* ask("GET", `core/object-changes/?request_id=${id}&ordering=id&limit=100`)
    return rowsOf(found.body).map((row) => ({
      action: fieldOf(row["action"], "value"),
      kind: row["changed_object_type"] ?? null,
      id: row["changed_object_id"] ?? null,
      message: row["message"] ?? null,
      before: row["prechange_data"] ?? null,
      after: row["postchange_data"] ?? null
    }))
  })
