import type { NotionJson, NotionProperty } from '../api/client.ts'
import { isRefusal } from '../../../kernel/service-failure.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { EffectContext } from './context.ts'
import { writeRow, type Cells, type CellValue } from '../schema/row-values.ts'

/**
 * Sends cells of a row. Notion refuses a whole request for one column that is no longer there, or for an option
 * that a column of type status lacks; then the columns are looked at, and all that can be written is (SPEC §7).
 * What `doctor` names is not forgotten by this: `init` finds or makes it again.
 */
export async function sendCells<T>(
  context: EffectContext,
  database: NotionDatabase,
  cells: Cells,
  send: (properties: NotionJson) => Promise<T>,
): Promise<T> {
  try {
    return await send(writeRow(database, cells))
  } catch (error) {
    if (!isRefusal(error)) throw error
    const found = await context.workspace.api.properties(database.dataSourceId)
    const standing = keep(database, (_, property) => isThere(property, found))
    const usable = keep(standing, (key, property) => takes(property, cells[key], found))
    if (countOf(usable) === countOf(database)) throw error
    if (countOf(standing) < countOf(database)) await context.store.notion.saveDatabases([standing])
    return send(writeRow(usable, cells))
  }
}

/** Of what a database has for these cells, the columns that are there and take what is to be written. */
export function usableColumns(
  database: NotionDatabase,
  cells: Cells,
  found: readonly NotionProperty[],
): NotionDatabase {
  return keep(
    database,
    (key, property) => key in cells && isThere(property, found) && takes(property, cells[key], found),
  )
}

type Stored = NotionDatabase['properties'][string]

function keep(database: NotionDatabase, is: (key: string, property: Stored) => boolean): NotionDatabase {
  const kept = Object.entries(database.properties).filter(([key, property]) => is(key, property))
  return { ...database, properties: Object.fromEntries(kept) }
}

function countOf(database: NotionDatabase): number {
  return Object.keys(database.properties).length
}

function isThere(property: Stored, found: readonly NotionProperty[]): boolean {
  return found.some(({ id, type }) => id === property.id && type === property.type)
}

/** Options of a select are made by writing them; those of a status are not. */
function takes(property: Stored, value: CellValue | undefined, found: readonly NotionProperty[]): boolean {
  if (property.type !== 'status' || value === undefined) return true
  const options = found.find(({ id }) => id === property.id)?.options ?? []
  return options.some(({ name }) => name === value)
}
