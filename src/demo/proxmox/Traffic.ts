export interface LoggedRequest {
  readonly method: string
  /** From behind `/api2/json`, without query. */
  readonly path: string
  /** The node the path names. */
  readonly node: string | null
  /** Index of the listener that was asked. */
  readonly endpoint: number
  readonly isProtected: boolean
  /** Null while it runs and where no answer was given. */
  status: number | null
}

/** Most requests that were in flight together. */
export interface Peaks {
  readonly total: number
  readonly nodes: { readonly [node: string]: { readonly plain: number; readonly protected: number } }
}

export interface Traffic {
  readonly begin: (request: Omit<LoggedRequest, "status">) => LoggedRequest
  readonly end: (request: LoggedRequest) => void
  /** In the order of arrival. */
  readonly requests: () => ReadonlyArray<LoggedRequest>
  readonly peaks: () => Peaks
  readonly reset: () => void
}

export const make = (): Traffic => {
  const inFlight = new Set<LoggedRequest>()
  let requests: Array<LoggedRequest> = []
  let total = 0
  let nodes = new Map<string, { plain: number; protected: number }>()
  const measure = ({ isProtected, node }: LoggedRequest): void => {
    total = Math.max(total, inFlight.size)
    if (node === null) return
    const same = [...inFlight].filter((other) => other.node === node && other.isProtected === isProtected).length
    const peak = nodes.get(node) ?? { plain: 0, protected: 0 }
    const kind = isProtected ? "protected" : "plain"
    nodes.set(node, { ...peak, [kind]: Math.max(peak[kind], same) })
  }
  return {
    begin: (request) => {
      const logged = { ...request, status: null }
      requests.push(logged)
      inFlight.add(logged)
      measure(logged)
      return logged
    },
    end: (request) => void inFlight.delete(request),
    requests: () => [...requests],
    peaks: () => ({ total, nodes: Object.fromEntries(nodes) }),
    reset: () => {
      requests = []
      total = 0
      nodes = new Map()
    }
  }
}
