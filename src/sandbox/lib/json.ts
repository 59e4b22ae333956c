/** Reading JSON of unknown shape without trusting it. */

/** Any JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** True for a plain JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value parsed, or undefined when the text is not JSON. Never throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The body as a JSON object, or undefined when it is anything else. Never throws. */
export function bodyObject(rawBody: Buffer): JsonObject | undefined {
  const value = parseJson(rawBody.toString('utf8'))
  return isObject(value) ? value : undefined
}

/** The string under `key`, or undefined. */
export function stringOf(object: JsonObject, key: string): string | undefined {
  const value = object[key]
  return typeof value === 'string' ? value : undefined
}

/** The whole number under `key`, or undefined. */
export function integerOf(object: JsonObject, key: string): number | undefined {
  const value = object[key]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

/** The object under `key`, or undefined. */
export function objectOf(object: JsonObject, key: string): JsonObject | undefined {
  const value = object[key]
  return isObject(value) ? value : undefined
}

/** The members that are strings; others are left out. */
export function stringsOf(object: JsonObject): Record<string, string> {
  const strings: Record<string, string> = {}
  for (const [key, value] of Object.entries(object)) {
    if (typeof value === 'string') strings[key] = value
  }
  return strings
}
