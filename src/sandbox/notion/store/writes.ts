/** The ledger of writes: what changed, by whom and in which order, so that a test can say "it was written once". */
import type { Database } from '../../lib/db.ts'
import { parseJson } from '../../lib/json.ts'

/** What kind of change it was. */
export type WriteKind =
  | 'database.create'
  | 'database.update'
  | 'data_source.create'
  | 'data_source.update'
  | 'page.create'
  | 'page.update'
  | 'page.move'
  | 'blocks.append'
  | 'block.update'
  | 'block.delete'
  | 'comment.create'
  | 'comment.update'
  | 'comment.delete'

/** A write before it is numbered. */
export interface NewWrite {
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
  /** The number of the last write: anything read before is stale when it has grown. */
  revision(): number
}

interface Row {
  readonly at_ms: number
  readonly by: string
  readonly method: string
  readonly path: string
  readonly kind: string
  readonly object_id: string
  readonly page_id: string | null
  readonly changed: string
}

/** Opens the ledger. */
export function writeStore(db: Database): WriteStore {
  const add = db.prepare<Row>(
    `INSERT INTO write_entry (at_ms, by, method, path, kind, object_id, page_id, changed)
     VALUES (@at_ms, @by, @method, @path, @kind, @object_id, @page_id, @changed)`,
  )
  const all = db.prepare<[], Row & { readonly seq: number }>('SELECT * FROM write_entry ORDER BY seq')
  const ofPage = db.prepare<[string], Row & { readonly seq: number }>(
    'SELECT * FROM write_entry WHERE page_id = ? ORDER BY seq',
  )
  const last = db.prepare<[], { readonly seq: number }>(
    'SELECT coalesce(max(seq), 0) AS seq FROM write_entry',
  )
  return {
    add: (act, write) =>
      add.run({
        at_ms: act.nowMs,
        by: act.by,
        method: act.method,
        path: act.path,
        kind: write.kind,
        object_id: write.objectId,
        page_id: write.pageId,
        changed: JSON.stringify(write.changed),
      }),
    rows: pageId => (pageId === undefined ? all.all() : ofPage.all(pageId)).map(shown),
    revision: () => last.get()?.seq ?? 0,
  }
}

function shown(row: Row & { readonly seq: number }): WriteRow {
  const { at_ms: atMs, changed, ...rest } = row
  return { ...rest, at: new Date(atMs).toISOString(), changed: parseJson(changed) }
}
