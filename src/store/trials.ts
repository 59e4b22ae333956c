import type { ServiceUse, Trial } from '../domain/breaker.ts'
import { reader, type Change, type StoreReader } from './core.ts'

/** What runs last met at a service that did not answer them. */
export function readTrials(core: StoreReader, use: ServiceUse): Trial[] {
  return core.engine
    .all(
      `SELECT * FROM service_trials
       WHERE service = :service AND credential = :credential AND model = :model ORDER BY run_id`,
      keyOf(use),
    )
    .map(row => {
      const is = reader(row)
      return {
        runId: is.text('run_id'),
        lastMs: is.number('last_ms'),
        signature: is.textOrNull('signature'),
        inRow: is.number('in_row'),
        unknownCalls: is.number('unknown_calls'),
        isAtFault: is.number('at_fault') === 1,
      }
    })
}

/** Replaces what a run met at a service; inside a transaction of the caller. */
export function writeTrial(tx: Change, use: ServiceUse, trial: Trial): void {
  tx.engine.run(
    `INSERT INTO service_trials (service, credential, model, run_id, last_ms, signature, in_row,
       unknown_calls, at_fault)
     VALUES (:service, :credential, :model, :runId, :lastMs, :signature, :inRow, :unknownCalls, :isAtFault)
     ON CONFLICT (service, credential, model, run_id) DO UPDATE SET last_ms = excluded.last_ms,
       signature = excluded.signature, in_row = excluded.in_row, unknown_calls = excluded.unknown_calls,
       at_fault = excluded.at_fault`,
    { ...trial, ...keyOf(use), isAtFault: trial.isAtFault ? 1 : 0 },
  )
}

/**
 * A run was answered, or nobody's probe, by a call that left at an instant: it is well, and those that had failed before
 * then are at fault. Inside a transaction of the caller.
 */
export function outliveTrials(tx: Change, use: ServiceUse, runId: string | null, startedMs: number): void {
  const where = 'service = :service AND credential = :credential AND model = :model'
  const key = { ...keyOf(use), runId }
  tx.engine.run(`DELETE FROM service_trials WHERE ${where} AND run_id = :runId`, key)
  tx.engine.run(
    `UPDATE service_trials SET at_fault = 1 WHERE ${where} AND signature IS NOT NULL AND last_ms <= :startedMs`,
    { ...keyOf(use), startedMs },
  )
}

/** Forgets what a run met; inside a transaction of the caller. */
export function forgetTrials(tx: Change, runId: string): void {
  tx.engine.run('DELETE FROM service_trials WHERE run_id = :runId', { runId })
}

/** The columns of the key. */
export function keyOf({ service, credential, model }: ServiceUse): Record<keyof ServiceUse, string> {
  return { service, credential, model }
}
