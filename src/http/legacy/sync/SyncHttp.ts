import { Layer } from "effect"
import { Selection } from "./ask/Selection.ts"
import { DcimHttp } from "./dcim/Http.ts"
import { Found } from "./follow/Found.ts"
import { Line } from "./follow/Line.ts"
import { Resumed } from "./follow/Resumed.ts"
import { Scripts } from "./follow/Scripts.ts"
import { FullHttp, ProgressHttp } from "./full/Http.ts"
import { IndividualHttp } from "./individual/Http.ts"
import { Individual } from "./individual/Individual.ts"
import { MachinesHttp } from "./machines/Http.ts"
import { ReadsHttp } from "./reads/Http.ts"
import { RecordsHttp } from "./records/Http.ts"
import { Tellings } from "./follow/Tellings.ts"
import { Sync } from "./Sync.ts"

/** What the routes and the WebSockets share. */
export const SyncLive = Sync.Default.pipe(
  Layer.provide(Tellings.Default),
  Layer.provide(Layer.mergeAll(Line.Default, Selection.Default, Resumed.Default, Found.Default, Scripts.Default))
)

/** All routes that synchronize. */
export const SyncHttp = Layer.mergeAll(
  FullHttp,
  ProgressHttp,
  DcimHttp,
  MachinesHttp,
  RecordsHttp,
  ReadsHttp.pipe(Layer.provide(Selection.Default)),
  IndividualHttp.pipe(Layer.provide(Individual.Default.pipe(Layer.provide(Selection.Default))))
)
