import { cleanText, plainSpans } from '../../../domain/markdown/document.ts'
import { isObject } from '../../../domain/shape.ts'
import { NOTION_LIMITS } from '../blocks/blocks.ts'
import { plainTextOf } from '../blocks/found.ts'
import { jsonBytes, richTextOf } from '../blocks/rich-text.ts'
import type { NotionJson, NotionPage } from '../api/client.ts'
import { isBlank } from '../../../kernel/unseen.ts'
import { defect } from '../../../kernel/errors.ts'
import { minuteText } from '../../../kernel/text.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What a cell is set to; null empties it. */
export type CellValue = string | number | boolean | null

/** Cells of a row to be written, by our own keys. What is undefined stays as it is. */
export type Cells = Readonly<Record<string, CellValue | undefined>>

/** The queue; without it nothing works. */
export function queueOf(workspace: Workspace): NotionDatabase {
  const queue = workspace.databases['queue']
  if (queue === undefined) throw defect('a workspace without a queue was opened')
  return queue
}

/**
 * A row of one of our databases, read by our own keys: by the ids that `init` stored, so that a renamed column is still
 * the same one. A property that is not there, or of another type, reads as nothing.
 */
export function readRow(page: NotionPage, database: NotionDatabase) {
  const byId = new Map(Object.values(page.properties).map(value => [String(value['id']), value]))
  /** What a property of one of these types holds. */
  const body = (key: string, ...types: readonly string[]): unknown => {
    const id = database.properties[key]?.id
    const value = id === undefined ? undefined : byId.get(id)
    const type = String(value?.['type'])
    return types.includes(type) ? value?.[type] : undefined
  }
  return {
    /** A title, text, e-mail or address, every segment of it; null where it is empty. */
    text: (key: string): string | null => {
      const held = body(key, 'title', 'rich_text', 'email', 'url')
      const text = Array.isArray(held) ? plainTextOf(held) : textOf(held)
      return text === null || isBlank(text) ? null : text
    },
    /** Pieces of a text, to tell whether a page object cut it off. */
    parts: (key: string): number => {
      const held = body(key, 'title', 'rich_text')
      return Array.isArray(held) ? held.length : 0
    },
    /** The name of the chosen option of a select or status property. */
    choice: (key: string) => namedIn(body(key, 'select', 'status'), 'name'),
    number: (key: string) => {
      const held = body(key, 'number')
      return typeof held === 'number' ? held : null
    },
    checkbox: (key: string) => body(key, 'checkbox') === true,
    /** As Notion writes it: a day, or an instant with its zone. */
    date: (key: string) => namedIn(body(key, 'date'), 'start'),
    /** Ids of related pages, as far as the page itself carries them. */
    relation: (key: string): readonly string[] => {
      const held = body(key, 'relation')
      return Array.isArray(held) ? held.flatMap(related => namedIn(related, 'id') ?? []) : []
    },
  }
}

/** A row that can be read. */
export type RowReader = ReturnType<typeof readRow>

function namedIn(held: unknown, name: string): string | null {
  return isObject(held) ? textOf(held[name]) : null
}

function textOf(held: unknown): string | null {
  return typeof held === 'string' && held.trim() !== '' ? held.trim() : null
}

/** The text of one item of a property that was read whole. */
export function itemText(item: NotionJson, type: string): string {
  return plainTextOf([item[type]])
}

/**
 * The JSON that writes these cells, by property id. What the database has no property for, and what Notion
 * would refuse for its form, is left out: never the whole row (SPEC §7).
 */
export function writeRow(database: NotionDatabase, cells: Cells): NotionJson {
  return Object.fromEntries(
    Object.entries(cells).flatMap(([key, value]) => {
      const property = database.properties[key]
      const json = property === undefined || value === undefined ? null : writeCell(property.type, value)
      return property === undefined || json === null ? [] : [[property.id, json]]
    }),
  )
}

/** One value must leave room for the others of its row in a request of 500 KB. */
const MOST_TEXT_BYTES = 300_000
const MOST_OPTION_NAME = 100

/** Null where Notion would refuse the value, or nothing of ours is written to such a property. */
function writeCell(type: string, value: CellValue): NotionJson | null {
  const text = value === null ? '' : String(value)
  switch (type) {
    case 'title':
      // Notion shows titles on one line.
      return writeText(type, text.replace(/\s*[\r\n]\s*/g, ' '))
    case 'rich_text':
      return writeText(type, text)
    case 'checkbox':
      return { checkbox: value === true }
    case 'number':
      return Number.isFinite(value ?? 0) ? { number: value } : null
    case 'select':
      return text === '' ? { select: null } : writeOption(type, text)
    case 'status':
      return writeOption(type, text)
    case 'email':
      return { email: text === '' ? null : text }
    case 'url':
      return { url: text === '' ? null : text }
    case 'relation':
      return { relation: text === '' ? [] : [{ id: text }] }
    case 'date':
      if (text === '') return { date: null }
      return isDate(text) ? { date: { start: text } } : null
    default:
      return null
  }
}

/** In as many pieces as it needs; what is longer than Notion can hold is not cut, but left out. */
function writeText(type: 'title' | 'rich_text', text: string): NotionJson | null {
  const pieces = richTextOf(plainSpans(cleanText(text)))
  return pieces.length > NOTION_LIMITS.pieces || jsonBytes(pieces) > MOST_TEXT_BYTES
    ? null
    : { [type]: pieces }
}

/** An option of a select is made by Notion if it does not exist; one of a status must be there, and is never empty. */
function writeOption(type: 'select' | 'status', name: string): NotionJson | null {
  const isName = name.trim() !== '' && name.length <= MOST_OPTION_NAME && !name.includes(',')
  return isName ? { [type]: { name } } : null
}

function isDate(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}

/** A column whose cell is not what it should be, in the words of people. */
export interface DifferingColumn {
  readonly name: string
  readonly store: string
  readonly notion: string
}

/** Columns of a row that do not show these cells. White space is not compared, nor what Notion keeps no finer. */
export function differingColumns(row: RowReader, database: NotionDatabase, cells: Cells): DifferingColumn[] {
  return Object.entries(cells).flatMap(([key, value]) => {
    const property = database.properties[key]
    if (property === undefined || value === undefined || writeCell(property.type, value) === null) return []
    const store = shownValue(property.type, value)
    const notion = shownCell(row, key, property.type)
    return store === notion ? [] : [{ name: property.name, store, notion }]
  })
}

function shownValue(type: string, value: CellValue): string {
  if (type === 'date' && value !== null) return minuteOf(String(value))
  return value === null ? '' : plain(String(value))
}

function shownCell(row: RowReader, key: string, type: string): string {
  switch (type) {
    case 'number':
      return String(row.number(key) ?? '')
    case 'select':
    case 'status':
      return row.choice(key) ?? ''
    case 'checkbox':
      return String(row.checkbox(key))
    case 'relation':
      return row.relation(key).join(' ')
    case 'date':
      return minuteOf(row.date(key) ?? '')
    default:
      return plain(row.text(key) ?? '')
  }
}

function minuteOf(text: string): string {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? text : minuteText(ms)
}

function plain(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ').trim()
}
