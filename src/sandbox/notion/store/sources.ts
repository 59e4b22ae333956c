/** Data sources: the tables within databases. */
import type { Database } from '../../lib/db.ts'
import type { JsonObject } from '../../lib/json.ts'
import {
  authoredIn,
  authoredRow,
  listIn,
  objectOrNull,
  type Authored,
  type AuthoredRow,
  type JsonList,
} from './columns.ts'

/** A data source. */
export interface Source extends Authored {
  readonly id: string
  readonly databaseId: string
  readonly title: JsonList
  readonly icon: JsonObject | null
  readonly inTrash: boolean
}

/** The data sources of the workspace. */
export interface SourceStore {
  add(source: Source): void
  update(source: Source): void
  find(id: string): Source | undefined
  /** Those of a database that are not in the trash, oldest first. */
  ofDatabase(databaseId: string): readonly Source[]
  /** All that are not in the trash, nor their databases, oldest first. */
  live(): readonly Source[]
  /** The number of its next row, counted from 1 and never given twice. */
  takeNumber(id: string): number
}

interface Row extends AuthoredRow {
  readonly id: string
  readonly database_id: string
  readonly title: string
  readonly icon: string
  readonly in_trash: number
}

/** Opens the store. */
export function sourceStore(db: Database): SourceStore {
  const add = db.prepare<Row>(
    `INSERT INTO data_source (id, database_id, title, icon, in_trash, next_number, created_ms, edited_ms, created_by, edited_by)
     VALUES (@id, @database_id, @title, @icon, @in_trash, 1, @created_ms, @edited_ms, @created_by, @edited_by)`,
  )
  const update = db.prepare<Row>(
    `UPDATE data_source SET database_id = @database_id, title = @title, icon = @icon, in_trash = @in_trash,
       created_ms = @created_ms, edited_ms = @edited_ms, created_by = @created_by, edited_by = @edited_by WHERE id = @id`,
  )
  const find = db.prepare<[string], Row>('SELECT * FROM data_source WHERE id = ?')
  const ofDatabase = db.prepare<[string], Row>(
    'SELECT * FROM data_source WHERE database_id = ? AND in_trash = 0 ORDER BY seq',
  )
  const live = db.prepare<[], Row>(
    `SELECT data_source.* FROM data_source JOIN database_object ON database_object.id = database_id
     WHERE data_source.in_trash = 0 AND database_object.in_trash = 0 ORDER BY seq`,
  )
  const take = db.prepare<[string], { readonly number: number }>(
    'UPDATE data_source SET next_number = next_number + 1 WHERE id = ? RETURNING next_number - 1 AS number',
  )
  return {
    add: source => add.run(toRow(source)),
    update: source => update.run(toRow(source)),
    find: id => {
      const row = find.get(id)
      return row === undefined ? undefined : fromRow(row)
    },
    ofDatabase: databaseId => ofDatabase.all(databaseId).map(fromRow),
    live: () => live.all().map(fromRow),
    takeNumber: id => take.get(id)?.number ?? 0,
  }
}

function toRow(source: Source): Row {
  return {
    id: source.id,
    database_id: source.databaseId,
    title: JSON.stringify(source.title),
    icon: JSON.stringify(source.icon),
    in_trash: Number(source.inTrash),
    ...authoredRow(source),
  }
}

function fromRow(row: Row): Source {
  return {
    id: row.id,
    databaseId: row.database_id,
    title: listIn(row.title),
    icon: objectOrNull(row.icon),
    inTrash: row.in_trash === 1,
    ...authoredIn(row),
  }
}
