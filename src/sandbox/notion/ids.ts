/** Identifiers as Notion writes them. */
import { randomBytes, randomUUID } from 'node:crypto'

const ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** The id with its dashes in lower case, or undefined when the text is no id; Notion takes both spellings. */
export function readId(text: string): string | undefined {
  if (!ID.test(text)) return undefined
  const hex = text.replaceAll('-', '').toLowerCase()
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A new id of a page, block, database, … */
export function newId(): string {
  return randomUUID()
}

/** The id without dashes, as it stands in addresses. */
export function bare(id: string): string {
  return id.replaceAll('-', '')
}

/** Includes characters that addresses must encode, as the real ids do: a client that forgets it fails here too. */
const PROPERTY_ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:;<>?@[]^_`{|}~='

/** A new id of a property: four characters. Answers carry it percent-encoded. */
export function newPropertyId(): string {
  return [...randomBytes(4)].map(byte => PROPERTY_ID_ALPHABET[byte % PROPERTY_ID_ALPHABET.length]).join('')
}
