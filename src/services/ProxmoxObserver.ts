import { Array as Arr, Clock, Effect, Either } from "effect"
import type { Gap } from "../domain/Event.ts"
import { canonical, isJsonObject, type Json } from "../domain/Json.ts"
import * as Ladder from "../domain/proxmox/Ladder.ts"
import type { GuestFacts, NodeFacts, Observation } from "../domain/proxmox/Observation.ts"
import * as Permissions from "../domain/proxmox/Permissions.ts"
import * as Rows from "../domain/proxmox/Rows.ts"
import * as Sdn from "../domain/proxmox/Sdn.ts"
import { parseTagStyle } from "../domain/proxmox/Tags.ts"
import { digestOf } from "../journal/Digest.ts"
import type { EndpointError } from "./EndpointError.ts"
import type { Call, ProxmoxClient } from "./ProxmoxClient.ts"
import * as ProxmoxGuestReader from "./ProxmoxGuestReader.ts"
import { stepwise } from "./Stepwise.ts"

export interface ProxmoxObserver {
  /** Fails where no endpoint answers `/version` or lets us in; everything else is a gap. */
  readonly read: (before?: Ladder.Before) => Effect.Effect<SourceReading, EndpointError>
}

/** One read of a source, and what the next one may leave out because of it. */
export interface SourceReading {
  readonly observation: Observation
  readonly cursor: Ladder.Cursor | null
  /** Why everything was read; "" where only what may have changed was. */
  readonly why: string
  /** Guests that were read again although they were kept. */
  readonly again: number
  /** What was not asked again. */
  readonly kept: Ladder.Kept
}

const inOrder = (gaps: ReadonlyArray<Gap>): ReadonlyArray<Gap> => {
  const keyed = new Map(gaps.map((gap) => [canonical([gap.scope, gap.what, gap.why]), gap]))
  return [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gap]) => gap)
}

/** What `parse` makes of an answer; undefined, and a gap, where there is none or it makes nothing of it. */
type Ask = <A>(
  call: Call,
  scope: string,
  what: string,
  parse: (data: Json) => A | undefined
) => Effect.Effect<A | undefined>

const asking =
  (client: ProxmoxClient, note: Rows.Note): Ask =>
  (call, scope, what, parse) =>
    Effect.match(client.send(call), {
      onFailure: (error) => {
        note({ scope, what, why: error.message })
        return undefined
      },
      onSuccess: (data) => {
        const value = parse(data)
        if (value === undefined) note({ scope, what, why: `the answer of ${call.path} is not as documented` })
        return value
      }
    })

/** What stands above the guests. Undefined members were not seen. */
const readCluster = Effect.fnUntraced(function* (client: ProxmoxClient, ask: Ask, note: Rows.Note) {
  const about = yield* client.send({ path: "/version" })
  const version = isJsonObject(about) && typeof about.version === "string" ? about.version : "unknown"
  if (version === "unknown") note({ scope: "source", what: "version", why: "/version tells none" })

  const askStatus = ask({ path: "/cluster/status", lane: "protected" }, "source", "cluster", (data) =>
    Rows.clusterStatus(data, note)
  )
  // The node behind an endpoint may be cut off from a cluster that lives on behind another one.
  const status = yield* Effect.repeat(askStatus, {
    while: (seen) => (seen?.quorate === false ? client.passOver : Effect.succeed(false))
  })
  if (status?.quorate === false) note({ scope: "source", what: "cluster", why: "the cluster has no quorum" })

  // Before everything that a task may change: one that begins later is found by the next reading.
  const tasks = yield* client.send({ path: "/cluster/tasks" }).pipe(
    Effect.map(Ladder.tasksOf),
    Effect.orElseSucceed(() => undefined)
  )
  const vitals = new Map<number, Ladder.Vital>()
  const list = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    ask({ path: "/cluster/resources", query: [["type", "vm"]] }, "source", "guests", (data) =>
      Array.isArray(data) ? data : undefined
    ).pipe(
      Effect.tap((data: Json = null) =>
        Effect.map(stepwise(Ladder.vitalsOf(data, now / 1000)), (found) => {
          for (const [vmid, vital] of found) vitals.set(vmid, vital)
        })
      ),
      Effect.flatMap((data: Json = null) => stepwise(Rows.guestList(data, note)))
    )
  )
  const listed = yield* list
  // After the list: had a privilege been lost before it, guests would be hidden without a word.
  const [permissions, states, tagStyle] = yield* Effect.all(
    [
      ask({ path: "/access/permissions" }, "source", "permissions", Permissions.parse),
      ask({ path: "/nodes" }, "source", "nodes", Rows.nodeStates),
      ask({ path: "/cluster/options" }, "source", "options", (data) =>
        isJsonObject(data) ? parseTagStyle(data["tag-style"] ?? null) : undefined
      )
    ],
    { concurrency: 3 }
  )
  const nodes = mergeNodes(status?.nodes ?? [], states ?? new Map(), listed?.guests ?? [])
  return { version, status, list, listed, permissions, tagStyle, nodes, tasks, vitals }
})

/** Whether no node has a guest: pmxcfs that has just started knows none, and answers a list without rows. */
const nodesAreEmpty = (ask: Ask, nodes: ReadonlyArray<NodeFacts>): Effect.Effect<boolean> =>
  Effect.every(
    nodes.filter(({ online }) => online !== false).flatMap(({ name }) => [`/nodes/${name}/qemu`, `/nodes/${name}/lxc`]),
    (path) =>
      Effect.map(ask({ path, lane: "protected" }, "source", "guests", Rows.rowsOf), (rows) => rows?.length === 0)
  )

const withNetwork = (ask: Ask, node: NodeFacts, note: Rows.Note): Effect.Effect<NodeFacts> =>
  ask({ path: `/nodes/${node.name}/network` }, `node/${node.name}`, "network", (data) =>
    Rows.networkRows(data, node.name, note)
  ).pipe(Effect.map((network) => (network === undefined ? node : { ...node, network })))

/** Undefined where they could not be seen: Proxmox leaves out those that the account may not audit. */
const readVnets = Effect.fnUntraced(function* (ask: Ask, permissions: Permissions.Permissions | undefined) {
  if (permissions === undefined || !Permissions.covers(permissions, "/sdn", "SDN.Audit")) return undefined
  const zones = yield* ask({ path: "/cluster/sdn/zones" }, "source", "sdn", Sdn.zoneTypes)
  if (zones === undefined) return undefined
  return yield* ask({ path: "/cluster/sdn/vnets" }, "source", "sdn", (data) => Sdn.vnets(data, zones))
})

export const make = (client: ProxmoxClient, options: ProxmoxGuestReader.GuestReaderOptions): ProxmoxObserver => {
  const reader = ProxmoxGuestReader.make(client, options)

  const read = Effect.fn("ProxmoxObserver.read")(function* (before?: Ladder.Before) {
    yield* Effect.annotateCurrentSpan("source", client.source)
    const gaps: Array<Gap> = []
    const note: Rows.Note = (gap) => void gaps.push(gap)
    const ask = asking(client, note)
    const cluster = yield* readCluster(client, ask, note)
    const { list, listed, nodes, permissions, status, tagStyle, version } = cluster
    const quorate = status?.quorate ?? false
    const guests = listed?.guests ?? []

    const missing = permissions === undefined ? [] : Permissions.missing(permissions, version)
    for (const { costs, path, privilege, what } of missing) {
      if (what !== "storages") note({ scope: "source", what, why: `${privilege} on ${path} is missing: ${costs}` })
    }
    const offline = new Set(nodes.filter(({ online }) => online === false).map(({ name }) => name))
    for (const name of offline) note({ scope: `node/${name}`, what: "guests", why: "the node is offline" })
    const isListed = listed?.whole === true && (guests.length > 0 || (yield* nodesAreEmpty(ask, nodes)))
    if (listed?.whole === true && !isListed) {
      note({ scope: "source", what: "guests", why: "the list of guests is empty, but the nodes do not confirm that" })
    }

    const [asleep, awake] = Arr.partition(guests, ({ node }) => !offline.has(node))
    const seesTasks = permissions !== undefined && Permissions.holds(permissions, "/", "Sys.Audit")
    const now: Ladder.Now = {
      version,
      permissions: digestOf(canonical(permissions ?? null)),
      osInfo: options.osInfo,
      tasks: seesTasks ? cluster.tasks : undefined,
      guests: awake,
      nodes,
      vitals: cluster.vitals
    }
    const choice = before === undefined ? { why: "" } : yield* stepwise(Ladder.choose(before, now))
    const kept: Ladder.Kept = "why" in choice ? { guests: new Map(), nodes: new Map() } : choice
    const [asked, still] = Arr.partitionMap(awake, (guest) => {
      const known = kept.guests.get(guest.vmid)
      return known === undefined ? Either.left(guest) : Either.right(known)
    })
    const reading: ProxmoxGuestReader.GuestReading = { version, permissions, note, list }
    const [seenNodes, seenGuests] = yield* Effect.all(
      [
        Effect.forEach(
          nodes,
          (node) => {
            const known = kept.nodes.get(node.name)
            if (known !== undefined) return Effect.succeed(known)
            if (!offline.has(node.name)) return withNetwork(ask, node, note)
            return Effect.succeed(quorate ? node : withoutState(node))
          },
          { concurrency: "unbounded" }
        ),
        reader.configs(asked, reading).pipe(Effect.flatMap((found) => reader.addresses(found, still, reading)))
      ],
      { concurrency: 2 }
    )
    const vnets = Sdn.namesVnets([...seenGuests, ...still], seenNodes) ? yield* readVnets(ask, permissions) : undefined
    const unseen = asleep.map((guest): GuestFacts => ({ ...guest, status: "unknown" }))

    const observation: Observation = {
      source: client.source,
      version,
      cluster: { ...(status === undefined ? {} : { name: status.name }), quorate },
      complete:
        isListed &&
        quorate &&
        nodes.every(({ online }) => online === true) &&
        permissions !== undefined &&
        !missing.some(({ what }) => what === "guests" || what === "cluster"),
      ...(tagStyle === undefined ? {} : { tagStyle }),
      ...(vnets === undefined ? {} : { vnets }),
      nodes: seenNodes,
      guests: [...seenGuests, ...still, ...unseen].sort((a, b) => a.vmid - b.vmid),
      gaps: inOrder(gaps)
    }
    const cursor = Ladder.cursorOf(now, before?.cursor)
    const isDelta = before !== undefined && !("why" in choice)
    return {
      observation,
      cursor,
      why: "why" in choice ? choice.why : "",
      again: isDelta ? asked.length : 0,
      kept
    } satisfies SourceReading
  })

  return { read }
}

/** A side without quorum cannot tell whether the nodes it does not see are down. */
const withoutState = ({ online: _, ...node }: NodeFacts): NodeFacts => node

/** Every node that anything names, by name; `/cluster/status` knows best whether one is online. */
const mergeNodes = (
  status: ReadonlyArray<NodeFacts>,
  states: ReadonlyMap<string, boolean | undefined>,
  guests: ReadonlyArray<GuestFacts>
): ReadonlyArray<NodeFacts> => {
  const nodes = new Map(status.map((node) => [node.name, node]))
  for (const name of [...states.keys(), ...guests.map(({ node }) => node)]) {
    const known = nodes.get(name) ?? { name }
    const online = known.online ?? states.get(name)
    nodes.set(name, online === undefined ? known : { ...known, online })
  }
  return [...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
