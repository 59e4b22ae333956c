/** A small value that a JSON schema accepts, for schemas the stand-in has no own answer for. */
import { isObject, type JsonObject } from '../lib/json.ts'

const MAX_DEPTH = 20

/** A minimal valid instance: empty arrays, smallest numbers, first enum values. Strings are taken from `text`. */
export function minimalInstance(schema: JsonObject, text: string): unknown {
  return instanceOf(schema, { root: schema, text }, 0)
}

interface Context {
  readonly root: JsonObject
  readonly text: string
}

function instanceOf(node: unknown, context: Context, depth: number): unknown {
  if (!isObject(node) || depth > MAX_DEPTH) return null
  if (typeof node['$ref'] === 'string')
    return instanceOf(resolve(context.root, node['$ref']), context, depth + 1)
  if (node['const'] !== undefined) return node['const']
  const values: readonly unknown[] = Array.isArray(node['enum']) ? node['enum'] : []
  if (values.length > 0) return values[0]
  const options: readonly unknown[] = Array.isArray(node['anyOf']) ? node['anyOf'] : []
  if (options.length > 0) return instanceOf(options[0], context, depth + 1)
  return typedInstance(node, context, depth)
}

function typedInstance(node: JsonObject, context: Context, depth: number): unknown {
  const type: unknown = Array.isArray(node['type']) ? node['type'][0] : node['type']
  switch (type) {
    case 'object':
      return objectInstance(node, context, depth)
    case 'array':
      return Array.from({ length: numberOf(node, 'minItems') ?? 0 }, () =>
        instanceOf(node['items'], context, depth + 1),
      )
    case 'string':
      return stringInstance(node, context.text)
    case 'integer':
      return Math.ceil(smallest(node))
    case 'number':
      return smallest(node)
    case 'boolean':
      return false
    default:
      return null
  }
}

function objectInstance(node: JsonObject, context: Context, depth: number): JsonObject {
  const properties = isObject(node['properties']) ? node['properties'] : {}
  return Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [name, instanceOf(child, context, depth + 1)]),
  )
}

const SAMPLES: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'PT0S',
  email: 'nobody@example.com',
  hostname: 'example.com',
  ipv4: '127.0.0.1',
  ipv6: '::1',
  uuid: '00000000-0000-4000-8000-000000000000',
}

function stringInstance(node: JsonObject, text: string): string {
  const format = node['format']
  return (typeof format === 'string' ? SAMPLES[format] : undefined) ?? text
}

function smallest(node: JsonObject): number {
  const above = numberOf(node, 'exclusiveMinimum')
  const minimum = numberOf(node, 'minimum') ?? (above === undefined ? undefined : above + 1)
  return minimum ?? Math.min(0, numberOf(node, 'maximum') ?? 0)
}

function numberOf(node: JsonObject, key: string): number | undefined {
  const value = node[key]
  return typeof value === 'number' ? value : undefined
}

function resolve(root: JsonObject, reference: string): unknown {
  if (reference === '#') return root
  return reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((node, part) => (isObject(node) ? node[part] : undefined), root)
}
