/** Blocks as answers carry them. */
import type { JsonObject } from '../../lib/json.ts'
import { WORKSPACE_ID } from '../identity.ts'
import { authorship, parentOf } from '../objects.ts'
import { plainOf } from '../rich-text.ts'
import type { Block } from '../store/blocks.ts'
import type { DatabaseObject } from '../store/databases.ts'
import type { Page } from '../store/pages.ts'
import type { Workspace } from '../workspace.ts'
import { titleOfPage } from '../properties/show.ts'

/** A block; child pages and databases show their present title. */
export function showBlock(workspace: Workspace, block: Block): JsonObject {
  if (block.type === 'child_page') {
    const page = workspace.pages.find(block.id)
    if (page !== undefined) return showPageBlock(workspace, page)
  }
  if (block.type === 'child_database') {
    const database = workspace.databases.find(block.id)
    if (database !== undefined) return showDatabaseBlock(database)
  }
  return {
    object: 'block',
    id: block.id,
    parent: { type: block.parentType, [block.parentType]: block.parentId },
    ...authorship(block),
    has_children: workspace.blocks.hasChildren(block.id),
    in_trash: block.inTrash,
    type: block.type,
    [block.type]: block.content,
    archived: block.inTrash,
  }
}

/** A page seen as a block. */
export function showPageBlock(workspace: Workspace, page: Page): JsonObject {
  return {
    object: 'block',
    id: page.id,
    parent:
      page.parentId === WORKSPACE_ID ? { type: 'workspace', workspace: true } : parentOf(workspace, page),
    ...authorship(page),
    has_children: workspace.blocks.hasChildren(page.id),
    in_trash: page.inTrash,
    type: 'child_page',
    child_page: { title: titleOfPage(workspace, page.id) },
    archived: page.inTrash,
  }
}

/** A database seen as a block. */
export function showDatabaseBlock(database: DatabaseObject): JsonObject {
  return {
    object: 'block',
    id: database.id,
    parent: { type: 'page_id', page_id: database.parentPageId },
    ...authorship(database),
    has_children: false,
    in_trash: database.inTrash,
    type: 'child_database',
    child_database: { title: plainOf(database.title) },
    archived: database.inTrash,
  }
}

/** A block's words, for the ledger. */
export function blockInWords(type: string, content: JsonObject): JsonObject {
  const cells = content['cells']
  const text = Array.isArray(cells) ? cells.map(plainOf).join(' | ') : plainOf(content['rich_text'])
  return { type, text }
}
