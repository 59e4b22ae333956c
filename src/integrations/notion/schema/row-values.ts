import { cleanText } from '../../../domain/markdown/document.ts'
import { plainTextOf } from '../blocks/found.ts'
import {
  readCheckbox,
  readChoice,
  readDate,
  readEmail,
  readNumber,
  readRelation,
  readText,
  readUrl,
} from './values.ts'
import * as write from './write-values.ts'
import type { NotionJson, NotionPage } from '../api/client.ts'
import { isBlank } from '../../../kernel/unseen.ts'
import { defect } from '../../../kernel/errors.ts'
import { minuteText } from '../../../kernel/text.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** A row of one of our databases, read by our own keys. A property that is not there reads as nothing. */
export interface RowReader {
  /** A title, text, e-mail or address; null where it is empty. */
  text(key: string): string | null
  /** Pieces of a text, to tell whether a page object cut it off. */
  parts(key: string): number
  choice(key: string): string | null
  number(key: string): number | null
  checkbox(key: string): boolean
  /** As Notion writes it: a day, or an instant with its zone. */
  date(key: string): string | null
  relation(key: string): readonly string[]
}

/** What a cell is set to; null empties it. */
export type CellValue = string | number | boolean | readonly string[] | null

/** Cells of a row to be written, by our own keys. What is undefined stays as it is. */
export type Cells = Readonly<Record<string, CellValue | undefined>>

/** The queue; without it nothing works. */
export function queueOf(workspace: Workspace): NotionDatabase {
  const queue = workspace.databases['queue']
  if (queue === undefined) throw defect('a workspace without a queue was opened')
  return queue
}

/** Reads a page by the ids that `init` stored, so that a renamed column is still the same one. */
export function readRow(page: NotionPage, database: NotionDatabase): RowReader {
  const byId = new Map(Object.values(page.properties).map(value => [String(value['id']), value]))
  const cell = (key: string): NotionJson | null => {
    const id = database.properties[key]?.id
    return id === undefined ? null : (byId.get(id) ?? null)
  }
  return {
    text: key => emptyAsNull(readText(cell(key)) ?? readEmail(cell(key)) ?? readUrl(cell(key))),
    parts: key => piecesOf(cell(key)),
    choice: key => readChoice(cell(key)),
    number: key => readNumber(cell(key)),
    checkbox: key => readCheckbox(cell(key)) === true,
    date: key => readDate(cell(key))?.start ?? null,
    relation: key => readRelation(cell(key))?.ids ?? [],
  }
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
      if (property === undefined || value === undefined) return []
      const written = writeCell(property.type, value)
      return written.ok ? [[property.id, written.json]] : []
    }),
  )
}

function writeCell(type: string, value: CellValue): write.Written<object> {
  const text = value === null ? '' : String(value)
  switch (type) {
    case 'title':
      return write.writeTitle(text)
    case 'rich_text':
      return write.writeText(text)
    case 'checkbox':
      return { ok: true, json: write.writeCheckbox(value === true) }
    case 'number':
      return write.writeNumber(typeof value === 'number' ? value : null)
    case 'select':
      return write.writeSelect(text === '' ? null : text)
    case 'status':
      return write.writeStatus(text)
    case 'email':
      return write.writeEmail(text === '' ? null : text)
    case 'url':
      return write.writeUrl(text === '' ? null : text)
    case 'date':
      return write.writeDate(text === '' ? null : { start: text, end: null })
    case 'relation':
      return write.writeRelation(Array.isArray(value) ? value.map(String) : [])
    default:
      return { ok: false, why: `nothing is written to a ${type}` }
  }
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
    if (property === undefined || value === undefined || !writeCell(property.type, value).ok) return []
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

function piecesOf(cell: NotionJson | null): number {
  const body = cell === null ? null : cell[String(cell['type'])]
  return Array.isArray(body) ? body.length : 0
}

function emptyAsNull(text: string | null): string | null {
  return text === null || isBlank(text) ? null : text
}
