/** What a stand-in stores: JSON objects under ids, in the order in which they were made. */
import type { Database } from './db.ts'
import { parseJson } from './json.ts'

/** The table of {@link objects}. */
export const OBJECT_SCHEMA = `
CREATE TABLE IF NOT EXISTS stored_object (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (kind, id)
) STRICT;
CREATE INDEX IF NOT EXISTS stored_object_by_kind ON stored_object (kind, seq);`

/** The objects of one kind. */
export interface Objects<T> {
  /** Stores it under `id`, or else under the number after the newest; false, and nothing is changed, where the id is taken. */
  add(object: T, id?: string): boolean
  get(id: string): T | undefined
  /** Puts it in the place of what is stored under `id`, if anything is. */
  change(id: string, object: T): void
  remove(id: string): void
  /** Up to `limit` with their ids, oldest first, beginning after the object `after`. */
  list(page?: {
    readonly limit?: number
    readonly after?: string
  }): readonly (readonly [id: string, object: T])[]
  /** The last `limit`, newest first. */
  newest(limit: number): readonly T[]
}

/** Opens the objects of a kind over `db`, which must have {@link OBJECT_SCHEMA}; only the newest `keep` stay. */
export function objects<T>(db: Database, kind: string, keep?: number): Objects<T> {
  const insert = db.prepare<[string, string, string]>(
    'INSERT INTO stored_object (kind, id, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const prune = db.prepare<[string, string, number]>(
    `DELETE FROM stored_object WHERE kind = ?
     AND seq <= (SELECT seq FROM stored_object WHERE kind = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)`,
  )
  const get = db.prepare<[string, string], Row>(
    'SELECT seq, id, value FROM stored_object WHERE kind = ? AND id = ?',
  )
  const change = db.prepare<[string, string, string]>(
    'UPDATE stored_object SET value = ? WHERE kind = ? AND id = ?',
  )
  const remove = db.prepare<[string, string]>('DELETE FROM stored_object WHERE kind = ? AND id = ?')
  const list = db.prepare<[string, number, number], Row>(
    'SELECT seq, id, value FROM stored_object WHERE kind = ? AND seq > ? ORDER BY seq LIMIT ?',
  )
  const newest = db.prepare<[string, number], Row>(
    'SELECT seq, id, value FROM stored_object WHERE kind = ? ORDER BY seq DESC LIMIT ?',
  )
  // Only this module writes the table, from objects of this type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const read = (row: Row): T => parseJson(row.value) as T
  const add = db.transaction((object: T, given: string | undefined): boolean => {
    const id = given ?? String(Number(newest.get(kind, 1)?.id ?? 0) + 1)
    const isNew = insert.run(kind, id, JSON.stringify(object)).changes === 1
    if (isNew && keep !== undefined) prune.run(kind, kind, keep)
    return isNew
  })
  return {
    add: (object, id) => add.immediate(object, id),
    get: id => {
      const row = get.get(kind, id)
      return row === undefined ? undefined : read(row)
    },
    change: (id, object) => change.run(JSON.stringify(object), kind, id),
    remove: id => remove.run(kind, id),
    list: ({ limit = ALL, after } = {}) => {
      const seq = after === undefined ? 0 : (get.get(kind, after)?.seq ?? 0)
      return list.all(kind, seq, limit).map(row => [row.id, read(row)] as const)
    },
    newest: limit => newest.all(kind, limit).map(read),
  }
}

/** Forgets the objects of all kinds. */
export function clearObjects(db: Database): void {
  db.exec('DELETE FROM stored_object')
}

const ALL = -1

interface Row {
  readonly seq: number
  readonly id: string
  readonly value: string
}
