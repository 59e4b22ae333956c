/** The last calls of a stand-in, for its state page. */
import type { Database } from './db.ts'
import { isObject, parseJson, stringsOf } from './json.ts'

/** Tables of {@link callLog}. */
export const CALL_SCHEMA = `
CREATE TABLE IF NOT EXISTS call (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  kind TEXT,
  model TEXT,
  status INTEGER,
  fault TEXT,
  summary TEXT NOT NULL
) STRICT;`

/** One call: `status` is null when no answer was sent, `fault` names the fault that acted on it. */
export interface CallRow {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly kind: string | null
  readonly model: string | null
  readonly status: number | null
  readonly fault: string | null
  readonly summary: Readonly<Record<string, string>>
}

/** The log of one stand-in; it keeps the last {@link KEPT_CALLS}. */
export interface CallLog {
  add(call: CallRow): void
  /** The last `limit` calls, newest first. */
  last(limit: number): readonly CallRow[]
  clear(): void
}

/** How many calls are kept; the ledger, not this log, is the record of effects. */
const KEPT_CALLS = 500

type StoredCall = Omit<CallRow, 'summary'> & { readonly summary: string }

/** Opens the log over `db`, which must have {@link CALL_SCHEMA}. */
export function callLog(db: Database): CallLog {
  const insert = db.prepare<StoredCall>(
    `INSERT INTO call (at_ms, method, path, kind, model, status, fault, summary)
     VALUES (@atMs, @method, @path, @kind, @model, @status, @fault, @summary)`,
  )
  const prune = db.prepare<[number]>('DELETE FROM call WHERE id <= ?')
  const last = db.prepare<[number], StoredCall>(
    `SELECT at_ms AS atMs, method, path, kind, model, status, fault, summary FROM call ORDER BY id DESC LIMIT ?`,
  )
  const clear = db.prepare('DELETE FROM call')
  const add = db.transaction((call: CallRow) => {
    const { lastInsertRowid } = insert.run({ ...call, summary: JSON.stringify(call.summary) })
    prune.run(Number(lastInsertRowid) - KEPT_CALLS)
  })
  return {
    add: call => add.immediate(call),
    last: limit => last.all(limit).map(fromRow),
    clear: () => clear.run(),
  }
}

function fromRow(row: StoredCall): CallRow {
  const summary = parseJson(row.summary)
  return {
    atMs: row.atMs,
    method: row.method,
    path: row.path,
    kind: row.kind,
    model: row.model,
    status: row.status,
    fault: row.fault,
    summary: isObject(summary) ? stringsOf(summary) : {},
  }
}
