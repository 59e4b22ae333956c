import { usable } from './answer.ts'
import { endless, readWhole } from './lists.ts'
import type { SendNotion } from './request.ts'
import { readBlock, type NotionJson } from './wire.ts'

/** A block with its children, read whole. */
export interface NotionBlock {
  readonly id: string
  readonly type: string
  readonly json: NotionJson
  readonly children: readonly NotionBlock[]
}

/** Levels of blocks below a page; people nest a handful. */
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
