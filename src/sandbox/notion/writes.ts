/** The ledger of writes: what changed, by whom and in which order, so that a test can say "it was written once". */
import type { Database } from '../lib/db.ts'
import { parseJson } from '../lib/json.ts'
import type { Authored } from './model.ts'

/** What kind of change it was. */
type WriteKind =
  | 'database.create'
  | 'database.update'
  | 'data_source.create'
  | 'data_source.update'
  | 'page.create'
  | 'page.update'
  | 'blocks.append'
  | 'block.delete'

/** A write before it is numbered. */
interface NewWrite {
  readonly kind: WriteKind
  /** What was written. */
  readonly objectId: string
  /** The page it belongs to, where there is one. */
  readonly pageId: string | null
  /** What changed, in a few plain words: property names with their new values, blocks with their texts. */
  readonly changed: unknown
}

/** Who wrote and by which call. */
export interface Act {
  /** `api` for the integration, `hand` for a person working in Notion. */
  readonly by: 'api' | 'hand'
  readonly userId: string
  readonly method: string
  readonly path: string
  readonly nowMs: number
}

/** Who made what is made by an act, and when. */
export function madeBy({ nowMs, userId }: Act): Authored {
  return { createdMs: nowMs, createdBy: userId, editedMs: nowMs, editedBy: userId }
}

/** Who changed what is changed by an act, and when. */
export function editedBy({ nowMs, userId }: Act): Pick<Authored, 'editedMs' | 'editedBy'> {
  return { editedMs: nowMs, editedBy: userId }
}

/** A write as the control route shows it. */
export interface WriteRow {
  readonly seq: number
  /** ISO 8601, UTC. */
  readonly at: string
  readonly by: string
  readonly method: string
  readonly path: string
  readonly kind: string
  readonly object_id: string
  readonly page_id: string | null
  readonly changed: unknown
}

/** The ledger of one stand-in. */
export interface WriteStore {
  add(act: Act, write: NewWrite): void
  /** In order; those of one page when it is given. */
  rows(pageId?: string): readonly WriteRow[]
  count(): number
  /** The number of the last write: anything read before is stale when it has grown. */
  revision(): number
}

/** Its table. */
export const WRITE_SCHEMA = `
CREATE TABLE IF NOT EXISTS write_entry (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  by TEXT NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  page_id TEXT,
  changed TEXT NOT NULL
) STRICT;
`

type Row = Omit<WriteRow, 'seq' | 'at' | 'changed'> & { readonly at_ms: number; readonly changed: string }

type NumberedRow = Row & { readonly seq: number }

/** Opens the ledger. */
export function writeStore(db: Database): WriteStore {
  const add = db.prepare<Row>(
    `INSERT INTO write_entry (at_ms, by, method, path, kind, object_id, page_id, changed)
     VALUES (@at_ms, @by, @method, @path, @kind, @object_id, @page_id, @changed)`,
  )
  const rows = db.prepare<{ readonly page: string | null }, NumberedRow>(
    'SELECT * FROM write_entry WHERE @page IS NULL OR page_id = @page ORDER BY seq',
  )
  const count = db.prepare<[], { readonly total: number }>('SELECT count(*) AS total FROM write_entry')
  const last = db.prepare<[], { readonly seq: number }>(
    'SELECT coalesce(max(seq), 0) AS seq FROM write_entry',
  )
  return {
    add: ({ by, method, path, nowMs }, { kind, objectId, pageId, changed }) =>
      add.run({
        at_ms: nowMs,
        by,
        method,
        path,
        kind,
        object_id: objectId,
        page_id: pageId,
        changed: JSON.stringify(changed),
      }),
    rows: pageId => rows.all({ page: pageId ?? null }).map(shown),
    count: () => count.get()?.total ?? 0,
    revision: () => last.get()?.seq ?? 0,
  }
}

function shown({ at_ms: atMs, changed, ...rest }: NumberedRow): WriteRow {
  return { ...rest, at: new Date(atMs).toISOString(), changed: parseJson(changed) }
}
