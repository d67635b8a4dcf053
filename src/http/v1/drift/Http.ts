import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import { asProblems } from "../Failures.ts"
import { V1Api } from "../V1Api.ts"
import { driftOf } from "./Reading.ts"

export const DriftHttp = HttpApiBuilder.group(V1Api, "drift", (handlers) =>
  handlers.handle("read", ({ urlParams }) => asProblems(driftOf(urlParams)))
)
