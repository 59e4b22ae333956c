import { NOTION_LIMITS } from './blocks.ts'
import type { Span } from '../../../domain/markdown/document.ts'
import { jsonBytes } from './json-bytes.ts'
import { richTextOf } from './pieces.ts'

/** One row must fit into a request with room to spare: Notion cannot add to a row later. */
const MAX_ROW_BYTES = 300_000

/** Wider tables cannot be read in Notion. */
const MAX_COLUMNS = 100

/** Whether Notion can hold a table: a cell cannot go on in a further block as other texts can. */
export function fitsInTable(rows: readonly (readonly (readonly Span[])[])[]): boolean {
  return rows.every(row => {
    if (row.length > MAX_COLUMNS) return false
    const cells = row.map(richTextOf)
    return cells.every(cell => cell.length <= NOTION_LIMITS.pieces) && jsonBytes(cells) <= MAX_ROW_BYTES
  })
}
