export interface Rule {
  readonly name: string
  readonly match?: {
    readonly source?: string
    readonly type?: "qemu" | "lxc"
    readonly name?: string
    readonly node?: string
    readonly pool?: string
    readonly tag?: string
    readonly vmid?: string
  }
  readonly include?: true
  readonly exclude?: true
  readonly set?: {
    readonly site?: string
    readonly tenant?: string
    readonly role?: string
    readonly platform?: string
    readonly vrf?: string
    readonly tags?: ReadonlyArray<string>
  }
}

export interface Setting {
  readonly value: string
  readonly rule: string
}

export interface Decision {
  readonly included: boolean
  readonly because: string | null
  readonly set: {
    readonly site?: Setting
    readonly tenant?: Setting
    readonly role?: Setting
    readonly platform?: Setting
    readonly vrf?: Setting
    readonly tags: ReadonlyArray<Setting>
  }
}

export const decide = (
  _rules: ReadonlyArray<Rule>,
  _facts: {
    readonly source: string
    readonly type: "qemu" | "lxc"
    readonly name: string
    readonly node: string
    readonly pool: string
    readonly tags: ReadonlyArray<string>
    readonly vmid: number
  }
): Decision => ({ included: true, because: null, set: { tags: [] } })
