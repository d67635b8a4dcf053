import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { Effect, Redacted } from "effect"
import { ApiKey, KeyNotFound, Keys } from "../../../store/Keys.ts"
import { Caller } from "../../Caller.ts"
import { answering } from "../Answer.ts"
import { asProblems } from "../Failures.ts"
import { idempotent } from "../Idempotent.ts"
import { V1Api } from "../V1Api.ts"
import { CreatedKey } from "./Api.ts"

const answer = answering(ApiKey)
const created = answering(CreatedKey)

export const KeysHttp = HttpApiBuilder.group(V1Api, "keys", (handlers) =>
  Effect.gen(function* () {
    const keys = yield* Keys
    return handlers
      .handle("list", () => asProblems(Effect.map(keys.list, (items) => ({ items, next: null }))))
      .handle("create", ({ headers, payload }) => {
        const location = ({ id }: ApiKey) => ({ location: `/v1/keys/${id}` })
        return idempotent(
          headers,
          Effect.gen(function* () {
            const { key, raw } = yield* keys.create(payload, (yield* Caller).by)
            return {
              ...created({ ...key, raw_key: Redacted.value(raw) }, 201, location(key)),
              // What is shown once is not kept.
              kept: created({ ...key, raw_key: null }, 201, location(key)).body
            }
          })
        )
      })
      .handle("read", ({ path: { id } }) =>
        keys.list.pipe(
          Effect.flatMap((all) => {
            const key = all.find((one) => one.id === id)
            return key === undefined ? Effect.fail(new KeyNotFound({ id })) : Effect.succeed(key)
          }),
          asProblems
        )
      )
      .handle("remove", ({ path: { id } }) =>
        Caller.pipe(
          Effect.flatMap(({ by }) => keys.remove(id, by)),
          asProblems
        )
      )
      .handle("activate", ({ headers, path: { id } }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            return answer(yield* keys.activate(id, (yield* Caller).by), 200)
          })
        )
      )
      .handle("deactivate", ({ headers, path: { id } }) =>
        idempotent(
          headers,
          Effect.gen(function* () {
            return answer(yield* keys.deactivate(id, (yield* Caller).by), 200)
          })
        )
      )
  })
)
