import type { ErrorClass } from '../domain/error-class.ts'
import { isFinal, mayGo, type RunState } from '../domain/run-state.ts'
import { defect } from '../kernel/errors.ts'
import { billDone } from './billing.ts'
import type { Change } from './core.ts'
import { tellOutside } from './effect-rows.ts'
import type { SqlValue } from './engine.ts'
import { fileDone } from './filing.ts'
import { wantMail } from './mailings.ts'
import { leaveServices } from './pauses.ts'
import { sealReceipt } from './receipts.ts'
import { addEvent, updateRun, type Run } from './run-rows.ts'

/** Columns of a run beside those that a move writes by itself. */
export type Columns = Readonly<Record<string, SqlValue>>

/**
 * Moves a run along the state table, with a line in its timeline where there is something to say, and tells the
 * outside. Returns the run as it is then.
 * @throws AppError `bug` where the table has no such way
 */
export function moveRun(tx: Change, run: Run, to: RunState, columns: Columns, what: string | null): Run {
  if (!mayGo(run.state, to)) throw defect(`run ${run.id} cannot go from ${run.state} to ${to}`)
  const moved = updateRun(tx, run.id, { ...columns, state: to })
  if (what !== null) addEvent(tx, { runId: run.id, state: to, what })
  // Before the outside is told, which hears of it in the same words.
  if (to === 'done') {
    billDone(tx, moved)
    wantMail(tx, moved)
    fileDone(tx, moved)
  }
  tellOutside(tx, run, moved)
  return moved
}

/** The only way to end the work on a run, for now or for good: gives up the lease, and seals where it is for good. */
export function leaveRun(tx: Change, run: Run, to: RunState, columns: Columns, reason: string | null): Run {
  leaveServices(tx, run.id, isFinal(to))
  const given = { owner: null, lease_until_ms: null, ended_ms: isFinal(to) ? tx.clock.now() : null }
  const left = moveRun(tx, run, to, { ...columns, ...given, reason }, reason)
  tx.about(run.id, { state: to, attempt: left.attempt, errorClass: left.errorClass, score: left.score })
  if (isFinal(to)) sealReceipt(tx, left)
  return left
}

/** Ends an open run by a decision. */
export function endRun(tx: Change, run: Run, to: 'done' | 'cancelled', reason: string): Run {
  closeAttempt(tx, run, 'rested', null, reason)
  return leaveRun(tx, run, to, { next_stage: null, held_need_nano: null }, reason)
}

/** Ends the attempt that is open, where one is. */
export function closeAttempt(
  tx: Change,
  run: Run,
  outcome: 'rested' | 'failed',
  errorClass: ErrorClass | null,
  message: string,
): void {
  tx.engine.run(
    `UPDATE attempts SET outcome = :outcome, error_class = :errorClass, message = :message, ended_ms = :now
     WHERE run_id = :runId AND outcome = 'open'`,
    { outcome, errorClass, message, runId: run.id, now: tx.clock.now() },
  )
}
