/** Blocks as answers carry them. */
import type { JsonObject } from '../../lib/json.ts'
import type { Authored, Block, DatabaseObject, Page } from '../model.ts'
import type { Stored } from '../objects.ts'
import { plainOf } from '../rich-text.ts'
import { authorship, parentOf } from '../show.ts'
import type { Workspace } from '../workspace.ts'

/** A block; child pages and databases show their present title. */
export function showBlock(workspace: Workspace, block: Block): JsonObject {
  const page = block.type === 'child_page' ? workspace.pages.find(block.id) : undefined
  if (page !== undefined) return showPageBlock(workspace, page)
  const database = block.type === 'child_database' ? workspace.databases.find(block.id) : undefined
  if (database !== undefined) return showDatabaseBlock(workspace, database)
  const parent = { type: block.parentType, [block.parentType]: block.parentId }
  return shown(workspace, block, parent, block.type, block.content)
}

/** A page seen as a block. */
export function showPageBlock(workspace: Workspace, page: Page): JsonObject {
  const content = { title: plainOf(page.values['title']) }
  return shown(workspace, page, parentOf(workspace, page), 'child_page', content)
}

/** A database seen as a block. */
export function showDatabaseBlock(workspace: Workspace, database: DatabaseObject): JsonObject {
  const parent = { type: 'page_id', page_id: database.parentId }
  return shown(workspace, database, parent, 'child_database', { title: plainOf(database.title) })
}

function shown(
  workspace: Workspace,
  object: Stored & Authored,
  parent: JsonObject,
  type: string,
  content: JsonObject,
): JsonObject {
  return {
    object: 'block',
    id: object.id,
    parent,
    ...authorship(object),
    has_children: workspace.blocks.count(object.id) > 0,
    in_trash: object.inTrash,
    type,
    [type]: content,
    archived: object.inTrash,
  }
}

/** A block's words, for the ledger. */
export function blockInWords(type: string, content: JsonObject): JsonObject {
  const cells = content['cells']
  const text = Array.isArray(cells) ? cells.map(plainOf).join(' | ') : plainOf(content['rich_text'])
  return { type, text }
}
