/** Relations: links between pages, seen from both ends. */
import type { Database, Statement } from '../../lib/db.ts'

/** One end of a relation, as a property holds it. */
export interface RelationEnd {
  readonly relationId: string
  readonly side: 'source' | 'target'
}

/** The links of all relations. */
export interface RelationStore {
  /** The pages linked with `pageId`, in the order of linking; those in the trash are left out, as Notion does. */
  of(end: RelationEnd, pageId: string): readonly string[]
  /** Makes the links of `pageId` exactly these. */
  set(end: RelationEnd, pageId: string, others: readonly string[]): void
  /** For each linked page the pages it is linked with. */
  all(end: RelationEnd): ReadonlyMap<string, ReadonlySet<string>>
  /** Drops every link of a relation. */
  drop(relationId: string): void
}

interface Link {
  readonly page: string
  readonly other: string
}

/** Opens the store. */
export function relationStore(db: Database): RelationStore {
  const forward = statements(db, 'from_page', 'to_page')
  const backward = statements(db, 'to_page', 'from_page')
  const drop = db.prepare<[string]>('DELETE FROM relation_link WHERE relation_id = ?')
  const side = (end: RelationEnd): Statements => (end.side === 'source' ? forward : backward)
  return {
    of: (end, pageId) =>
      side(end)
        .of.all(end.relationId, pageId)
        .map(({ other }) => other),
    set: (end, pageId, others) => {
      side(end).clear.run(end.relationId, pageId)
      for (const other of others) side(end).add.run(end.relationId, pageId, other)
    },
    all: end => {
      const linked = new Map<string, Set<string>>()
      for (const { page, other } of side(end).all.all(end.relationId)) {
        linked.set(page, (linked.get(page) ?? new Set()).add(other))
      }
      return linked
    },
    drop: relationId => drop.run(relationId),
  }
}

interface Statements {
  readonly of: Statement<[string, string], Link>
  readonly all: Statement<[string], Link>
  readonly clear: Statement<[string, string]>
  readonly add: Statement<[string, string, string]>
}

type Column = 'from_page' | 'to_page'

function statements(db: Database, here: Column, there: Column): Statements {
  const live = `JOIN page ON page.id = ${there} AND page.in_trash = 0`
  return {
    of: db.prepare<[string, string], Link>(
      `SELECT ${here} AS page, ${there} AS other FROM relation_link ${live}
       WHERE relation_id = ? AND ${here} = ? ORDER BY relation_link.seq`,
    ),
    all: db.prepare<[string], Link>(
      `SELECT ${here} AS page, ${there} AS other FROM relation_link ${live} WHERE relation_id = ?`,
    ),
    clear: db.prepare<[string, string]>(`DELETE FROM relation_link WHERE relation_id = ? AND ${here} = ?`),
    add: db.prepare<[string, string, string]>(
      `INSERT OR IGNORE INTO relation_link (relation_id, ${here}, ${there}) VALUES (?, ?, ?)`,
    ),
  }
}
