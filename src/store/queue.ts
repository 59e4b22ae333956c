import type { ServiceUse } from '../domain/breaker.ts'
import { LONGEST_RETRY_AFTER_MS } from '../domain/retry-schedule.ts'
import type { Stage } from '../domain/run-state.ts'
import { TASK_TYPES, type TaskType } from '../domain/task-type.ts'
import { findRow, readRow, readRows, type StoreCore, type StoreReader } from './core.ts'
import { readRun, type Run } from './run-rows.ts'
import { keyOf } from './pauses.ts'
import { dueSql, listed, listOf } from './sql.ts'

/** A stage of tasks of some types: what one model does. */
export interface Work {
  readonly stage: Stage
  readonly types: readonly TaskType[]
}

/** Which runs are asked for. */
export interface Wanted {
  readonly work: readonly Work[]
  /** Only these runs, when given. */
  readonly runIds: readonly string[] | null
  /** Only this task's run, when given. */
  readonly taskId: string | null
}

/** A retry waits no longer than a server may ask for, a run that is held for its rate an hour as well. */
export const RUN_IS_DUE = dueSql('not_before_ms', LONGEST_RETRY_AFTER_MS)

/** Nobody works on it, no cap or pause of the queue keeps it, and its time has come. */
const IS_READY = `owner IS NULL AND state <> 'held' AND ${RUN_IS_DUE}
  AND (started_ms IS NOT NULL OR NOT EXISTS (SELECT 1 FROM queue_pause))`

/** When a run that is due became so: no later than now, whatever clock its instant was reckoned by. */
const DUE_MS = '(CASE WHEN not_before_ms < :now THEN not_before_ms ELSE :now END)'

/** Since when the oldest run waits that may be worked on at an instant, whatever its stage; null where none waits. */
export function oldestReadyMs(core: StoreReader, now: number): number | null {
  return readRow(
    core,
    `SELECT MIN(CASE WHEN created_ms > ${DUE_MS} THEN created_ms ELSE ${DUE_MS} END) AS oldest FROM runs
     WHERE next_stage IS NOT NULL AND ${IS_READY}`,
    { now },
    is => is.numberOrNull('oldest'),
  )
}

/**
 * A condition on rows of `runs`: their next stage is such work. What a task's type decides nothing about is not
 * asked of it.
 */
export function isOfWork(work: readonly Work[]): { sql: string; parameters: Record<string, string> } {
  const stages = [...new Set(work.map(({ stage }) => stage))]
  const pairs = work.flatMap(({ stage, types }) => types.map(type => `${stage} ${type}`))
  const isWhole = new Set(pairs).size === stages.length * TASK_TYPES.length
  const byStage = `next_stage IN ${listed(':stages')}`
  return {
    sql: isWhole
      ? byStage
      : `${byStage} AND next_stage || ' ' || (SELECT type FROM tasks WHERE tasks.id = runs.task_id)
           IN ${listed(':pairs')}`,
    parameters: { stages: listOf(stages), ...(isWhole ? {} : { pairs: listOf(pairs) }) },
  }
}

/**
 * Runs that may be worked on at an instant: highest priority first, then oldest. While the queue is paused only those
 * that had been started.
 *
 * @param triedAt before all else the one that was tried at this service longest ago, or never
 */
export function readyRuns(
  core: StoreReader,
  wanted: Wanted,
  now: number,
  limit: number,
  triedAt: ServiceUse | null = null,
): Run[] {
  const { runIds, taskId } = wanted
  const work = isOfWork(wanted.work)
  // Each restriction is a condition of its own, or none: only so does it get the index that it has.
  const only = [
    ...(runIds === null ? [] : [`AND id IN ${listed(':runIds')}`]),
    ...(taskId === null ? [] : ['AND task_id = :taskId']),
  ]
  const order = triedAt === null ? '' : `${LAST_TRIED}, `
  return readRows(
    core,
    `SELECT * FROM runs
       WHERE ${work.sql} AND ${IS_READY} ${only.join(' ')}
       ORDER BY ${order}priority DESC, created_ms, id LIMIT :limit`,
    {
      ...work.parameters,
      ...(triedAt === null ? {} : keyOf(triedAt)),
      runIds: listOf(runIds ?? []),
      taskId,
      now,
      limit,
    },
    readRun,
  )
}

/** Sorts what was never tried before the rest. */
const LAST_TRIED = `(SELECT last_ms FROM service_trials t WHERE t.service = :service AND t.credential = :credential
  AND t.model = :model AND t.run_id = runs.id) NULLS FIRST`

/** Pausing the queue: no new run is started while it is paused. Runs that were started continue. */
export function queueStore(core: StoreCore) {
  return {
    /** Why no new work is taken, by whom and since when; null where it is taken. */
    paused: async () =>
      findRow(core, 'SELECT * FROM queue_pause', {}, is => ({
        reason: is.text('reason'),
        actor: is.text('actor'),
        atMs: is.number('at_ms'),
      })),
    /** Keeps the first pause where there is one already; false then. */
    pause: (reason: string) =>
      core.change(core.actor, 'queue.pause', tx => {
        const sql = `INSERT INTO queue_pause (only, reason, actor, at_ms) VALUES (1, :reason, :actor, :now)
          ON CONFLICT (only) DO NOTHING`
        const isNew = tx.engine.run(sql, { reason, actor: tx.actor, now: tx.clock.now() }) === 1
        if (isNew) tx.about('queue', { paused: true })
        return isNew
      }),
    /** False where it was not paused. */
    resume: () =>
      core.change(core.actor, 'queue.resume', tx => {
        const wasPaused = tx.engine.run('DELETE FROM queue_pause') === 1
        if (wasPaused) tx.about('queue', { paused: false })
        return wasPaused
      }),
  }
}
