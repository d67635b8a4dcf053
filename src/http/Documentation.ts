import * as HttpLayerRouter from "@effect/platform/HttpLayerRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Effect, Layer } from "effect"

/** Made when it is first asked for: it takes time and room that a service without readers has better use for. */
const specification = Effect.map(
  Effect.promise(() => import("./OpenApiDocument.ts")),
  ({ document }) => HttpServerResponse.unsafeJson(document())
)

/** Swagger UI with its script, style and the document in one page: it works without the internet. */
const page = Effect.gen(function* () {
  const { DocumentedApi } = yield* Effect.promise(() => import("./OpenApiDocument.ts"))
  const swagger = yield* Effect.promise(() => import("@effect/platform/HttpApiSwagger"))
  const router = yield* HttpLayerRouter.make
  yield* Layer.build(swagger.layerHttpLayerRouter({ api: DocumentedApi, path: "/docs" })).pipe(
    Effect.provideService(HttpLayerRouter.HttpRouter, router)
  )
  const request = HttpServerRequest.fromWeb(new Request("http://localhost/docs"))
  // The router does not know what its routes fail with.
  // @effect-diagnostics-next-line anyUnknownInErrorContext:off
  return yield* Effect.provideService(Effect.orDie(router.asHttpEffect()), HttpServerRequest.HttpServerRequest, request)
})

/** `/docs`, `/redoc` and `/openapi.json`. */
export const layer = Layer.unwrapScoped(
  Effect.gen(function* () {
    const document = yield* Effect.cached(specification)
    const docs = yield* Effect.cached(Effect.scoped(page))
    return Layer.mergeAll(
      HttpLayerRouter.add("GET", "/openapi.json", document),
      HttpLayerRouter.add("GET", "/docs", docs),
      HttpLayerRouter.add("GET", "/redoc", docs)
    )
  })
)
