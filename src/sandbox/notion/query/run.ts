/** POST /v1/data_sources/{id}/query: the rows, filtered, sorted and paged. */
import type { JsonObject } from '../../lib/json.ts'
import type { Page, Source } from '../model.ts'
import { badCursor, listAnswer, pageRequestIn } from '../paging.ts'
import { choiceAt, listAt, objectAt, wrongChoice } from '../shape.ts'
import { showPage } from '../show.ts'
import { minuteOf } from '../time.ts'
import type { Workspace } from '../workspace.ts'
import { filterAt } from './filter.ts'

/** Notion stops here and says so in `request_status`. */
const MOST_ROWS = 10_000

const KEYS = ['filter', 'sorts', 'start_cursor', 'page_size']
const OTHER_KEYS = ['in_trash', 'archived', 'result_type']

/** Answers queries. */
export function queryRunner(workspace: Workspace): (source: Source, body: JsonObject) => JsonObject {
  // Kept so that paging through many rows does not filter them all again for each page.
  let last: { readonly key: string; readonly rows: readonly Page[] } | undefined
  return (source, body) => {
    const { filter, sorts } = objectAt(body, 'body', KEYS, OTHER_KEYS)
    const { cursor, size } = pageRequestIn(body)
    const order = sorts === undefined ? () => 0 : sortsAt(sorts, 'body.sorts')
    const test = filter === undefined ? () => true : filterAt(filter, 'body.filter', source.properties)
    const key = JSON.stringify([workspace.writes.revision(), source.id, filter, sorts])
    if (last?.key !== key) {
      const newestFirst = workspace.pages.in(source.id).toReversed()
      last = { key, rows: newestFirst.filter(test).toSorted(order) }
    }
    const { rows } = last
    const start = cursor === undefined ? 0 : placeOf(workspace, source, rows, order, cursor)
    const reachable = Math.min(rows.length, MOST_ROWS)
    const end = Math.min(start + size, reachable)
    const results = rows.slice(start, end).map(page => showPage(workspace, page))
    const next = end < reachable ? rows[end] : undefined
    const answer = listAnswer('page_or_data_source', results, next?.id ?? null)
    if (end < reachable || rows.length <= MOST_ROWS) return answer
    const status = { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' }
    return { ...answer, request_status: status }
  }
}

/** Compares two rows. */
type RowOrder = (left: Page, right: Page) => number

/** Reads the sorts; equal rows keep the order they come in (newest first). */
function sortsAt(value: unknown, path: string): RowOrder {
  const orders = listAt(value, path).map((sort, index) => sortAt(sort, `${path}[${String(index)}]`))
  return (left, right) => {
    const differences = orders.map(order => order(left, right))
    return differences.find(difference => difference !== 0) ?? 0
  }
}

function sortAt(value: unknown, path: string): RowOrder {
  const sort = objectAt(value, path, ['timestamp', 'direction'], ['property'])
  const direction = choiceAt(sort['direction'], `${path}.direction`, ['ascending', 'descending'])
  if (sort['timestamp'] === undefined) throw wrongChoice(path, ['property', 'timestamp'], sort)
  const which = choiceAt(sort['timestamp'], `${path}.timestamp`, ['created_time', 'last_edited_time'])
  const sign = direction === 'ascending' ? 1 : -1
  const timeOf = (page: Page): number => minuteOf(which === 'created_time' ? page.createdMs : page.editedMs)
  return (left, right) => sign * (timeOf(left) - timeOf(right))
}

/** The index to continue at: that of the row the cursor names or, when it no longer matches, where it would stand. */
function placeOf(
  { pages }: Workspace,
  source: Source,
  rows: readonly Page[],
  order: RowOrder,
  cursor: string,
): number {
  const found = rows.findIndex(({ id }) => id === cursor)
  if (found !== -1) return found
  const page = pages.find(cursor)
  if (page === undefined || page.parentId !== source.id) throw badCursor(cursor)
  const place = pages.place(cursor)
  const next = rows.findIndex(row => {
    const difference = order(row, page)
    return difference > 0 || (difference === 0 && pages.place(row.id) < place)
  })
  return next === -1 ? rows.length : next
}
