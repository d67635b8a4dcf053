import { Array as Arr, Clock, Duration, Effect } from "effect"
import { isJsonObject, type Json, type JsonObject } from "../domain/Json.ts"
import * as GuestInterfaces from "../domain/proxmox/GuestInterfaces.ts"
import type { GuestFacts } from "../domain/proxmox/Observation.ts"
import { hasAgent } from "../domain/proxmox/ParseGuest.ts"
import * as Permissions from "../domain/proxmox/Permissions.ts"
import type { GuestList, Note } from "../domain/proxmox/Rows.ts"
import { withoutSecrets } from "../domain/proxmox/Secrets.ts"
import { each } from "../domain/Steps.ts"
import type { EndpointError } from "./EndpointError.ts"
import { meaningOf } from "./ProxmoxAnswer.ts"
import type { ProxmoxClient, Send } from "./ProxmoxClient.ts"
import { stepwise } from "./Stepwise.ts"

export interface GuestReaderOptions {
  /** For everything one guest is asked through its agent, or one container. */
  readonly agentDeadline: Duration.DurationInput
  /** How long a guest whose agent stayed silent is not asked again. */
  readonly agentPause: Duration.DurationInput
  /** Whether agents are asked for the operating system. */
  readonly osInfo: boolean
}

/** What the guests of one observation are read with. */
export interface GuestReading {
  readonly version: string
  /** Undefined where they were not seen. */
  readonly permissions: Permissions.Permissions | undefined
  readonly note: Note
  /** Reads the list of guests once more; undefined where that fails. */
  readonly list: Effect.Effect<GuestList | undefined>
}

const inFlight = { plain: 3, protected: 2 }

/** No part of a desired state: they change with backups, snapshots and starts. */
const volatile = new Set([
  "digest",
  "lock",
  "parent",
  "pending",
  "runningcpu",
  "runningmachine",
  "snapshots",
  "snapstate",
  "snaptime",
  "vmstate"
])

const clean = (config: JsonObject): JsonObject => withoutSecrets(config, volatile)

const scopeOf = (guest: GuestFacts) => `guest/${guest.vmid}`

const pathOf = (guest: GuestFacts) => `/nodes/${guest.node}/${guest.type}/${guest.vmid}`

/** All nodes at once, and of each as many guests as its permits let through; in no order. */
const onEachNode = <A>(
  guests: ReadonlyArray<GuestFacts>,
  concurrency: number,
  read: (guest: GuestFacts) => Effect.Effect<A>
): Effect.Effect<ReadonlyArray<A>> =>
  Effect.suspend(() => {
    const found: Array<A> = []
    /** Takes one guest after the other: a fiber for each of them would cost as much as half a request. */
    const taking = Effect.fnUntraced(function* (left: Array<GuestFacts>) {
      for (let guest = left.pop(); guest !== undefined; guest = left.pop()) found.push(yield* read(guest))
    })
    const lanes = Object.values(Arr.groupBy(guests, ({ node }) => node)).flatMap((ofNode) => {
      const left = ofNode.toReversed()
      return Array.from({ length: Math.min(concurrency, left.length) }, () => taking(left))
    })
    return Effect.as(Effect.all(lanes, { concurrency: "unbounded", discard: true }), found)
  })

const textOf = (value: Json, key: string): string | undefined => {
  const text = isJsonObject(value) ? value[key] : undefined
  return typeof text === "string" && text.trim() !== "" ? text.trim() : undefined
}

/** A command that the guest forbids is answered with 200 and the error in place of the result. */
const refusalOf = (result: Json): string => {
  const error = isJsonObject(result) && isJsonObject(result.error) ? result.error : undefined
  return error === undefined ? "the answer is not as documented" : (textOf(error, "desc") ?? "the agent refuses")
}

const isSilence = (error: EndpointError) => error._tag === "Cut" || meaningOf(error) === "agent"

export const make = (client: ProxmoxClient, options: GuestReaderOptions) => {
  /** By vmid, milliseconds since 1970. */
  const silentUntil = new Map<number, number>()

  const configOf = (guest: GuestFacts, note: Note): Effect.Effect<GuestFacts | "moved"> => {
    const unseen = (why: string) => {
      note({ scope: scopeOf(guest), what: "config", why })
      return guest
    }
    return Effect.match(client.send({ path: `${pathOf(guest)}/config` }), {
      onFailure: (error) => (meaningOf(error) === "moved" ? "moved" : unseen(error.message)),
      // Proxmox adds the digest of the file to every configuration.
      onSuccess: (data) =>
        isJsonObject(data) && typeof data.digest === "string"
          ? { ...guest, config: clean(data) }
          : unseen("the answer is no configuration")
    })
  }

  /**
   * Adds the configurations. A guest that moved to another node since the list was read, or is deleted, has none where it was:
   * the list is read again, and what is in it no more is left out.
   */
  const configs = Effect.fnUntraced(function* (guests: ReadonlyArray<GuestFacts>, { list, note }: GuestReading) {
    const read = (guest: GuestFacts) => configOf(guest, note).pipe(Effect.map((facts) => ({ guest, facts })))
    const first = yield* onEachNode(guests, inFlight.plain, read)
    const moved = first.flatMap(({ facts, guest }) => (facts === "moved" ? [guest] : []))
    const found = first.flatMap(({ facts }) => (facts === "moved" ? [] : [facts]))
    if (moved.length === 0) return found
    const again = yield* list
    const places = new Map((again?.guests ?? []).map((guest) => [guest.vmid, guest]))
    const isGone = (guest: GuestFacts) => again?.whole === true && !places.has(guest.vmid)
    const remaining = moved.filter((guest) => !isGone(guest)).map((guest) => places.get(guest.vmid) ?? guest)
    const second = yield* onEachNode(remaining, inFlight.plain, read)
    return [
      ...found,
      ...second.map(({ facts, guest }) => {
        if (facts !== "moved") return facts
        note({
          scope: scopeOf(guest),
          what: "config",
          why: `node ${guest.node} has no configuration of it: is it moving?`
        })
        return guest
      })
    ]
  })

  /** Addresses that cannot be read are told by a gap beside those that can. */
  const interfacesOf = (guest: GuestFacts, answer: Json, note: Note): Pick<GuestFacts, "interfaces"> => {
    const told = GuestInterfaces.parse(answer)
    if (told === undefined || told.partial) {
      const why = told === undefined ? refusalOf(answer) : "some of what the guest tells cannot be read"
      note({ scope: scopeOf(guest), what: "addresses", why })
    }
    return told === undefined ? {} : { interfaces: told.interfaces }
  }

  /** Null is the answer of a container that was stopped since the list was read. */
  const containerFacts = (guest: GuestFacts, note: Note): Effect.Effect<GuestFacts, EndpointError> =>
    client
      .send({ path: `${pathOf(guest)}/interfaces`, lane: "protected", deadline: options.agentDeadline })
      .pipe(Effect.map((data) => (data === null ? guest : { ...guest, ...interfacesOf(guest, data, note) })))

  const agentFacts = (guest: GuestFacts, note: Note) => (send: Send) =>
    Effect.gen(function* () {
      const until = (yield* Clock.currentTimeMillis) + Duration.toMillis(options.agentDeadline)
      const ask = Effect.fnUntraced(function* (command: string) {
        const deadline = until - (yield* Clock.currentTimeMillis)
        const data = yield* send({ path: `${pathOf(guest)}/agent/${command}`, lane: "protected", deadline })
        return isJsonObject(data) ? (data.result ?? null) : null
      })
      /** What the addresses do not depend on: its failure costs itself alone. */
      const extra = <A>(command: string, what: string, parse: (result: Json) => A | undefined) =>
        Effect.match(ask(command), {
          onFailure: (error) => {
            note({ scope: scopeOf(guest), what, why: isSilence(error) ? silence : error.message })
            return undefined
          },
          onSuccess: (result) => {
            const value = parse(result)
            if (value === undefined) note({ scope: scopeOf(guest), what, why: refusalOf(result) })
            return value
          }
        })
      const interfaces = interfacesOf(guest, yield* ask("network-get-interfaces"), note)
      const hostname = yield* extra("get-host-name", "hostname", (host) => textOf(host, "host-name"))
      const os = options.osInfo ? yield* extra("get-osinfo", "os", osOf) : undefined
      const facts: GuestFacts = {
        ...guest,
        ...interfaces,
        ...(hostname === undefined ? {} : { hostname }),
        ...(os === undefined ? {} : { os })
      }
      return facts
    })

  const live = Effect.fnUntraced(function* (guest: GuestFacts, note: Note) {
    const now = yield* Clock.currentTimeMillis
    if (guest.type === "qemu" && now < (silentUntil.get(guest.vmid) ?? 0)) {
      note({ scope: scopeOf(guest), what: "addresses", why: silence })
      return guest
    }
    const asked =
      guest.type === "lxc" ? containerFacts(guest, note) : client.converse(guest.node, agentFacts(guest, note))
    return yield* asked.pipe(
      Effect.catchAll(
        Effect.fnUntraced(function* (error) {
          const isSilent = guest.type === "qemu" && isSilence(error)
          note({ scope: scopeOf(guest), what: "addresses", why: isSilent ? silence : error.message })
          const at = yield* Clock.currentTimeMillis
          if (isSilent) silentUntil.set(guest.vmid, at + Duration.toMillis(options.agentPause))
          return guest
        })
      )
    )
  })

  /** Adds what running guests tell of themselves, where that can be asked. `kept` are not asked again. */
  const addresses = (
    guests: ReadonlyArray<GuestFacts>,
    kept: ReadonlyArray<GuestFacts>,
    { note, permissions, version }: GuestReading
  ) => {
    const hasInterfaces = Permissions.isAtLeast(version, 8, 1)
    const isAsked = (guest: GuestFacts) =>
      guest.status === "running" &&
      guest.config !== undefined &&
      (guest.type === "lxc"
        ? hasInterfaces
        : hasAgent(guest) && (permissions === undefined || Permissions.mayAskAgent(permissions, guest.vmid)))
    const isTold = [...guests, ...kept].every((guest) => guest.type === "qemu" || guest.status !== "running")
    if (!hasInterfaces && !isTold) {
      note({
        scope: "source",
        what: "addresses",
        why: `containers tell their addresses from 8.1 on, this is ${version}`
      })
    }
    return Effect.gen(function* () {
      const silent: Array<GuestFacts> = []
      const asked: Array<GuestFacts> = []
      yield* stepwise(each(guests, (guest) => (isAsked(guest) ? asked : silent).push(guest)))
      return [...silent, ...(yield* onEachNode(asked, inFlight.protected, (guest) => live(guest, note)))]
    })
  }

  return { configs, addresses }
}

/** The same whether the guest was asked in vain just now or before, so that an unchanged cluster reads the same. */
const silence = "the guest agent does not answer"

const osOf = (result: Json): GuestFacts["os"] => {
  const name = textOf(result, "name")
  const version = textOf(result, "version-id") ?? textOf(result, "version")
  const isText = (key: string) => !isJsonObject(result) || typeof (result[key] ?? "") === "string"
  return name === undefined || !isText("version-id") || !isText("version")
    ? undefined
    : { name, ...(version === undefined ? {} : { version }) }
}
