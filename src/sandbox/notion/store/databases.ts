/** Databases: the containers of data sources. */
import type { JsonObject } from '../../lib/json.ts'
import type { Database } from '../../lib/db.ts'
import {
  authoredIn,
  authoredRow,
  listIn,
  objectOrNull,
  type Authored,
  type AuthoredRow,
  type JsonList,
} from './columns.ts'

/** A database. */
export interface DatabaseObject extends Authored {
  readonly id: string
  readonly parentPageId: string
  readonly title: JsonList
  readonly description: JsonList
  readonly icon: JsonObject | null
  readonly cover: JsonObject | null
  readonly isInline: boolean
  readonly isLocked: boolean
  readonly inTrash: boolean
}

/** The databases of the workspace. */
export interface DatabaseStore {
  /** Adds it, or replaces the one with its id. */
  put(database: DatabaseObject): void
  find(id: string): DatabaseObject | undefined
  /** All that are not in the trash, oldest first. */
  live(): readonly DatabaseObject[]
}

interface Row extends AuthoredRow {
  readonly id: string
  readonly parent_page_id: string
  readonly title: string
  readonly description: string
  readonly icon: string
  readonly cover: string
  readonly is_inline: number
  readonly is_locked: number
  readonly in_trash: number
}

/** Opens the store. */
export function databaseStore(db: Database): DatabaseStore {
  const put = db.prepare<Row>(
    `INSERT OR REPLACE INTO database_object (id, parent_page_id, title, description, icon, cover, is_inline, is_locked,
       in_trash, created_ms, edited_ms, created_by, edited_by)
     VALUES (@id, @parent_page_id, @title, @description, @icon, @cover, @is_inline, @is_locked,
       @in_trash, @created_ms, @edited_ms, @created_by, @edited_by)`,
  )
  const find = db.prepare<[string], Row>('SELECT * FROM database_object WHERE id = ?')
  const live = db.prepare<[], Row>(
    'SELECT * FROM database_object WHERE in_trash = 0 ORDER BY created_ms, rowid',
  )
  return {
    put: database => put.run(toRow(database)),
    find: id => {
      const row = find.get(id)
      return row === undefined ? undefined : fromRow(row)
    },
    live: () => live.all().map(fromRow),
  }
}

function toRow(database: DatabaseObject): Row {
  return {
    id: database.id,
    parent_page_id: database.parentPageId,
    title: JSON.stringify(database.title),
    description: JSON.stringify(database.description),
    icon: JSON.stringify(database.icon),
    cover: JSON.stringify(database.cover),
    is_inline: Number(database.isInline),
    is_locked: Number(database.isLocked),
    in_trash: Number(database.inTrash),
    ...authoredRow(database),
  }
}

function fromRow(row: Row): DatabaseObject {
  return {
    id: row.id,
    parentPageId: row.parent_page_id,
    title: listIn(row.title),
    description: listIn(row.description),
    icon: objectOrNull(row.icon),
    cover: objectOrNull(row.cover),
    isInline: row.is_inline === 1,
    isLocked: row.is_locked === 1,
    inTrash: row.in_trash === 1,
    ...authoredIn(row),
  }
}
