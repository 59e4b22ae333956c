/** Adding blocks to pages and blocks. */
import { randomUUID } from 'node:crypto'
import { inTrash, invalid, notFound } from '../errors.ts'
import type { Block } from '../model.ts'
import type { Workspace } from '../workspace.ts'
import { editedBy, madeBy, type Act } from '../writes.ts'
import { refuseForeignRows, takesChildren, type NewBlock } from './read.ts'
import { blockInWords } from './show.ts'

/** Appends blocks with all below them to a page or block; answers those of the first level. */
export function insertBlocks(
  workspace: Workspace,
  act: Act,
  parentId: string,
  parentType: Block['parentType'],
  wanted: readonly NewBlock[],
): readonly Block[] {
  return wanted.map(({ type, content, children }) => {
    const block = newBlock(act, randomUUID(), parentId, parentType, type, content)
    workspace.blocks.add(block)
    insertBlocks(workspace, act, block.id, 'block_id', children)
    return block
  })
}

/** The block that stands for a page or database within its parent page. */
export function addChildBlock(
  workspace: Workspace,
  act: Act,
  id: string,
  type: 'child_page' | 'child_database',
  parentId: string,
): void {
  workspace.blocks.add(newBlock(act, id, parentId, 'page_id', type, {}))
}

function newBlock(
  act: Act,
  id: string,
  parentId: string,
  parentType: Block['parentType'],
  type: string,
  content: Block['content'],
): Block {
  return { id, parentId, parentType, type, content, inTrash: false, ...madeBy(act) }
}

/** Appends blocks to a page or block and notes it in the ledger; the error for what takes none. */
export function appendBlocks(
  workspace: Workspace,
  act: Act,
  parentId: string,
  wanted: readonly NewBlock[],
): readonly Block[] {
  const parentType = parentTypeOf(workspace, parentId, wanted)
  const blocks = insertBlocks(workspace, act, parentId, parentType, wanted)
  const pageId = pageOf(workspace, parentId)
  touchPage(workspace, act, pageId)
  const changed = blocks.map(({ id, type, content }) => ({ id, ...blockInWords(type, content) }))
  workspace.writes.add(act, { kind: 'blocks.append', objectId: parentId, pageId, changed })
  return blocks
}

function parentTypeOf(workspace: Workspace, id: string, wanted: readonly NewBlock[]): Block['parentType'] {
  const page = workspace.pages.find(id)
  if (page !== undefined) {
    if (page.inTrash) throw inTrash()
    return 'page_id'
  }
  const block = workspace.blocks.find(id)
  if (block === undefined) throw notFound('block', id)
  if (isTrashed(workspace, block)) throw inTrash()
  if (!takesChildren(block.type)) throw invalid('Block does not support children.')
  if (block.type === 'table') refuseForeignRows(block.content, wanted)
  return 'block_id'
}

/** True when the block or anything above it lies in the trash. */
function isTrashed(workspace: Workspace, block: Block): boolean {
  if (block.inTrash) return true
  const above = workspace.blocks.find(block.parentId)
  if (above !== undefined && block.parentType === 'block_id') return isTrashed(workspace, above)
  return workspace.pages.find(block.parentId)?.inTrash === true
}

/** The page that a page or block lies in, however deep; a page lies in itself. */
export function pageOf(workspace: Workspace, id: string): string {
  if (workspace.pages.find(id) !== undefined) return id
  const parentId = workspace.blocks.find(id)?.parentId
  return parentId === undefined ? id : pageOf(workspace, parentId)
}

/** Marks a page as edited: a change of its content is one of the page. */
export function touchPage(workspace: Workspace, act: Act, pageId: string): void {
  const page = workspace.pages.find(pageId)
  if (page !== undefined) workspace.pages.update({ ...page, ...editedBy(act) })
}
