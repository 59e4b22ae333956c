import type { ServiceUse, Trial } from '../domain/breaker.ts'
import { reader, type StoreCore } from './core.ts'

/** What runs last met at a service that did not answer them. */
export function readTrials(core: StoreCore, use: ServiceUse): Trial[] {
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
export function writeTrial(core: StoreCore, use: ServiceUse, trial: Trial): void {
  core.engine.run(
    `INSERT OR REPLACE INTO service_trials (service, credential, model, run_id, last_ms, signature, in_row,
       unknown_calls, at_fault)
     VALUES (:service, :credential, :model, :runId, :lastMs, :signature, :inRow, :unknownCalls, :isAtFault)`,
    { ...trial, ...keyOf(use), isAtFault: trial.isAtFault ? 1 : 0 },
  )
}

/**
 * A run was answered, or nobody's probe, by a call that left at an instant: it is well, and those that had failed before
 * then are at fault. Inside a transaction of the caller.
 */
export function outliveTrials(
  core: StoreCore,
  use: ServiceUse,
  runId: string | null,
  startedMs: number,
): void {
  const where = 'service = :service AND credential = :credential AND model = :model'
  const key = { ...keyOf(use), runId }
  core.engine.run(`DELETE FROM service_trials WHERE ${where} AND run_id = :runId`, key)
  core.engine.run(
    `UPDATE service_trials SET at_fault = 1 WHERE ${where} AND signature IS NOT NULL AND last_ms <= :startedMs`,
    { ...keyOf(use), startedMs },
  )
}

/** Forgets what a run met; inside a transaction of the caller. */
export function forgetTrials(core: StoreCore, runId: string): void {
  core.engine.run('DELETE FROM service_trials WHERE run_id = :runId', { runId })
}

/** The columns of the key. */
export function keyOf({ service, credential, model }: ServiceUse): Record<keyof ServiceUse, string> {
  return { service, credential, model }
}
