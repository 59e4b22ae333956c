/** Checking a request's shape, refusing what Notion refuses in the words Notion uses. */
import { isObject, type JsonObject } from '../lib/json.ts'
import type { VendorError } from '../lib/service.ts'
import { invalid, notInSandbox } from './errors.ts'

/** `body failed validation: body.a.b should be …, instead was …`; `path` begins with body, path or query. */
export function wrong(path: string, should: string, value: unknown): VendorError {
  const [root = 'body'] = path.split('.')
  return invalid(`${root} failed validation: ${complaint(path, should, value)}`)
}

/** The same for a choice: one line for each way to put it right. */
export function wrongChoice(path: string, keys: readonly string[], value: unknown): VendorError {
  const [root = 'body'] = path.split('.')
  if (!isObject(value)) return wrong(path, value === undefined ? 'defined' : 'an object', value)
  const lines = keys.map(key => complaint(`${path}.${key}`, 'defined', undefined))
  return invalid(`${root} failed validation. Fix one:\n${lines.join('\n')}`)
}

function complaint(path: string, should: string, value: unknown): string {
  return `${path} should be ${should}, instead was \`${shown(value)}\`.`
}

function shown(value: unknown): string {
  const text = value === undefined ? 'undefined' : JSON.stringify(value)
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}

/**
 * The object itself, with none but the `known` keys when they are given. `elsewhere` are keys that Notion takes and
 * the stand-in does not.
 */
export function objectAt(
  value: unknown,
  path: string,
  known?: readonly string[],
  elsewhere: readonly string[] = [],
): JsonObject {
  if (value === undefined) throw wrong(path, 'defined', value)
  if (!isObject(value)) throw wrong(path, 'an object', value)
  const other = Object.keys(value).find(key => known?.includes(key) === false && value[key] !== undefined)
  if (other === undefined) return value
  if (elsewhere.includes(other)) throw notInSandbox(`take ${path}.${other}`)
  throw wrong(`${path}.${other}`, 'not present', value[other])
}

/** A list of at most `most` members. */
export function listAt(value: unknown, path: string, most = 100): readonly unknown[] {
  if (value === undefined) throw wrong(path, 'defined', value)
  if (!Array.isArray(value)) throw wrong(path, 'an array', value)
  if (value.length > most) throw wrong(`${path}.length`, `≤ \`${String(most)}\``, value.length)
  return value
}

/** A string of at most `most` UTF-16 units. */
export function textAt(value: unknown, path: string, most = 2000): string {
  if (value === undefined) throw wrong(path, 'defined', value)
  if (typeof value !== 'string') throw wrong(path, 'a string', value)
  if (value.length > most) throw wrong(`${path}.length`, `≤ \`${String(most)}\``, value.length)
  return value
}

/** A number; JSON has no others than finite ones. */
export function numberAt(value: unknown, path: string): number {
  if (value === undefined) throw wrong(path, 'defined', value)
  if (typeof value !== 'number') throw wrong(path, 'a number', value)
  return value
}

/** A boolean, or `otherwise` when it is left out. */
export function flagAt(value: unknown, path: string, otherwise: boolean): boolean {
  if (value === undefined) return otherwise
  if (typeof value !== 'boolean') throw wrong(path, 'a boolean', value)
  return value
}

/** One of the given strings. */
export function choiceAt<T extends string>(value: unknown, path: string, choices: readonly T[]): T {
  const choice = choices.find(one => one === value)
  if (choice === undefined) throw wrong(path, inWords(choices), value)
  return choice
}

function inWords(choices: readonly string[]): string {
  const quoted = choices.map(choice => `\`"${choice}"\``)
  if (quoted.length < 2) return quoted.join('')
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1) ?? ''}`
}

/** An id, with its dashes. */
export function idAt(value: unknown, path: string): string {
  if (value === undefined) throw wrong(path, 'defined', value)
  const id = typeof value === 'string' ? readId(value) : undefined
  if (id === undefined) throw wrong(path, 'a valid uuid', value)
  return id
}

const ID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i

/** The id with its dashes in lower case, or undefined when the text is no id; Notion takes both spellings. */
export function readId(text: string): string | undefined {
  if (!ID.test(text)) return undefined
  const hex = text.replaceAll('-', '').toLowerCase()
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
