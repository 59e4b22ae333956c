import { ENDLESS, ServiceFailure } from '../../../kernel/service-failure.ts'
import type { NotionRequest, SendNotion } from './request.ts'
import { readList, type ListPage, type NotionJson, readBlock } from './wire.ts'

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

/** The failure of a list that never ends: permanent, so that it is not asked for again and again. */
function endless(what: string): ServiceFailure {
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

/** Sends a request and reads its answer. */
export async function ask<T>(
  send: SendNotion,
  read: (json: unknown) => T | null,
  request: NotionRequest,
): Promise<T> {
  return usable(read(await send(request)), request.path)
}

/** An answer with a good status that is not Notion's, such as a proxy's page, is of no use. */
export function usable<T>(read: T | null, path: string): T {
  if (read !== null) return read
  throw new ServiceFailure(`Notion: unusable answer to ${path}`, {
    errorClass: 'transient',
    billed: 'unknown',
  })
}

/** A block with its children, read whole. */
export interface NotionBlock {
  readonly id: string
  readonly type: string
  readonly json: NotionJson
  readonly children: readonly NotionBlock[]
}

/** Most levels of blocks below a page; people use fewer than ten. */
const DEEPEST = 50
/** Lists of children in one page: at Notion's rate, more would take minutes to read. */
const MOST_LISTS = 500

/**
 * Reads the blocks below a block or page; `descend` says into which ones to go.
 * @throws ServiceFailure `permanent` where a block lies within itself, or there is no end to them
 */
export async function readTree(
  send: SendNotion,
  rootId: string,
  descend: (block: NotionJson) => boolean,
): Promise<NotionBlock[]> {
  let lists = 0
  const below = async (parentId: string, within: readonly string[]): Promise<NotionBlock[]> => {
    lists += 1
    if (within.includes(parentId)) throw endless(`a block that lies within itself (${parentId})`)
    if (within.length >= DEEPEST) throw endless(`blocks nested more than ${DEEPEST} deep (below ${rootId})`)
    if (lists > MOST_LISTS) throw endless(`a page with more than ${MOST_LISTS} lists of blocks (${rootId})`)
    const path = `blocks/${parentId}/children`
    const list = await readWhole(send, { method: 'get', path, repeatable: true })
    const blocks: NotionBlock[] = []
    for (const json of list.results) {
      const { id, type, hasChildren } = usable(readBlock(json), path)
      const children = hasChildren && descend(json) ? await below(id, [...within, parentId]) : []
      blocks.push({ id, type, json, children })
    }
    return blocks
  }
  return below(rootId, [])
}
