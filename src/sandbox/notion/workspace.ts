/** The workspace: everything the stand-in holds, and what it starts with. */
import type { Database } from '../lib/db.ts'
import { BOT_USER_ID, PARENT_PAGE_ID, PARENT_PAGE_TITLE, PERSON_USER_ID, WORKSPACE_ID } from './identity.ts'
import { plainRichText } from './rich-text.ts'
import { blockStore, type BlockStore } from './store/blocks.ts'
import { commentStore, type CommentStore } from './store/comments.ts'
import { databaseStore, type DatabaseStore } from './store/databases.ts'
import { pageStore, type PageStore } from './store/pages.ts'
import { propertyStore, type PropertyStore } from './store/properties.ts'
import { relationStore, type RelationStore } from './store/relations.ts'
import { settingStore, type SettingStore } from './store/settings.ts'
import { sourceStore, type SourceStore } from './store/sources.ts'
import { writeStore, type WriteStore } from './store/writes.ts'

/** The stores of one stand-in. */
export interface Workspace {
  readonly databases: DatabaseStore
  readonly sources: SourceStore
  readonly properties: PropertyStore
  readonly pages: PageStore
  readonly relations: RelationStore
  readonly blocks: BlockStore
  readonly comments: CommentStore
  readonly writes: WriteStore
  readonly settings: SettingStore
  /** Forgets everything but the one parent page. */
  reset(nowMs: number): void
}

const TABLES = [
  'database_object',
  'data_source',
  'property',
  'page',
  'relation_link',
  'block',
  'comment',
  'write_entry',
  'setting',
]

/** Opens the workspace; a fresh one gets its parent page. */
export function openWorkspace(db: Database, nowMs: number): Workspace {
  const pages = pageStore(db)
  const clear = TABLES.map(table => db.prepare(`DELETE FROM ${table}`))
  if (pages.find(PARENT_PAGE_ID) === undefined) seed(pages, nowMs)
  return {
    databases: databaseStore(db),
    sources: sourceStore(db),
    properties: propertyStore(db),
    pages,
    relations: relationStore(db),
    blocks: blockStore(db),
    comments: commentStore(db),
    writes: writeStore(db),
    settings: settingStore(db),
    reset: at => {
      for (const statement of clear) statement.run()
      seed(pages, at)
    },
  }
}

function seed(pages: PageStore, nowMs: number): void {
  pages.add({
    id: PARENT_PAGE_ID,
    parentType: 'workspace',
    parentId: WORKSPACE_ID,
    number: 0,
    values: { title: plainRichText(PARENT_PAGE_TITLE) },
    icon: null,
    cover: null,
    isLocked: false,
    inTrash: false,
    createdMs: nowMs,
    editedMs: nowMs,
    createdBy: PERSON_USER_ID,
    editedBy: BOT_USER_ID,
  })
}
