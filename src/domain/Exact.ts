// A declared schema's check is typed as if it might need services; one that did would give no Either, and not fit.
// @effect-diagnostics effect/anyUnknownInErrorContext:off
import { Either, Option, type Schema, SchemaAST } from "effect"

type Check = (value: unknown) => boolean

const unsupported = (ast: SchemaAST.AST): never => {
  throw new Error(`No exact check for ${ast._tag}: ${String(ast)}`)
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const struct = (ast: SchemaAST.TypeLiteral): Check => {
  if (ast.indexSignatures.length > 0) return unsupported(ast)
  const members = ast.propertySignatures.map(({ isOptional, name, type }) => ({
    name: String(name),
    isOptional,
    fits: checkOf(type)
  }))
  return (value) => {
    if (!isRecord(value)) return false
    let present = 0
    for (const { fits, isOptional, name } of members) {
      const member = value[name]
      if (member === undefined && isOptional && !Object.hasOwn(value, name)) continue
      if (!fits(member)) return false
      present += 1
    }
    for (const _ in value) present -= 1
    return present === 0
  }
}

const list = (ast: SchemaAST.TupleType): Check => {
  const elements = ast.elements.map(({ isOptional, type }) => (isOptional ? unsupported(ast) : checkOf(type)))
  const [rest, ...tail] = ast.rest.map(({ type }) => checkOf(type))
  if (tail.length > 0) return unsupported(ast)
  return (value) => {
    if (!Array.isArray(value) || value.length < elements.length) return false
    if (rest === undefined && value.length > elements.length) return false
    for (let at = 0; at < value.length; at++) {
      const fits = elements[at] ?? rest
      if (fits === undefined || !fits(value[at])) return false
    }
    return true
  }
}

const alternatives = (types: ReadonlyArray<SchemaAST.AST>): Check => {
  if (types.every(SchemaAST.isLiteral)) {
    const literals = new Set<unknown>(types.map(({ literal }) => literal))
    return (value) => literals.has(value)
  }
  const checks = types.map(checkOf)
  return (value) => checks.some((fits) => fits(value))
}

const checkOf = (ast: SchemaAST.AST): Check => {
  switch (ast._tag) {
    case "StringKeyword":
      return (value) => typeof value === "string"
    case "NumberKeyword":
      return (value) => typeof value === "number"
    case "BooleanKeyword":
      return (value) => typeof value === "boolean"
    case "Literal":
      return (value) => value === ast.literal
    case "Union":
      return alternatives(ast.types)
    case "TypeLiteral":
      return struct(ast)
    case "TupleType":
      return list(ast)
    case "Refinement": {
      const from = checkOf(ast.from)
      return (value) => from(value) && Option.isNone(ast.filter(value, SchemaAST.defaultParseOption, ast))
    }
    case "Declaration": {
      const decode = ast.decodeUnknown(...ast.typeParameters)
      return (value) => {
        const result = decode(value, SchemaAST.defaultParseOption, ast)
        return Either.isEither(result) && Either.isRight(result)
      }
    }
    default:
      return unsupported(ast)
  }
}

const tagOf = (ast: SchemaAST.AST): unknown => {
  if (!SchemaAST.isTypeLiteral(ast)) return unsupported(ast)
  const type = ast.propertySignatures.find(({ name }) => name === "_tag")?.type
  return type !== undefined && SchemaAST.isLiteral(type) ? type.literal : unsupported(ast)
}

/**
 * Whether a value is, as it stands, of one of the tagged shapes of a union, with no member too many: what it says yes to, the
 * schema decodes and encodes to an equal. What it says no to is for the schema itself to judge and to explain. For schemas of
 * plain data that change nothing, whose own check costs some ten times as much.
 */
export const exact = <A extends { readonly _tag: string }>({
  ast
}: Schema.Schema<A>): ((value: { readonly _tag: string }) => value is A) => {
  const types = SchemaAST.isUnion(ast) ? ast.types : [ast]
  const checks = new Map(types.map((type) => [tagOf(type), checkOf(type)]))
  return (value): value is A => checks.get(value._tag)?.(value) ?? false
}
