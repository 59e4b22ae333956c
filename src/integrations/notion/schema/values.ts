import { plainTextOf } from '../blocks/found.ts'
import { isObject } from '../../../domain/shape.ts'

/** A date as Notion keeps it: ISO days or instants. */
export interface DateValue {
  readonly start: string
  readonly end: string | null
}

/**
 * All the text of a title or text property, every segment; null for other types. A page itself carries at most 25
 * segments of a value: longer ones must be read by "retrieve a page property".
 */
export function readText(value: unknown): string | null {
  const body = bodyOf(value, ['title', 'rich_text'])
  return Array.isArray(body) ? plainTextOf(body) : null
}

/** Whether a box is ticked; null for other types. */
export function readCheckbox(value: unknown): boolean | null {
  const body = bodyOf(value, ['checkbox'])
  return typeof body === 'boolean' ? body : null
}

/** The name of the chosen option of a select or status property; null for none and for other types. */
export function readChoice(value: unknown): string | null {
  const body = bodyOf(value, ['select', 'status'])
  return isObject(body) ? stringOf(body['name']) : null
}

/** A number; null for an empty one and for other types. */
export function readNumber(value: unknown): number | null {
  const body = bodyOf(value, ['number'])
  return typeof body === 'number' ? body : null
}

/** An e-mail address, trimmed; null for an empty one and for other types. */
export function readEmail(value: unknown): string | null {
  return stringOf(bodyOf(value, ['email']))
}

/** An address, trimmed; null for an empty one and for other types. */
export function readUrl(value: unknown): string | null {
  return stringOf(bodyOf(value, ['url']))
}

/** A date; null for an empty one and for other types. */
export function readDate(value: unknown): DateValue | null {
  const body = bodyOf(value, ['date'])
  const start = isObject(body) ? stringOf(body['start']) : null
  return start === null || !isObject(body) ? null : { start, end: stringOf(body['end']) }
}

/** The ids of related pages, and whether there are more than the page itself carries; null for other types. */
export function readRelation(value: unknown): { readonly ids: string[]; readonly hasMore: boolean } | null {
  const body = bodyOf(value, ['relation'])
  if (!Array.isArray(body) || !isObject(value)) return null
  const ids = body.filter(isObject).map(page => stringOf(page['id']))
  return { ids: ids.filter(id => id !== null), hasMore: value['has_more'] === true }
}

function bodyOf(value: unknown, types: readonly string[]): unknown {
  if (!isObject(value)) return undefined
  const type = value['type']
  return typeof type === 'string' && types.includes(type) ? value[type] : undefined
}

function stringOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
