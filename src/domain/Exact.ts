// A declared schema's check is typed as if it might need services; one that did would give no Either, and not fit.
// @effect-diagnostics effect/anyUnknownInErrorContext:off
import { Either, Option, type Schema, SchemaAST } from "effect"

type Check = (value: unknown) => boolean

const unsupported = (ast: SchemaAST.AST): never => {
  throw new Error(`No exact check for ${ast._tag}: ${String(ast)}`)
}

const refined =
  (ast: SchemaAST.Refinement): Check =>
  (value) =>
    Option.isNone(ast.filter(value, SchemaAST.defaultParseOption, ast))

const declared = (ast: SchemaAST.Declaration): Check => {
  const decode = ast.decodeUnknown(...ast.typeParameters)
  return (value) => {
    const result = decode(value, SchemaAST.defaultParseOption, ast)
    return Either.isEither(result) && Either.isRight(result)
  }
}

/**
 * Writes the check of a schema as a program: an expression for each value, a function for each object and list. A program has
 * one place in it for each member, which is what the machine makes fast; the same in closures takes six times as long. Nothing
 * comes into it but the schema's own names and literals, as JSON.
 */
class Program {
  private readonly functions: Array<string> = []
  private readonly checks: Array<Check> = []

  /** An expression that is true when `value`, the name of a variable, is what the schema says. */
  test(ast: SchemaAST.AST, value: string): string {
    switch (ast._tag) {
      case "StringKeyword":
        return `typeof ${value} === "string"`
      case "NumberKeyword":
        return `typeof ${value} === "number"`
      case "BooleanKeyword":
        return `typeof ${value} === "boolean"`
      case "Literal":
        return typeof ast.literal === "bigint" ? unsupported(ast) : `${value} === ${JSON.stringify(ast.literal)}`
      case "Union":
        return `(${ast.types.map((type) => this.test(type, value)).join(" || ")})`
      case "TypeLiteral":
        return `${this.struct(ast)}(${value})`
      case "TupleType":
        return `${this.list(ast)}(${value})`
      case "Refinement":
        return `(${this.test(ast.from, value)} && ${this.check(refined(ast))}(${value}))`
      case "Declaration":
        return `${this.check(declared(ast))}(${value})`
      default:
        return unsupported(ast)
    }
  }

  /** The check that an expression over `value` makes. */
  run(expression: string): Check {
    const body = `${this.functions.join("\n")}\nreturn (value) => ${expression}`
    return new Function("checks", body)(this.checks) as Check
  }

  private check(check: Check): string {
    return `checks[${this.checks.push(check) - 1}]`
  }

  private define(lines: ReadonlyArray<string>): string {
    const name = `is${this.functions.length}`
    this.functions.push(`function ${name}(value) {\n${lines.join("\n")}\n}`)
    return name
  }

  private struct(ast: SchemaAST.TypeLiteral): string {
    if (ast.indexSignatures.length > 0) return unsupported(ast)
    const members = ast.propertySignatures.map(({ isOptional, name, type }) => {
      const key = JSON.stringify(String(name))
      const fits = `member = value[${key}]; if (!(${this.test(type, "member")})) return false; left -= 1;`
      return isOptional ? `if (value[${key}] !== undefined || Object.hasOwn(value, ${key})) { ${fits} }` : fits
    })
    return this.define([
      'if (typeof value !== "object" || value === null || Array.isArray(value)) return false',
      "let left = 0, member; for (const _ in value) left += 1;",
      ...members,
      "return left === 0"
    ])
  }

  private list(ast: SchemaAST.TupleType): string {
    const [rest, ...tail] = ast.rest
    if (tail.length > 0 || ast.elements.some(({ isOptional }) => isOptional)) return unsupported(ast)
    const { length } = ast.elements
    return this.define([
      `if (!Array.isArray(value) || value.length ${rest === undefined ? "!==" : "<"} ${length}) return false`,
      "let member;",
      ...ast.elements.map(
        ({ type }, at) => `member = value[${at}]; if (!(${this.test(type, "member")})) return false;`
      ),
      rest === undefined
        ? ""
        : `for (let at = ${length}; at < value.length; at++) { member = value[at]; if (!(${this.test(rest.type, "member")})) return false }`,
      "return true"
    ])
  }
}

const tagOf = (ast: SchemaAST.AST): unknown => {
  if (!SchemaAST.isTypeLiteral(ast)) return unsupported(ast)
  const type = ast.propertySignatures.find(({ name }) => name === "_tag")?.type
  return type !== undefined && SchemaAST.isLiteral(type) ? type.literal : unsupported(ast)
}

const checkOf = (ast: SchemaAST.AST): Check => {
  const program = new Program()
  return program.run(program.test(ast, "value"))
}

/**
 * Whether a value is, as it stands, of one of the tagged shapes of a union, with no member too many: what it says yes to, the
 * schema decodes and encodes to an equal. What it says no to is for the schema itself to judge and to explain. For schemas of
 * plain data that change nothing, whose own check costs some fifty times as much.
 */
export const exact = <A extends { readonly _tag: string }>({
  ast
}: Schema.Schema<A>): ((value: { readonly _tag: string }) => value is A) => {
  const types = SchemaAST.isUnion(ast) ? ast.types : [ast]
  const checks = new Map(types.map((type) => [tagOf(type), checkOf(type)]))
  return (value): value is A => checks.get(value._tag)?.(value) ?? false
}
