import type { StoreCore } from './core.ts'

/** Adds a later fact to a sealed receipt; inside a transaction of the caller. */
export function appendEntry(core: StoreCore, runId: string, kind: string, body: unknown): void {
  core.engine.run(
    `INSERT INTO receipt_entries (run_id, seq, kind, body, at_ms)
     VALUES (:runId, (SELECT COALESCE(MAX(seq), 0) + 1 FROM receipt_entries WHERE run_id = :runId), :kind,
       :body, :now)`,
    { runId, kind, body: JSON.stringify(body), now: core.clock.now() },
  )
}
