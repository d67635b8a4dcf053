import { Either, Schema } from "effect"
import { OperationPlanned } from "../domain/Event.ts"
import { digestOf as sha256 } from "../journal/Digest.ts"
import { canonical, type Json } from "../domain/Json.ts"
import { PlanUnusable } from "../services/RunErrors.ts"
import type { RunReport } from "./RunReport.ts"

/** A sealed plan to be read, sent to somebody, and applied. The journal it was made with holds the plan itself. */
const PlanFile = Schema.Struct({
  format: Schema.Literal("proxledger-plan/1"),
  run: Schema.String,
  /** The seal in the journal. */
  digest: Schema.String,
  /** Over everything else in the file, so that an alteration shows. */
  fileDigest: Schema.String,
  operations: Schema.Array(OperationPlanned)
})

const digestOf = (run: string, seal: string, operations: unknown): string =>
  sha256(canonical({ run, seal, operations: JSON.parse(JSON.stringify(operations)) as Json }))

export const planFile = ({ operations, run }: RunReport, seal: string): string =>
  JSON.stringify(
    { format: "proxledger-plan/1", run, digest: seal, fileDigest: digestOf(run, seal, operations), operations },
    null,
    2
  )

const decode = Schema.decodeUnknownEither(Schema.parseJson(PlanFile))

/** The run and seal of a plan file; it is refused when anything in it was altered. */
export const readPlanFile = (
  path: string,
  text: string
): Either.Either<{ readonly run: string; readonly digest: string }, PlanUnusable> => {
  const read = decode(text)
  if (Either.isLeft(read)) {
    return Either.left(new PlanUnusable({ plan: path, detail: "is not a plan file. Make one with plan --out" }))
  }
  const { digest: seal, fileDigest, operations, run } = read.right
  return digestOf(run, seal, operations) === fileDigest
    ? Either.right({ run, digest: seal })
    : Either.left(new PlanUnusable({ plan: path, detail: "was altered after it was sealed. Plan again" }))
}
