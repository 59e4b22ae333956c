import { LONGEST_RETRY_AFTER_MS } from '../domain/retry-schedule.ts'
import type { Stage } from '../domain/run-state.ts'
import type { StoreCore } from './core.ts'
import { dueSql } from './due.ts'
import { readRun, type Run } from './run-rows.ts'

/** Which runs are asked for. */
export interface Wanted {
  readonly stages: readonly Stage[]
  /** Only these runs, when given. */
  readonly runIds: readonly string[] | null
  /** Only this task's run, when given. */
  readonly taskId: string | null
}

/** A retry waits no longer than a server may ask for, a run that is held for its rate an hour as well. */
export const RUN_IS_DUE = dueSql('not_before_ms', LONGEST_RETRY_AFTER_MS)

/**
 * Runs that may be worked on at an instant: highest priority first, then oldest. While the queue is paused only those
 * that had been started. Inside or outside a transaction.
 */
export function readyRuns(core: StoreCore, wanted: Wanted, now: number, limit: number): Run[] {
  const { stages, runIds, taskId } = wanted
  // Each restriction is a condition of its own, or none: only so does it get the index that it has.
  const only = [
    ...(runIds === null ? [] : ['AND id IN (SELECT value FROM json_each(:runIds))']),
    ...(taskId === null ? [] : ['AND task_id = :taskId']),
  ]
  return core.engine
    .all(
      `SELECT * FROM runs
       WHERE next_stage IN (SELECT value FROM json_each(:stages))
         AND owner IS NULL AND state <> 'held' AND ${RUN_IS_DUE} ${only.join(' ')}
         AND (started_ms IS NOT NULL OR NOT EXISTS (SELECT 1 FROM queue_pause))
       ORDER BY priority DESC, created_ms, id LIMIT :limit`,
      {
        stages: JSON.stringify(stages),
        runIds: JSON.stringify(runIds),
        taskId,
        now,
        limit,
      },
    )
    .map(readRun)
}
