import { ENDLESS, ServiceFailure } from '../../../kernel/service-failure.ts'
import { ask } from './answer.ts'
import type { NotionRequest, SendNotion } from './request.ts'
import { readList, type ListPage, type NotionJson } from './wire.ts'

const PAGE_SIZE = 100
/** Notion ends a query at 10,000 rows; no other list that is read whole needs more pages than that. */
const MOST_PAGES = 100

/**
 * Reads a list to its end.
 * @throws ServiceFailure `permanent` where a cursor repeats, is missing though more is announced, or the list has
 *   no end
 */
export async function readWhole(
  send: SendNotion,
  request: NotionRequest,
): Promise<{ results: NotionJson[]; complete: boolean }> {
  const results: NotionJson[] = []
  const cursors = new Set<string>()
  for (let cursor: string | null = null; ;) {
    const list = await readListPage(send, request, cursor)
    results.push(...list.results)
    cursor = list.nextCursor
    if (cursor === null) return { results, complete: !list.incomplete }
    if (cursors.has(cursor)) throw endless(`a list whose cursor repeats (${request.path})`)
    cursors.add(cursor)
    if (cursors.size >= MOST_PAGES) throw endless(`a list of more than ${MOST_PAGES} pages (${request.path})`)
  }
}

/** Reads one page of a list, from a cursor on. */
export async function readListPage(
  send: SendNotion,
  request: NotionRequest,
  cursor: string | null,
): Promise<ListPage> {
  const list = await ask(send, readList, pageOf(request, cursor))
  if (list.hasMore && list.nextCursor === null)
    throw endless(`a list that has more, and no cursor to it (${request.path})`)
  return list
}

/** What has no end is refused for good: whoever asked for it fails, and nobody asks again and again. */
export function endless(what: string): ServiceFailure {
  const fix = 'mend the page in Notion, or make it anew'
  return new ServiceFailure(`Notion gave ${what}`, {
    errorClass: 'permanent',
    billed: 'no',
    code: ENDLESS,
    fix,
  })
}

function pageOf(request: NotionRequest, cursor: string | null): NotionRequest {
  const paging = { page_size: PAGE_SIZE, ...(cursor === null ? {} : { start_cursor: cursor }) }
  return request.method === 'get'
    ? { ...request, query: { ...request.query, ...paging } }
    : { ...request, body: { ...request.body, ...paging } }
}
