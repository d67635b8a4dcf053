import * as Server from "./http/Server.ts"

/** What a service is started with. */
export interface ServiceOptions extends Server.Address {
  /** Folder of database, journal and key. */
  readonly data: string
}

/** The whole service, listening. Everything process-wide is in these layers: several run in one process. */
export const layer = ({ host, port }: ServiceOptions) => Server.layer({ host, port })
