import type { SpendScope } from '../domain/budget.ts'
import { isFinal } from '../domain/run-state.ts'
import type { FailedRun } from '../domain/replay.ts'
import type { ErrorClass } from '../domain/error-class.ts'
import type { TaskType } from '../domain/task-type.ts'
import { readRow, readRows, type Change, type RowReader, type StoreCore, type StoreReader } from './core.ts'
import type { Decided } from './decisions.ts'
import { tellReplay } from './effect-rows.ts'
import { addEvent, insertRun, latestRun, type NewRun, type Run } from './run-rows.ts'
import { spentFor } from './spend.ts'
import { flag } from './sql.ts'

/** A run that is to be repeated, and by what right. */
export interface NewReplay {
  /** The run that was looked at: where it is not the task's newest any more, nothing is repeated. */
  readonly replayOf: string
  /**
   * Most replays of the task, this one included: then only a failure that nobody let be is repeated. Null where a person
   * forces it: then any run that has ended is.
   */
  readonly most: number | null
  readonly run: NewRun
}

/** Repeating runs that failed (SPEC §7, Replay). */
export function replayStore(core: StoreCore) {
  return {
    /** Tasks whose newest run has failed for good since an instant, oldest failure first. */
    failedSince: async (sinceMs: number): Promise<FailedRun[]> =>
      readRows(core, FAILED, { sinceMs }, readFailed),
    /** What counts towards each cap that a call for this task would count towards, now. */
    spent: async (subject: {
      readonly taskId: string
      readonly client: string | null
    }): Promise<{ scope: SpendScope; key: string; nano: number }[]> => spentFor(core, subject),
    /**
     * Queues the run that repeats one, with what the outside hears of it, in one transaction; `refused` where the task
     * has moved on meanwhile. Repeated after a crash it is refused: the run that it made is the newest then.
     */
    queue: (taskId: string, replay: NewReplay): Promise<Decided> =>
      core.change(replay.run.actor, 'task.replay', tx => {
        const latest = latestRun(tx, taskId)
        return mayRepeat(tx, latest, replay)
          ? repeat(tx, latest, replay.run)
          : { kind: 'refused', runId: latest.id, state: latest.state }
      }),
  }
}

function mayRepeat(core: StoreReader, latest: Run, { replayOf, most }: NewReplay): boolean {
  if (latest.id !== replayOf || !isFinal(latest.state)) return false
  if (most === null) return true
  const isOpenFailure = latest.state === 'failed_final' && latest.dismissedMs === null
  return isOpenFailure && replaysOf(core, latest.taskId) < most
}

function repeat(tx: Change, latest: Run, run: NewRun): Decided {
  // What is wrong with the row is read at its next tick, as for a retry; a brief that was edited stays until then too.
  const next = insertRun(tx, latest.taskId, {
    ...run,
    replayOf: latest.id,
    flaw: latest.flaw,
    ownBrief: run.ownBrief ?? latest.ownBrief,
  })
  addEvent(tx, { runId: latest.id, state: latest.state, what: `replayed as ${next.id}` })
  tellReplay(tx, next, latest.id)
  return { kind: 'decided', runId: next.id, state: next.state }
}

const REPLAYS = 'SELECT COUNT(*) FROM runs WHERE replay_of IS NOT NULL AND task_id'

function replaysOf(core: StoreReader, taskId: string): number {
  return readRow(core, `SELECT (${REPLAYS} = :taskId) AS replays`, { taskId }, is => is.number('replays'))
}

/** In the order of its index, from the oldest that counts. */
const FAILED = `SELECT r.id, r.task_id, r.error_class, r.reason, r.ended_ms, t.title, t.client, t.type, t.page_id,
    ${flag('r.dismissed_ms IS NOT NULL')} AS dismissed, (${REPLAYS} = r.task_id) AS replays
  FROM runs r /* by runs_failed */ /* in this order */ JOIN tasks t ON t.id = r.task_id
  WHERE r.state = 'failed_final' AND r.ended_ms >= :sinceMs
    AND NOT EXISTS (SELECT 1 FROM runs n WHERE n.task_id = r.task_id AND n.number > r.number)
  ORDER BY r.ended_ms, r.id`

function readFailed(is: RowReader): FailedRun {
  return {
    runId: is.text('id'),
    taskId: is.text('task_id'),
    title: is.text('title'),
    client: is.textOrNull('client'),
    type: is.text<TaskType>('type'),
    pageId: is.textOrNull('page_id'),
    errorClass: is.textOrNull<ErrorClass>('error_class'),
    reason: is.textOrNull('reason'),
    failedMs: is.number('ended_ms'),
    isDismissed: is.number('dismissed') === 1,
    replays: is.number('replays'),
  }
}
