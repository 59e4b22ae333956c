/** The workspace: everything the stand-in holds, and what it starts with. */
import type { Database } from '../lib/db.ts'
import { BOT_USER_ID, PARENT_PAGE_ID, PARENT_PAGE_TITLE, PERSON_USER_ID, WORKSPACE_ID } from './identity.ts'
import type { Block, DatabaseObject, Page, Source } from './model.ts'
import { OBJECT_SCHEMA, objectStore, type ObjectStore } from './objects.ts'
import { plainOf, plainRichText } from './rich-text.ts'
import { WRITE_SCHEMA, writeStore, type WriteStore } from './writes.ts'

/** The stores of one stand-in. */
export interface Workspace {
  readonly databases: ObjectStore<DatabaseObject>
  readonly sources: ObjectStore<Source>
  readonly pages: ObjectStore<Page>
  readonly blocks: ObjectStore<Block>
  readonly writes: WriteStore
  /** Calls a second before 429 `rate_limited`; null (the default) for no limit. */
  requestsPerSecond(): number | null
  limitRequests(perSecond: number | null): void
  /** Forgets everything but the one parent page. */
  reset(nowMs: number): void
}

/** The tables. */
export const NOTION_SCHEMA = `${OBJECT_SCHEMA}${WRITE_SCHEMA}
CREATE TABLE IF NOT EXISTS rate_limit (per_second REAL NOT NULL) STRICT;
`

/** Opens the workspace; a fresh one gets its parent page. */
export function openWorkspace(db: Database, nowMs: number): Workspace {
  const pages = objectStore<Page>(db, 'page')
  const rate = db.prepare<[], { readonly rate: number }>('SELECT per_second AS rate FROM rate_limit')
  const setRate = db.prepare<[number]>('INSERT INTO rate_limit (per_second) VALUES (?)')
  const clearRate = db.prepare('DELETE FROM rate_limit')
  const clearOthers = [db.prepare('DELETE FROM object'), db.prepare('DELETE FROM write_entry')]
  if (pages.find(PARENT_PAGE_ID) === undefined) seed(pages, nowMs)
  return {
    databases: objectStore(db, 'database'),
    sources: objectStore(db, 'data_source'),
    pages,
    blocks: objectStore(db, 'block'),
    writes: writeStore(db),
    requestsPerSecond: () => rate.get()?.rate ?? null,
    limitRequests: perSecond => {
      clearRate.run()
      if (perSecond !== null) setRate.run(perSecond)
    },
    reset: at => {
      for (const statement of [clearRate, ...clearOthers]) statement.run()
      seed(pages, at)
    },
  }
}

function seed(pages: ObjectStore<Page>, nowMs: number): void {
  pages.add({
    id: PARENT_PAGE_ID,
    parentType: 'workspace',
    parentId: WORKSPACE_ID,
    values: { title: plainRichText(PARENT_PAGE_TITLE) },
    inTrash: false,
    createdMs: nowMs,
    editedMs: nowMs,
    createdBy: PERSON_USER_ID,
    editedBy: BOT_USER_ID,
  })
}

/** The data sources that are not in the trash, nor their databases, oldest first. */
export function liveSources({ sources, databases }: Workspace): readonly Source[] {
  return sources.live().filter(({ parentId }) => databases.find(parentId)?.inTrash === false)
}

/** A page's title in plain text, whatever its title property is called. */
export function titleOfPage({ pages }: Workspace, pageId: string): string {
  return plainOf(pages.find(pageId)?.values['title'])
}
