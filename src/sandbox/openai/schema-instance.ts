/** A small value that a JSON schema accepts, for schemas the stand-in has no own answer for. */
import { isObject, type JsonObject } from '../lib/json.ts'

/** A minimal value by the schema: empty arrays, smallest numbers, first of several choices, `text` for strings. */
export function minimalInstance(schema: unknown, text: string): unknown {
  if (!isObject(schema)) return null
  if (schema['const'] !== undefined) return schema['const']
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  if (Array.isArray(schema['anyOf'])) return minimalInstance(schema['anyOf'][0], text)
  switch (Array.isArray(schema['type']) ? schema['type'][0] : schema['type']) {
    case 'object':
      return objectInstance(isObject(schema['properties']) ? schema['properties'] : {}, text)
    case 'array':
      return Array.from({ length: Number(schema['minItems'] ?? 0) }, () =>
        minimalInstance(schema['items'], text),
      )
    case 'string':
      return text
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? 0)
    case 'boolean':
      return false
    default:
      return null
  }
}

function objectInstance(properties: JsonObject, text: string): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [name, minimalInstance(child, text)]),
  )
}
