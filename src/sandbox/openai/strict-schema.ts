/** Which JSON schemas strict structured outputs take. Source: OpenAI's guide "Structured model outputs", supported schemas. */
import { isObject, type JsonObject } from '../lib/json.ts'

const KEYWORDS = new Set([
  '$defs',
  '$ref',
  'additionalProperties',
  'anyOf',
  'const',
  'definitions',
  'description',
  'enum',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'items',
  'maxItems',
  'maximum',
  'minItems',
  'minimum',
  'multipleOf',
  'pattern',
  'properties',
  'required',
  'title',
  'type',
])
const FORMATS: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
])
const MAX_DEPTH = 10
const MAX_PROPERTIES = 5000

/** What the API says against the schema, or undefined when strict mode takes it. */
export function strictSchemaProblem(schema: JsonObject): string | undefined {
  if (schema['type'] !== 'object') {
    const type = schema['type'] === undefined ? 'None' : JSON.stringify(schema['type']).replaceAll('"', "'")
    return `schema must be a JSON Schema of 'type: "object"', got 'type: ${type.replaceAll("'", '"')}'.`
  }
  if (schema['anyOf'] !== undefined) return "In context=(), 'anyOf' is not permitted at the root."
  const counted = { properties: 0 }
  return nodeProblem(schema, [], counted) ?? countProblem(counted.properties)
}

function countProblem(properties: number): string | undefined {
  return properties > MAX_PROPERTIES
    ? `schema has more than ${String(MAX_PROPERTIES)} properties.`
    : undefined
}

interface Counted {
  properties: number
}

function nodeProblem(node: unknown, path: readonly string[], counted: Counted): string | undefined {
  const where = `In context=(${path.map(part => `'${part}'`).join(', ')})`
  if (!isObject(node)) return `${where}, schema must be an object.`
  const unknown = Object.keys(node).find(key => !KEYWORDS.has(key))
  if (unknown !== undefined) return `${where}, '${unknown}' is not permitted.`
  if (path.filter(part => part === 'properties' || part === 'items').length > MAX_DEPTH) {
    return `${where}, the schema is nested more than ${String(MAX_DEPTH)} levels.`
  }
  if (!hasType(node)) return `${where}, schema must have a 'type' key.`
  return (
    formatProblem(node, where) ?? objectProblem(node, where, counted) ?? childrenProblem(node, path, counted)
  )
}

function hasType(node: JsonObject): boolean {
  return ['type', '$ref', 'anyOf', 'enum', 'const'].some(key => node[key] !== undefined)
}

function formatProblem(node: JsonObject, where: string): string | undefined {
  const format = node['format']
  if (format === undefined || FORMATS.has(format)) return undefined
  return `${where}, 'format' value ${JSON.stringify(format)} is not permitted.`
}

function objectProblem(node: JsonObject, where: string, counted: Counted): string | undefined {
  if (!typesOf(node).includes('object')) return undefined
  if (node['additionalProperties'] !== false) {
    return `${where}, 'additionalProperties' is required to be supplied and to be false.`
  }
  const names = Object.keys(isObject(node['properties']) ? node['properties'] : {})
  counted.properties += names.length
  const required: readonly unknown[] = Array.isArray(node['required']) ? node['required'] : []
  const missed = names.find(name => !required.includes(name))
  if (missed !== undefined) {
    return `${where}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missed}'.`
  }
  const extra = required.find(name => typeof name !== 'string' || !names.includes(name))
  if (extra === undefined) return undefined
  return `${where}, 'required' is required to be supplied and to be an array including every key in properties. Extra required key '${JSON.stringify(extra)}' supplied.`
}

function typesOf(node: JsonObject): readonly unknown[] {
  return Array.isArray(node['type']) ? node['type'] : [node['type']]
}

function childrenProblem(node: JsonObject, path: readonly string[], counted: Counted): string | undefined {
  if (typesOf(node).includes('array') && node['items'] === undefined) {
    return `In context=(${path.map(part => `'${part}'`).join(', ')}), array schema missing items.`
  }
  for (const [key, child] of children(node)) {
    const problem = nodeProblem(child, [...path, ...key], counted)
    if (problem !== undefined) return problem
  }
  return undefined
}

function children(node: JsonObject): readonly (readonly [readonly string[], unknown])[] {
  const named = ['properties', '$defs', 'definitions'].flatMap(group => {
    const members = node[group]
    if (!isObject(members)) return []
    return Object.entries(members).map(([name, child]) => [[group, name], child] as const)
  })
  const items = node['items'] === undefined ? [] : [[['items'], node['items']] as const]
  const options: readonly unknown[] = Array.isArray(node['anyOf']) ? node['anyOf'] : []
  return [...named, ...items, ...options.map((child, index) => [['anyOf', String(index)], child] as const)]
}
