import type * as HttpMethod from "@effect/platform/HttpMethod"
import { Context, Option } from "effect"
import type { KeyScope } from "../store/Keys.ts"

/**
 * What the key of a caller has to be good for, as an annotation of an endpoint or of all endpoints of a group. Without it a GET
 * needs `read` and any other method `write`. A GET that writes says so here: it answers no HEAD.
 */
export class RequiredScope extends Context.Reference<RequiredScope>()("proxledger/RequiredScope", {
  defaultValue: (): Option.Option<KeyScope> => Option.none()
}) {}

export const scopeOf = (annotations: Context.Context<never>, method: HttpMethod.HttpMethod): KeyScope =>
  Option.getOrElse(Context.get(annotations, RequiredScope), () => (method === "GET" ? "read" : "write"))
