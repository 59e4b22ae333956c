import { cleanText, plainSpans } from '../../../domain/markdown/document.ts'
import { NOTION_LIMITS, type RichText } from '../blocks/blocks.ts'
import { jsonBytes, richTextOf } from '../blocks/rich-text.ts'
import type { DateValue } from './values.ts'

/** JSON of a property's value, or why Notion would refuse it. */
export type Written<T> =
  { readonly ok: true; readonly json: T } | { readonly ok: false; readonly why: string }

const MAX_URL = 2000
const MAX_EMAIL = 200
const MAX_OPTION_NAME = 100
const MAX_RELATIONS = 100
/** One value must leave room for the others of its row in a request of 500 KB. */
const MAX_TEXT_BYTES = 300_000

/** A title. Line breaks become spaces: Notion shows titles on one line. */
export function writeTitle(text: string): Written<{ title: readonly RichText[] }> {
  const written = writeText(text.replace(/\s*[\r\n]\s*/g, ' '))
  return written.ok ? accepted({ title: written.json.rich_text }) : written
}

/** A text, in as many pieces as it needs; refused when it is longer than Notion can hold. Empty clears it. */
export function writeText(text: string): Written<{ rich_text: readonly RichText[] }> {
  const pieces = richTextOf(plainSpans(cleanText(text)))
  if (pieces.length > NOTION_LIMITS.pieces || jsonBytes(pieces) > MAX_TEXT_BYTES) {
    return refused(`a text of ${text.length} characters does not fit into a property`)
  }
  return accepted({ rich_text: pieces })
}

/** A box, ticked or not. */
export function writeCheckbox(checked: boolean): { readonly checkbox: boolean } {
  return { checkbox: checked }
}

/** A number; null clears it. */
export function writeNumber(value: number | null): Written<{ number: number | null }> {
  if (value !== null && !Number.isFinite(value)) return refused(`${value} is no number that Notion can hold`)
  return accepted({ number: value })
}

/** The option of a select property, made by Notion if it does not exist; null clears it. */
export function writeSelect(name: string | null): Written<{ select: { name: string } | null }> {
  const why = name === null ? null : flawOfOption(name)
  if (why !== null) return refused(why)
  return accepted({ select: name === null ? null : { name } })
}

/** The option of a status property, which must exist. Notion has no empty status. */
export function writeStatus(name: string): Written<{ status: { name: string } }> {
  const why = flawOfOption(name)
  return why === null ? accepted({ status: { name } }) : refused(why)
}

/** An e-mail address; null clears it. */
export function writeEmail(email: string | null): Written<{ email: string | null }> {
  if (email === '' || (email !== null && email.length > MAX_EMAIL)) {
    return refused(`an e-mail address has 1 to ${MAX_EMAIL} characters`)
  }
  return accepted({ email })
}

/** An address; null clears it. */
export function writeUrl(url: string | null): Written<{ url: string | null }> {
  if (url === '' || (url !== null && url.length > MAX_URL)) {
    return refused(`an address has 1 to ${MAX_URL} characters`)
  }
  return accepted({ url })
}

/** An ISO day or instant, or a span of them; null clears it. */
export function writeDate(
  value: DateValue | null,
): Written<{ date: { start: string; end?: string } | null }> {
  if (value === null) return accepted({ date: null })
  const { start, end } = value
  if (![start, end ?? start].every(isDate)) return refused(`"${start}" or its end is no ISO date`)
  return accepted({ date: end === null ? { start } : { start, end } })
}

/** Related pages, by id. */
export function writeRelation(ids: readonly string[]): Written<{ relation: readonly { id: string }[] }> {
  if (ids.length > MAX_RELATIONS) return refused(`a relation takes at most ${MAX_RELATIONS} pages at once`)
  return accepted({ relation: ids.map(id => ({ id })) })
}

function isDate(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}

function flawOfOption(name: string): string | null {
  if (name.trim() === '' || name.length > MAX_OPTION_NAME) {
    return `the name of an option has 1 to ${MAX_OPTION_NAME} characters`
  }
  return name.includes(',') ? `the name of an option has no comma: "${name}"` : null
}

function accepted<T>(json: T): Written<T> {
  return { ok: true, json }
}

function refused<T>(why: string): Written<T> {
  return { ok: false, why }
}
