/** Turning the table of a brief into JSON. */
import type { Brief } from './brief.ts'
import { keyTerms } from './terms.ts'
import type { Table } from './table.ts'

/** The brief's data as JSON: its table as a list of objects, else its statements. */
export function dataJson(brief: Brief): string {
  const value =
    brief.table === undefined
      ? { title: brief.title, items: brief.facts }
      : records(brief.table, keysFor(brief, brief.table))
  return JSON.stringify(value, undefined, 2)
}

/** The keys the brief asks for when there is one for each column, else the column names in snake case. */
function keysFor(brief: Brief, table: Table): readonly string[] {
  const named = /\b(?:keys|fields|properties|Schlüsseln?|Feldern?)\s*:?\s+([\w ,"'`]+?)(?:\.|;|$)/imu.exec(
    brief.text,
  )?.[1]
  const asked = (named ?? '')
    .split(/\s*,\s*|\s+and\s+|\s+und\s+/)
    .map(key => key.replace(/\W/g, ''))
    .filter(key => key !== '')
  return asked.length === table.columns.length
    ? asked
    : table.columns.map((column, index) => snakeCase(column, index))
}

function snakeCase(column: string, index: number): string {
  const key = column
    .toLowerCase()
    .replaceAll(/[^\p{L}\d]+/gu, '_')
    .replaceAll(/^_|_$/g, '')
  return key === '' ? `column_${String(index + 1)}` : key
}

function records(
  table: Table,
  keys: readonly string[],
): readonly Record<string, string | number | boolean>[] {
  return table.rows.map(row => Object.fromEntries(keys.map((key, index) => [key, valueOf(row[index] ?? '')])))
}

function valueOf(cell: string): string | number | boolean {
  if (/^-?(?:0|[1-9]\d{0,14})(?:\.\d+)?$/.test(cell)) return Number(cell)
  if (/^(?:true|false)$/i.test(cell)) return cell.toLowerCase() === 'true'
  return cell
}

/** A JSON object for briefs that have no table and no demand for one of a shape. */
export function plainJson(brief: Brief, text: string): string {
  return JSON.stringify({ title: brief.title, text, key_terms: keyTerms(brief.text, 8) })
}
