import { Effect } from "effect"
import type { Access } from "./Access.ts"
import { Rejection, type Route } from "./Route.ts"

/** The one 401 that has a body. */
export const loginFailed = "authentication failure"

export const accessRoutes = (access: Access): ReadonlyArray<Route> => [
  {
    method: "POST",
    path: "/access/ticket",
    answer: ({ cluster, now, parameters: { password = "", realm, username = "" } }) => {
      const user = realm === undefined || username.includes("@") ? username : `${username}@${realm}`
      // A ticket that still holds is as good as the password: that is how it is renewed.
      if (user !== access.username || (password !== access.password && !access.accepts(password, now))) {
        return Effect.fail(new Rejection({ status: 401, reason: loginFailed }))
      }
      const { csrf, ticket } = access.issue(now)
      return Effect.succeed({
        username: user,
        ticket,
        CSRFPreventionToken: csrf,
        cap: { vms: {}, nodes: {}, storage: {}, dc: {}, access: {} },
        ...(cluster.standalone ? {} : { clustername: cluster.name })
      })
    }
  },
  {
    method: "GET",
    path: "/access/permissions",
    parameters: ["path", "userid"],
    answer: (call) => Effect.sync(call.permissions)
  }
]
