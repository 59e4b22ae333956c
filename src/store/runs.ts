import type { Caps } from '../domain/budget.ts'
import { CLOCK_STEP_MS } from '../domain/due.ts'
import type { ErrorClass } from '../domain/error-class.ts'
import type { RunState } from '../domain/run-state.ts'
import { openStages, type StageService } from './claims.ts'
import { readRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { breachOf } from './spend.ts'
import { moveRun } from './run-moves.ts'
import { isOfWork, oldestReadyMs, readyRuns, RUN_IS_DUE, type Work } from './queue.ts'
import { flag } from './sql.ts'
import { findRun, readRun, waitingState, type Run } from './run-rows.ts'
import { taskOf, type Task } from './tasks.ts'
import { outputsOf } from './work-rows.ts'

/** A line of a run's history. */
export interface RunEvent {
  readonly atMs: number
  readonly state: RunState
  readonly what: string
  readonly actor: string
}

/** A run that a process would take up now. */
export interface ReadyRun {
  readonly run: Run
  readonly task: Task
}

/** What came of the work of a period. */
export interface EndedWork {
  /** Runs that ended as Done, and as Failed-Final. */
  readonly done: number
  readonly failed: number
  /** Runs with a score, of those the average (null where there are none), and how many are under their target. */
  readonly judged: number
  readonly averageScore: number | null
  readonly low: number
}

/** Reads runs, and makes the one change that needs no claim: held runs are released. */
export function runStore(core: StoreCore) {
  const { clock } = core
  return {
    get: async (id: string) => findRun(core, id),
    ofTask: async (taskId: string) =>
      readRows(core, 'SELECT * FROM runs WHERE task_id = :taskId ORDER BY number', { taskId }, readRun),
    /** All versions of the work, first draft first. */
    outputs: async (runId: string) => outputsOf(core, runId),
    events: async (runId: string) => readEvents(core, runId),
    /** What `claim` would return, in order, without claiming. */
    ready: async (stages: readonly StageService[], taskId: string | null, limit: number) =>
      readReady(core, stages, taskId, limit),
    /** Number of tasks by the state of their latest run. */
    countByState: async (): Promise<Partial<Record<RunState, number>>> =>
      Object.fromEntries(readRows(core, LATEST_BY_STATE, {}, is => [is.text('state'), is.number('tasks')])),
    /** Tasks whose newest run failed for good and was not let be: the class of each failure, the newest task first. */
    failures: async () =>
      readRows(core, FAILURES, {}, is => ({
        taskId: is.text('task_id'),
        errorClass: is.textOrNull<ErrorClass>('error_class'),
      })),
    /** What came of the work of a period, from an instant to before another. */
    ended: async (fromMs: number, toMs: number): Promise<EndedWork> => {
      const count = (sql: string): number => readRow(core, sql, { fromMs, toMs }, is => is.number('runs'))
      return {
        done: count(`SELECT COUNT(*) AS runs FROM runs WHERE state = 'done' AND ${IN_PERIOD}`),
        failed: count(`SELECT COUNT(*) AS runs FROM runs WHERE state = 'failed_final' AND ${IN_PERIOD}`),
        ...readRow(core, JUDGED, { fromMs, toMs }, is => ({
          judged: is.number('judged'),
          averageScore: is.numberOrNull('average'),
          low: is.number('low'),
        })),
      }
    },
    /** Runs that nobody works on and whose next stage is such work, whether due or not. */
    countWaiting: async (work: readonly Work[]) => {
      const { sql, parameters } = isOfWork(work)
      const waiting = `SELECT COUNT(*) AS runs FROM runs WHERE owner IS NULL AND state <> 'held' AND ${sql}`
      return readRow(core, waiting, parameters, is => is.number('runs'))
    },
    /** Creation time of the oldest run that waits to be worked on; null where none waits. */
    oldestWaitingMs: async () => oldestReadyMs(core, clock.now()),
    /** Runs of a task created since an instant, none of which lies ahead. */
    countSince: async (taskId: string, sinceMs: number) =>
      readRow(
        core,
        `SELECT COUNT(*) AS runs FROM runs WHERE task_id = :taskId AND created_ms BETWEEN :sinceMs AND :latest`,
        { taskId, sinceMs, latest: clock.now() + CLOCK_STEP_MS },
        is => is.number('runs'),
      ),
    /** Releases held runs whose next call now fits under the caps, oldest first. Returns their ids. */
    releaseHeld: async (caps: Caps) => {
      if (heldRuns(core).length === 0) return []
      return core.change('pipeline', 'run.release', tx =>
        heldRuns(tx).flatMap(run => (release(tx, run, caps) ? [run.id] : [])),
      )
    },
  }
}

const IN_PERIOD = 'ended_ms >= :fromMs AND ended_ms < :toMs'

/** Work with a score: what was done in the period, and what was begun in it and waits for a person. */
const JUDGED = `SELECT COUNT(*) AS judged, AVG(score) AS average, COALESCE(SUM(${flag('score < threshold')}), 0) AS low FROM (
    SELECT score, threshold FROM runs WHERE state = 'done' AND ${IN_PERIOD} AND score IS NOT NULL
    UNION ALL
    SELECT score, threshold FROM runs
    WHERE state = 'waiting_human' AND created_ms >= :fromMs AND created_ms < :toMs AND score IS NOT NULL)`

const FAILURES = `SELECT r.task_id, r.error_class FROM runs r WHERE r.state = 'failed_final' AND r.dismissed_ms IS NULL
    AND r.number = (SELECT MAX(number) FROM runs WHERE task_id = r.task_id)
  ORDER BY r.created_ms DESC, r.id DESC`

/** All runs, without those that another one of the same task came after: these are few, and have an index. */
const LATEST_BY_STATE = `SELECT state, SUM(runs) AS tasks FROM (
    SELECT state, COUNT(*) AS runs FROM runs GROUP BY state
    UNION ALL
    SELECT earlier.state, -COUNT(*) FROM runs later
    /* in this order */ JOIN runs earlier ON earlier.task_id = later.task_id AND earlier.number = later.number - 1
    WHERE later.number > 1 GROUP BY earlier.state
  ) GROUP BY state`

function heldRuns(core: StoreReader): Run[] {
  const sql = `SELECT * FROM runs WHERE state = 'held' AND ${RUN_IS_DUE} ORDER BY created_ms, id`
  return readRows(core, sql, { now: core.clock.now() }, readRun)
}

function release(tx: Change, run: Run, caps: Caps): boolean {
  const held = readRow(
    tx,
    'SELECT r.held_need_nano, t.client FROM runs r JOIN tasks t ON t.id = r.task_id WHERE r.id = :id',
    { id: run.id },
    is => ({ client: is.textOrNull('client'), needNano: is.number('held_need_nano') }),
  )
  if (breachOf(tx, { taskId: run.taskId, client: held.client }, held.needNano, caps) !== null) return false
  const state = waitingState(run)
  tx.about(run.id, { state })
  moveRun(tx, run, state, { held_need_nano: null, reason: null }, 'let go: the cap has room again')
  return true
}

function readReady(
  core: StoreReader,
  stages: readonly StageService[],
  taskId: string | null,
  limit: number,
): ReadyRun[] {
  const wanted = { work: openStages(core, stages), runIds: null, taskId }
  return readyRuns(core, wanted, core.clock.now(), limit).map(run => ({ run, task: taskOf(core, run) }))
}

function readEvents(core: StoreReader, runId: string): RunEvent[] {
  return readRows(core, 'SELECT * FROM run_events WHERE run_id = :runId ORDER BY seq', { runId }, is => ({
    atMs: is.number('at_ms'),
    state: is.text<RunState>('state'),
    what: is.text('what'),
    actor: is.text('actor'),
  }))
}
