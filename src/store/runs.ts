import type { Caps } from '../domain/budget.ts'
import { CLOCK_STEP_MS } from '../domain/due.ts'
import type { OutputFacts } from '../domain/next-step.ts'
import type { CriterionScores, Finding } from '../domain/rubric.ts'
import type { RunState } from '../domain/run-state.ts'
import { openStages, type StageService } from './claims.ts'
import { FINDINGS_SHAPE, readRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { breachOf } from './spend.ts'
import { moveRun } from './run-moves.ts'
import { isOfWork, oldestReadyMs, readyRuns, RUN_IS_DUE, type Work } from './queue.ts'
import { findRun, readRun, waitingState, type Run } from './run-rows.ts'
import { taskOf, type Task } from './tasks.ts'

/** A version of the work with everything that was said about it. */
export interface Output extends Omit<OutputFacts, 'decision'> {
  readonly number: number
  readonly stage: 'generate' | 'revise'
  readonly text: string
  readonly digest: string
  readonly callId: string
  readonly createdMs: number
  readonly judgements: readonly Judgement[]
  /** Taken when this was the newest version; `workId` is the text it is about, an earlier one where this was refused. */
  readonly decision: (NonNullable<OutputFacts['decision']> & { readonly workId: string }) | null
}

/** A verdict on one version, or the flaw that made it none. */
export interface Judgement {
  readonly id: string
  readonly score: number | null
  readonly scores: CriterionScores | null
  readonly findings: readonly Finding[]
  readonly flaw: string | null
  readonly model: string
  readonly callId: string
}

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

/** Reading runs, and the one thing that happens to them without a claim: held ones are let go. */
export function runStore(core: StoreCore) {
  const { clock } = core
  return {
    get: async (id: string) => findRun(core, id),
    ofTask: async (taskId: string) =>
      readRows(core, 'SELECT * FROM runs WHERE task_id = :taskId ORDER BY number', { taskId }, readRun),
    /** All versions of the work, first draft first. */
    outputs: async (runId: string) => readOutputs(core, runId),
    events: async (runId: string) => readEvents(core, runId),
    /** What `claim` would give out, in order, without claiming. */
    ready: async (stages: readonly StageService[], taskId: string | null, limit: number) =>
      readReady(core, stages, taskId, limit),
    /** Number of tasks by the state of their latest run. */
    countByState: async (): Promise<Partial<Record<RunState, number>>> =>
      Object.fromEntries(readRows(core, LATEST_BY_STATE, {}, is => [is.text('state'), is.number('tasks')])),
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
    /** Lets go of held runs whose next call now fits under the caps, oldest first. Returns their ids. */
    releaseHeld: async (caps: Caps) => {
      if (heldRuns(core).length === 0) return []
      return core.change('pipeline', 'run.release', tx =>
        heldRuns(tx).flatMap(run => (letGo(tx, run, caps) ? [run.id] : [])),
      )
    },
  }
}

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

function letGo(tx: Change, run: Run, caps: Caps): boolean {
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

function readOutputs(core: StoreReader, runId: string): Output[] {
  return readRows(
    core,
    `SELECT o.*, d.kind AS decision_kind, d.note AS decision_note, d.work_id FROM outputs o
       LEFT JOIN decisions d ON d.output_id = o.id WHERE o.run_id = :runId ORDER BY o.number`,
    { runId },
    is => {
      const decision = is.textOrNull<'approve' | 'return'>('decision_kind')
      return {
        id: is.text('id'),
        number: is.number('number'),
        stage: is.text<Output['stage']>('stage'),
        finish: is.text<Output['finish']>('finish'),
        text: is.text('text'),
        digest: is.text('digest'),
        refusal: is.textOrNull('refusal'),
        callId: is.text('call_id'),
        createdMs: is.number('created_ms'),
        checkFindings: is.json<Finding[]>('check_findings', FINDINGS_SHAPE),
        judgements: readJudgements(core, is.text('id')),
        decision:
          decision === null
            ? null
            : {
                kind: decision,
                note: is.text('decision_note'),
                workId: is.textOrNull('work_id') ?? is.text('id'),
              },
      }
    },
  )
}

function readJudgements(core: StoreReader, outputId: string): Judgement[] {
  const sql = 'SELECT * FROM judgements WHERE output_id = :outputId ORDER BY number'
  return readRows(core, sql, { outputId }, is => {
    const score = is.numberOrNull('score')
    return {
      id: is.text('id'),
      score,
      scores: score === null ? null : is.json<CriterionScores>('scores', {}),
      findings: is.json<Finding[]>('findings', FINDINGS_SHAPE),
      flaw: is.textOrNull('flaw'),
      model: is.text('model'),
      callId: is.text('call_id'),
    }
  })
}

function readEvents(core: StoreReader, runId: string): RunEvent[] {
  return readRows(core, 'SELECT * FROM run_events WHERE run_id = :runId ORDER BY seq', { runId }, is => ({
    atMs: is.number('at_ms'),
    state: is.text<RunState>('state'),
    what: is.text('what'),
    actor: is.text('actor'),
  }))
}
