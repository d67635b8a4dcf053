import { namesOf } from "../CustomNames.ts"
import type { Kind } from "../Kind.ts"
import { parseGuest } from "../proxmox/ParseGuest.ts"
import type { Guest } from "../proxmox/Guest.ts"
import type { GuestFacts, NodeFacts, Observation } from "../proxmox/Observation.ts"
import type { Vnet } from "../proxmox/Sdn.ts"
import * as Tags from "../proxmox/Tags.ts"
import { decide, type Decision, type Rule, siteOf } from "../Rules.ts"
import { each, type Steps } from "../Steps.ts"
import { hasLegacy } from "../Legacy.ts"
import type { Target } from "../Target.ts"
import { type Applied, deviceSitesOf, named, type Placement, placeOf, type SitePlace } from "./Place.ts"
import { type Addresses, addressesOf } from "./Addresses.ts"
import { type NodeView, nodeViews } from "./NodeView.ts"
import { guestKey } from "./Refs.ts"

/** What the configuration says of a source. */
export interface SourceSettings {
  readonly name: string
  /** Id, slug or name of a NetBox site. */
  readonly site?: string
  /** `{node}`, `{cluster}`, `{endpoint}` are replaced; the default is `{node}`. */
  readonly nodeName?: string
  /** IPv6 privacy addresses: `keep` unless given. */
  readonly temporaryAddresses?: "keep" | "ignore"
}

/** A guest that is to be in NetBox, with what could be read of it. */
export interface GuestView {
  /** `lab/101`. */
  readonly key: string
  readonly facts: GuestFacts
  /** Undefined when its configuration was not seen. */
  readonly guest: Guest | undefined
  readonly decision: Decision
  readonly tags: ReadonlyArray<string>
  /** Whether `tags` are all of them. */
  readonly knowsTags: boolean
  readonly addresses: Addresses
}

/** One source as the mappings see it. */
export interface Facts {
  readonly settings: SourceSettings
  readonly observation: Observation
  readonly target: Target
  /** Names of the kinds that this NetBox has. */
  readonly kinds: ReadonlySet<string>
  /** Names of custom fields in this NetBox that are not their own. */
  readonly customNames: ReadonlyMap<string, string>
  /** Undefined where they were not seen. */
  readonly vnets: ReadonlyMap<string, Vnet> | undefined
  /** What the nodes' own interfaces are, by node. */
  readonly networks: ReadonlyMap<string, NodeFacts["network"]>
  /** Whether proxbox-api has been at work in this NetBox. */
  readonly legacy: boolean
  readonly site: SitePlace
  /** What becomes of the cluster's scope. */
  readonly placement: Placement
  /** Of nodes that a rule places elsewhere, by name. */
  readonly nodeSites: ReadonlyMap<string, SitePlace>
  readonly nodes: ReadonlyArray<NodeView>
  /** Where the devices of nodes stand in NetBox, or will; of those of which that can be told, by name of the node. */
  readonly deviceSites: ReadonlyMap<string, SitePlace>
  /** Guests to be kept in NetBox, by vmid. */
  readonly guests: ReadonlyArray<GuestView>
  /** Guests that are seen but none of the engine's business: excluded by a rule, or of unknown nature. */
  readonly spared: ReadonlyArray<GuestFacts>
}

/** Whether every one of these config keys was understood (`net`: all of them); else what derives from them is unknown. */
export const understood = (guest: Guest, ...keys: ReadonlyArray<string>): boolean =>
  !guest.warnings.some((warning) => {
    const key = /^[^: ]+/.exec(warning)?.[0] ?? ""
    return keys.includes(key) || keys.includes(key.replace(/\d+$/, ""))
  })

/** Keys that have a say in where a guest can be reached; a cloud-init drive may hang on any bus. */
const addressing = ["net", "ipconfig", "agent", "ide", "sata", "scsi", "virtio"]

/** Proxmox no longer tells the nature of a guest whose node is long dead: it has a vmid, and perhaps no name. */
const isUnknown = ({ config, name, status }: GuestFacts): boolean =>
  config === undefined && (status === "unknown" || name === undefined)

export const factsOf = function* (
  settings: SourceSettings,
  observation: Observation,
  rules: ReadonlyArray<Rule>,
  target: Target,
  kinds: ReadonlyArray<Kind>,
  applied: Applied
): Steps<Facts> {
  const source = settings.name
  const placement = placeOf(settings, observation, target, applied)
  const { moves, site } = placement
  const nodeSites = new Map(
    observation.nodes.flatMap(({ name }) => {
      const set = site.fixed ? undefined : siteOf(rules, { source, node: name })
      return set === undefined ? [] : [[name, named(target, set.value, `rule ${set.rule}`)] as const]
    })
  )
  const seesPools = !observation.gaps.some(({ scope, what }) => scope === "source" && what === "pools")
  const partlySeen = new Set(observation.gaps.flatMap(({ scope, what }) => (what === "addresses" ? [scope] : [])))
  const untagged = new Set(observation.gaps.flatMap(({ scope, why }) => (why.startsWith("tags: ") ? [scope] : [])))
  const guests: Array<GuestView> = []
  const spared: Array<GuestFacts> = []
  yield* each(observation.guests, (facts) => {
    const guest = facts.config === undefined ? undefined : parseGuest(facts)
    const tags = Tags.parse(facts.tags ?? "")
    const name = guest?.hostname ?? facts.name ?? ""
    const decision = decide(rules, {
      source,
      type: facts.type,
      name,
      node: facts.node,
      pool: facts.pool ?? (seesPools ? "" : undefined),
      tags,
      vmid: facts.vmid
    })
    const scope = `guest/${facts.vmid}`
    const placed = decision.unsure.has("vrf") ? undefined : guest
    const addresses = addressesOf(facts, placed, {
      whole: (guest === undefined || understood(guest, ...addressing)) && !partlySeen.has(scope),
      temporary: settings.temporaryAddresses !== "ignore"
    })
    if (!decision.included || isUnknown(facts)) spared.push(facts)
    else if (facts.template !== true) {
      const knowsTags = !untagged.has(scope) && !decision.unsure.has("tags")
      guests.push({ key: guestKey(source, facts.vmid), facts, guest, decision, tags, knowsTags, addresses })
    }
  })
  return {
    settings,
    observation,
    target,
    kinds: new Set(kinds.map(({ name }) => name)),
    customNames: namesOf(kinds),
    vnets: observation.vnets && new Map(observation.vnets.map((vnet) => [vnet.name, vnet])),
    networks: new Map(observation.nodes.map(({ name, network }) => [name, network])),
    legacy: hasLegacy(target),
    site,
    placement,
    nodeSites,
    deviceSites: deviceSitesOf(source, observation, target, moves, ({ name }) => nodeSites.get(name) ?? site),
    nodes: nodeViews(source, observation),
    guests,
    spared
  }
}
