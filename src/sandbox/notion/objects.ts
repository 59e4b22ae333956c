/** Stores of objects: one table for all kinds, each object as JSON beside the columns it is looked up by. */
import type { Database } from '../lib/db.ts'

/** What every object has. */
export interface Stored {
  readonly id: string
  /** The object it lies in. */
  readonly parentId: string
  readonly inTrash: boolean
}

/** The objects of one kind. */
export interface ObjectStore<T extends Stored> {
  add(object: T): void
  /** Replaces the one with its id; its place among the others stays. */
  update(object: T): void
  find(id: string): T | undefined
  /** Those in a parent that are not in the trash, oldest first. */
  in(parentId: string): readonly T[]
  /** How many those are. */
  count(parentId: string): number
  /** All that are not in the trash, oldest first. */
  live(): readonly T[]
  /** A number that grows with each object that is added; 0 for one that is not there. */
  place(id: string): number
}

/** The table of the objects. */
export const OBJECT_SCHEMA = `
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  in_trash INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (kind, id)
) STRICT;
CREATE INDEX IF NOT EXISTS object_parent ON object (kind, parent_id, in_trash);
`

interface Row {
  readonly body: string
}

/** Opens the store of a kind. */
export function objectStore<T extends Stored>(db: Database, kind: string): ObjectStore<T> {
  const add = db.prepare<[string, string, string, number, string]>(
    'INSERT INTO object (kind, id, parent_id, in_trash, body) VALUES (?, ?, ?, ?, ?)',
  )
  const update = db.prepare<[string, number, string, string, string]>(
    'UPDATE object SET parent_id = ?, in_trash = ?, body = ? WHERE kind = ? AND id = ?',
  )
  const find = db.prepare<[string, string], Row & { readonly seq: number }>(
    'SELECT seq, body FROM object WHERE kind = ? AND id = ?',
  )
  const within = db.prepare<[string, string], Row>(
    'SELECT body FROM object WHERE kind = ? AND parent_id = ? AND in_trash = 0 ORDER BY seq',
  )
  const count = db.prepare<[string, string], { readonly total: number }>(
    'SELECT count(*) AS total FROM object WHERE kind = ? AND parent_id = ? AND in_trash = 0',
  )
  const live = db.prepare<[string], Row>(
    'SELECT body FROM object WHERE kind = ? AND in_trash = 0 ORDER BY seq',
  )
  // Nothing but this store writes rows of its kind.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const parsed = (body: string): T => JSON.parse(body) as T
  // A cache of one: to show a hundred rows, their data source is read a hundred times.
  let last: { readonly body: string; readonly object: T } | undefined
  return {
    add: object => add.run(kind, object.id, object.parentId, Number(object.inTrash), JSON.stringify(object)),
    update: object =>
      update.run(object.parentId, Number(object.inTrash), JSON.stringify(object), kind, object.id),
    find: id => {
      const body = find.get(kind, id)?.body
      if (body === undefined) return undefined
      if (last?.body !== body) last = { body, object: parsed(body) }
      return last.object
    },
    in: parentId => within.all(kind, parentId).map(({ body }) => parsed(body)),
    count: parentId => count.get(kind, parentId)?.total ?? 0,
    live: () => live.all(kind).map(({ body }) => parsed(body)),
    place: id => find.get(kind, id)?.seq ?? 0,
  }
}
