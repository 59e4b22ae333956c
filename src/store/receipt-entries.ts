import type { Change } from './core.ts'

/** Adds a later fact to a sealed receipt; inside a transaction of the caller. */
export function appendEntry(tx: Change, runId: string, kind: string, body: unknown): void {
  tx.engine.run(
    `INSERT INTO receipt_entries (run_id, seq, kind, body, at_ms)
     VALUES (:runId, (SELECT COALESCE(MAX(seq), 0) + 1 FROM receipt_entries WHERE run_id = :runId), :kind,
       :body, :now)`,
    { runId, kind, body: JSON.stringify(body), now: tx.clock.now() },
  )
}
