/** What the program prints with `--json`. */

/** A JSON document as it was printed. */
export type Document = Record<string, unknown>

/** The text as one JSON object. */
export function parseDocument(text: string): Document {
  const value: unknown = JSON.parse(text)
  if (!isDocument(value)) throw new Error(`not a JSON object: ${text.slice(0, 200)}`)
  return value
}

/** A list of objects, by name, of a document. */
export function listOf(document: Document, name: string): Document[] {
  const value = document[name]
  if (!Array.isArray(value))
    throw new Error(`${name} is not a list: ${JSON.stringify(document).slice(0, 300)}`)
  const items: unknown[] = value
  return items.map(item => {
    if (!isDocument(item)) throw new Error(`${name} holds something else than objects`)
    return item
  })
}

/** An object, by name, of a document. */
export function partOf(document: Document, name: string): Document {
  const value = document[name]
  if (!isDocument(value)) throw new Error(`${name} is not an object`)
  return value
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
