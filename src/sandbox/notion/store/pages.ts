/** Pages: the rows of data sources and the pages that stand alone. */
import type { Database } from '../../lib/db.ts'
import type { JsonObject } from '../../lib/json.ts'
import {
  authoredIn,
  authoredRow,
  objectIn,
  objectOrNull,
  type Authored,
  type AuthoredRow,
} from './columns.ts'

/** Where a page lies; `workspace` is the top level. */
export type PageParentType = 'workspace' | 'page_id' | 'data_source_id'

/** A page. */
export interface Page extends Authored {
  readonly id: string
  readonly parentType: PageParentType
  /** The page or data source it lies in; the workspace's id at the top. */
  readonly parentId: string
  /** Its number within its data source; 0 for others. */
  readonly number: number
  /** Values by property id, in the stand-in's own shape; relations lie in a table of their own. */
  readonly values: JsonObject
  readonly icon: JsonObject | null
  readonly cover: JsonObject | null
  readonly isLocked: boolean
  readonly inTrash: boolean
}

/** The pages of the workspace. */
export interface PageStore {
  add(page: Page): void
  update(page: Page): void
  find(id: string): Page | undefined
  /** Those in a parent, newest first. */
  in(parentId: string, inTrash: boolean): readonly Page[]
  /** All that are not in the trash, newest first. */
  live(): readonly Page[]
  count(parentId: string): number
}

interface Row extends AuthoredRow {
  readonly id: string
  readonly parent_type: string
  readonly parent_id: string
  readonly number: number
  readonly property_values: string
  readonly icon: string
  readonly cover: string
  readonly is_locked: number
  readonly in_trash: number
}

/** Opens the store. */
export function pageStore(db: Database): PageStore {
  const add = db.prepare<Row>(
    `INSERT INTO page (id, parent_type, parent_id, number, property_values, icon, cover, is_locked, in_trash,
       created_ms, edited_ms, created_by, edited_by)
     VALUES (@id, @parent_type, @parent_id, @number, @property_values, @icon, @cover, @is_locked, @in_trash,
       @created_ms, @edited_ms, @created_by, @edited_by)`,
  )
  const update = db.prepare<Row>(
    `UPDATE page SET parent_type = @parent_type, parent_id = @parent_id, number = @number,
       property_values = @property_values, icon = @icon, cover = @cover, is_locked = @is_locked, in_trash = @in_trash,
       created_ms = @created_ms, edited_ms = @edited_ms, created_by = @created_by, edited_by = @edited_by WHERE id = @id`,
  )
  const find = db.prepare<[string], Row>('SELECT * FROM page WHERE id = ?')
  const within = db.prepare<[string, number], Row>(
    'SELECT * FROM page WHERE parent_id = ? AND in_trash = ? ORDER BY seq DESC',
  )
  const live = db.prepare<[], Row>('SELECT * FROM page WHERE in_trash = 0 ORDER BY seq DESC')
  const count = db.prepare<[string], { readonly total: number }>(
    'SELECT count(*) AS total FROM page WHERE parent_id = ? AND in_trash = 0',
  )
  return {
    add: page => add.run(toRow(page)),
    update: page => update.run(toRow(page)),
    find: id => {
      const row = find.get(id)
      return row === undefined ? undefined : fromRow(row)
    },
    in: (parentId, inTrash) => within.all(parentId, Number(inTrash)).map(fromRow),
    live: () => live.all().map(fromRow),
    count: parentId => count.get(parentId)?.total ?? 0,
  }
}

function toRow(page: Page): Row {
  return {
    id: page.id,
    parent_type: page.parentType,
    parent_id: page.parentId,
    number: page.number,
    property_values: JSON.stringify(page.values),
    icon: JSON.stringify(page.icon),
    cover: JSON.stringify(page.cover),
    is_locked: Number(page.isLocked),
    in_trash: Number(page.inTrash),
    ...authoredRow(page),
  }
}

function fromRow(row: Row): Page {
  return {
    id: row.id,
    parentType: parentTypeIn(row.parent_type),
    parentId: row.parent_id,
    number: row.number,
    values: objectIn(row.property_values),
    icon: objectOrNull(row.icon),
    cover: objectOrNull(row.cover),
    isLocked: row.is_locked === 1,
    inTrash: row.in_trash === 1,
    ...authoredIn(row),
  }
}

function parentTypeIn(text: string): PageParentType {
  return text === 'page_id' || text === 'data_source_id' ? text : 'workspace'
}
