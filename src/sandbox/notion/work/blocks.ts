/** Inserting blocks and keeping the page above them in step. */
import { inTrash, invalid, notFound } from '../errors.ts'
import { blockType } from '../blocks/types.ts'
import { fitsTable, TABLE_WIDTH, type NewBlock } from '../blocks/read.ts'
import { newId } from '../ids.ts'
import type { Block } from '../store/blocks.ts'
import type { Act } from '../store/writes.ts'
import type { Workspace } from '../workspace.ts'

/** Inserts blocks with all below them; answers those of the first level. `after` as in the store. */
export function insertBlocks(
  workspace: Workspace,
  act: Act,
  parentId: string,
  parentType: Block['parentType'],
  wanted: readonly NewBlock[],
  after?: string | null,
): readonly Block[] {
  const blocks = wanted.map(({ type, content }) => ({
    id: newId(),
    parentId,
    parentType,
    type,
    content,
    inTrash: false,
    createdMs: act.nowMs,
    editedMs: act.nowMs,
    createdBy: act.userId,
    editedBy: act.userId,
  }))
  workspace.blocks.add(blocks, after)
  for (const [index, block] of blocks.entries()) {
    const children = wanted[index]?.children ?? []
    if (children.length > 0) insertBlocks(workspace, act, block.id, 'block_id', children)
  }
  return blocks
}

/** Where blocks may be appended. */
export interface Place {
  readonly parentId: string
  readonly parentType: Block['parentType']
}

/** The place an id names, or the error: not there, in the trash, or no place for children. */
export function placeOf(workspace: Workspace, id: string, wanted: readonly NewBlock[]): Place {
  const page = workspace.pages.find(id)
  if (page !== undefined) {
    if (page.inTrash) throw inTrash()
    return { parentId: id, parentType: 'page_id' }
  }
  const block = workspace.blocks.find(id)
  if (block === undefined) throw notFound('block', id)
  if (isTrashed(workspace, block)) throw inTrash()
  refuseChildren(block, wanted)
  return { parentId: id, parentType: 'block_id' }
}

function refuseChildren(block: Block, wanted: readonly NewBlock[]): void {
  const type = blockType(block.type)
  const closed = type?.toggleable === true && block.content['is_toggleable'] !== true
  if (type?.children !== true || closed) throw invalid('Block does not support children.')
  if (block.type !== 'table') return
  for (const row of wanted) {
    if (row.type !== 'table_row') throw invalid('Children of a table must be table_row blocks.')
    if (!fitsTable(row.content, block.content['table_width'])) throw invalid(TABLE_WIDTH)
  }
}

/** True when the block or anything above it lies in the trash. */
export function isTrashed(workspace: Workspace, block: Block): boolean {
  if (block.inTrash) return true
  const above = workspace.blocks.find(block.parentId)
  if (above !== undefined && block.parentType === 'block_id') return isTrashed(workspace, above)
  return workspace.pages.find(block.parentId)?.inTrash === true
}

/** The page a block lies in, however deep. */
export function pageOfBlock(workspace: Workspace, block: Block): string {
  if (block.parentType === 'page_id') return block.parentId
  const above = workspace.blocks.find(block.parentId)
  return above === undefined ? block.parentId : pageOfBlock(workspace, above)
}

/** Marks a page as edited: a change of its content is one of the page. */
export function touchPage(workspace: Workspace, act: Act, pageId: string): void {
  const page = workspace.pages.find(pageId)
  if (page !== undefined) workspace.pages.update({ ...page, editedMs: act.nowMs, editedBy: act.userId })
}
