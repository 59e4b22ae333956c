/** POST /v1/data_sources/{id}/query: the rows, filtered, sorted and paged. */
import type { JsonObject } from '../../lib/json.ts'
import { notInSandbox } from '../errors.ts'
import { showPage } from '../objects.ts'
import { badCursor, listAnswer, pageRequestIn } from '../paging.ts'
import { choiceAt, flagAt, objectAt } from '../shape.ts'
import type { Page } from '../store/pages.ts'
import type { Source } from '../store/sources.ts'
import type { Workspace } from '../workspace.ts'
import { filterAt, isRelative } from './filter.ts'
import { sortsAt, type RowOrder } from './sort.ts'

/** Notion stops here and says so in `request_status`. */
const MOST_ROWS = 10_000

const KEYS = ['filter', 'sorts', 'start_cursor', 'page_size', 'in_trash', 'archived', 'result_type']

/** The rows of the last query, kept so that paging through many does not filter them all again for each page. */
export interface QueryMemory {
  last: { readonly key: string; readonly rows: readonly Page[] } | undefined
}

/** Answers a query. */
export function runQuery(
  workspace: Workspace,
  memory: QueryMemory,
  source: Source,
  body: JsonObject,
  only: readonly string[],
  nowMs: number,
): JsonObject {
  objectAt(body, 'body', KEYS)
  const { cursor, size } = pageRequestIn(body)
  if (body['result_type'] !== undefined) {
    if (choiceAt(body['result_type'], 'body.result_type', ['page', 'data_source']) === 'data_source') {
      throw notInSandbox('keep wikis: rows are always pages')
    }
  }
  const { rows, order } = matching(workspace, memory, source, body, nowMs)
  const start = cursor === undefined ? 0 : placeOf(workspace, source, rows, order, cursor)
  const reachable = Math.min(rows.length, MOST_ROWS)
  const end = Math.min(start + size, reachable)
  const results = rows.slice(start, end).map(page => showPage(workspace, page, only))
  const next = end < reachable ? rows[end] : undefined
  const answer = listAnswer('page_or_data_source', results, next?.id ?? null)
  if (end < reachable || rows.length <= MOST_ROWS) return answer
  return {
    ...answer,
    request_status: { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' },
  }
}

interface Matching {
  readonly rows: readonly Page[]
  readonly order: RowOrder
}

function matching(
  workspace: Workspace,
  memory: QueryMemory,
  source: Source,
  body: JsonObject,
  nowMs: number,
): Matching {
  const { filter, sorts } = body
  const trashed = flagAt(body['in_trash'] ?? body['archived'], 'body.in_trash', false)
  const properties = workspace.properties.of(source.id)
  const order = sorts === undefined ? () => 0 : sortsAt(sorts, 'body.sorts', properties)
  const test =
    filter === undefined ? () => true : filterAt(filter, 'body.filter', { workspace, properties, nowMs })
  const key = JSON.stringify([
    workspace.writes.revision(),
    source.id,
    trashed,
    filter,
    sorts,
    isRelative(filter) ? nowMs : 0,
  ])
  if (memory.last?.key === key) return { rows: memory.last.rows, order }
  const rows = workspace.pages.in(source.id, trashed).filter(test).toSorted(order)
  memory.last = { key, rows }
  return { rows, order }
}

/** Where to go on: at the row the cursor names, or, when it no longer matches, where it would stand. */
function placeOf(
  workspace: Workspace,
  source: Source,
  rows: readonly Page[],
  order: RowOrder,
  cursor: string,
): number {
  const place = rows.findIndex(({ id }) => id === cursor)
  if (place !== -1) return place
  const page = workspace.pages.find(cursor)
  if (page === undefined || page.parentId !== source.id) throw badCursor(cursor)
  const newer = newerThan(page)
  const found = rows.findIndex(row => {
    const difference = order(row, page)
    return difference > 0 || (difference === 0 && !newer(row))
  })
  return found === -1 ? rows.length : found
}

function newerThan(page: Page): (row: Page) => boolean {
  return row => row.number > page.number
}
