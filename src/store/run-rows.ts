import type { PriceTerms } from '../domain/billing.ts'
import type { ErrorClass } from '../domain/error-class.ts'
import { keysOf } from '../domain/keys-of.ts'
import {
  priorityRank,
  RUN_STATES,
  WAITING_STATE,
  type Priority,
  type RunState,
  type Stage,
} from '../domain/run-state.ts'
import { findRow, readRow, reader, type Change, type RowReader, type StoreReader } from './core.ts'
import type { SqlValue } from './engine.ts'

/** One go at a task. */
export interface Run {
  readonly id: string
  readonly taskId: string
  readonly number: number
  readonly cause: 'added' | 'tick' | 'retry' | 'replay'
  readonly state: RunState
  /** What a process would do next; null where the run rests. */
  readonly nextStage: Stage | null
  /** The run that it repeats, of the same task; null where its cause is another. */
  readonly replayOf: string | null
  /** The brief that was edited for it; null where it works on that of its task. */
  readonly ownBrief: string | null
  readonly briefDigest: string
  readonly threshold: number
  readonly band: number
  readonly revisions: number
  /** Number of the current or last attempt; 0 before the first. */
  readonly attempt: number
  readonly notBeforeMs: number
  readonly owner: string | null
  readonly claimNo: number
  readonly leaseUntilMs: number | null
  readonly errorClass: ErrorClass | null
  readonly reason: string | null
  readonly score: number | null
  readonly outputId: string | null
  /** A fault of the row it came from; it fails with it before anything is spent. */
  readonly flaw: string | null
  readonly programCommit: string
  readonly createdMs: number
  readonly startedMs: number | null
  readonly endedMs: number | null
  /** When the operator let a failure be. */
  readonly dismissedMs: number | null
}

/** The rules a run is created with. They stay as they are when the configuration changes later. */
export interface NewRun
  extends
    Pick<Run, 'cause' | 'briefDigest' | 'threshold' | 'band' | 'revisions'>,
    Partial<Pick<Run, 'flaw' | 'replayOf' | 'ownBrief'>> {
  readonly terms?: PriceTerms
  readonly priority: Priority
  readonly actor: string
}

/** Inserts a queued run, numbered after the task's last. */
export function insertRun(tx: Change, taskId: string, run: NewRun): Run {
  const id = tx.newId('run')
  const row = tx.engine.returning(
    `INSERT INTO runs (id, task_id, number, cause, state, next_stage, priority, brief_digest, threshold, band,
       revisions, attempt, not_before_ms, claim_no, flaw, replay_of, brief, terms, program_commit, created_ms)
     VALUES (:id, :taskId, (SELECT COALESCE(MAX(number), 0) + 1 FROM runs WHERE task_id = :taskId), :cause,
       'queued', 'generate', :priority, :briefDigest, :threshold, :band, :revisions, 0, 0, 0, :flaw, :replayOf, :ownBrief,
       :terms, :commit, :now)
     RETURNING *`,
    {
      ...run,
      id,
      taskId,
      priority: priorityRank(run.priority),
      flaw: run.flaw ?? null,
      replayOf: run.replayOf ?? null,
      ownBrief: run.ownBrief ?? null,
      terms: run.terms === undefined ? null : JSON.stringify(run.terms),
      commit: tx.commit,
      now: tx.clock.now(),
    },
  )
  const { cause, briefDigest, threshold, replayOf = null } = run
  addEvent(tx, { runId: id, state: 'queued', what: replayOf === null ? cause : `${cause} of ${replayOf}` })
  tx.about(id, { task: taskId, state: 'queued', cause, briefDigest, threshold, replayOf })
  return readRun(reader(row ?? {}))
}

/** Appends to a run's timeline. */
export function addEvent(tx: Change, event: { runId: string; state: RunState; what: string }): void {
  tx.engine.run(
    `INSERT INTO run_events (run_id, seq, at_ms, state, what, actor, program_commit)
     VALUES (:runId, (SELECT COALESCE(MAX(seq), 0) + 1 FROM run_events WHERE run_id = :runId), :now, :state,
       :what, :actor, :commit)`,
    { ...event, actor: tx.actor, now: tx.clock.now(), commit: tx.commit },
  )
}

/** A run by id. */
export function findRun(core: StoreReader, id: string): Run | null {
  return findRow(core, 'SELECT * FROM runs WHERE id = :id', { id }, readRun)
}

/** The state in which a run waits to be claimed again, after its last committed stage. */
export function waitingState(run: Run): RunState {
  return WAITING_STATE[run.nextStage ?? 'generate']
}

/**
 * Writes columns of a run and returns it as it is then; names come from this folder's code only.
 * @throws UnreadableRow where there is no such run
 */
export function updateRun(tx: Change, id: string, columns: Readonly<Record<string, SqlValue>>): Run {
  const assignments = Object.keys(columns).map(column => `${column} = :${column}`)
  const sql = `UPDATE runs SET ${assignments.join(', ')} WHERE id = :id RETURNING *`
  return readRun(reader(tx.engine.returning(sql, { ...columns, id }) ?? {}))
}

/** A row of the runs table. */
export function readRun(is: RowReader): Run {
  return {
    id: is.text('id'),
    taskId: is.text('task_id'),
    number: is.number('number'),
    cause: is.text<Run['cause']>('cause'),
    state: is.choice('state', keysOf(RUN_STATES)),
    nextStage: is.textOrNull<Stage>('next_stage'),
    replayOf: is.textOrNull('replay_of'),
    ownBrief: is.textOrNull('brief'),
    briefDigest: is.text('brief_digest'),
    threshold: is.number('threshold'),
    band: is.number('band'),
    revisions: is.number('revisions'),
    attempt: is.number('attempt'),
    notBeforeMs: is.number('not_before_ms'),
    owner: is.textOrNull('owner'),
    claimNo: is.number('claim_no'),
    leaseUntilMs: is.numberOrNull('lease_until_ms'),
    errorClass: is.textOrNull<ErrorClass>('error_class'),
    reason: is.textOrNull('reason'),
    score: is.numberOrNull('score'),
    outputId: is.textOrNull('output_id'),
    flaw: is.textOrNull('flaw'),
    programCommit: is.text('program_commit'),
    createdMs: is.number('created_ms'),
    startedMs: is.numberOrNull('started_ms'),
    endedMs: is.numberOrNull('ended_ms'),
    dismissedMs: is.numberOrNull('dismissed_ms'),
  }
}

/** The latest run of a task. @throws UnreadableRow where there is no such task */
export function latestRun(core: StoreReader, taskId: string): Run {
  const sql = 'SELECT * FROM runs WHERE task_id = :taskId ORDER BY number DESC LIMIT 1'
  return readRow(core, sql, { taskId }, readRun)
}
