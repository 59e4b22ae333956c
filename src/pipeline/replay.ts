import { isSameUse } from '../domain/breaker.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import type { ErrorClass } from '../domain/error-class.ts'
import { nextCommand } from '../domain/next-command.ts'
import { latestWork } from '../domain/next-step.ts'
import {
  fitUnderCaps,
  MOST_REPLAYS,
  sortFailures,
  type FailedRun,
  type NotReplayed,
  type PricedRun,
  type SkippedRun,
} from '../domain/replay.ts'
import { isFinal, RUN_STATES, type RunStatus } from '../domain/run-state.ts'
import type { TaskType } from '../domain/task-type.ts'
import { AppError, defect } from '../kernel/errors.ts'
import { countText, instantText } from '../kernel/text.ts'
import type { NewRun } from '../store/run-rows.ts'
import type { TaskSummary } from '../store/tasks.ts'
import type { PipelineContext } from './context.ts'
import { estimateAtMostNano } from './estimate.ts'
import { capsOf, stageServices } from './rules.ts'
import { findTask, newRun } from './tasks.ts'
import { workQueue, type WorkReport } from './work-report.ts'

/** What a replay works with. */
export interface ReplayContext extends PipelineContext {
  /** Who asked, for the timeline. */
  readonly actor: string
  /** Decide and price; queue nothing. */
  readonly dryRun: boolean
  readonly concurrency: number | undefined
}

/** Which failures are looked at. */
export interface ReplayRequest {
  /** Most runs that are replayed. */
  readonly limit: number
  /** How long ago a run may have failed. */
  readonly lookbackMs: number
}

/** What is decided before anything begins: the same with and without a dry run. */
export interface ReplayPlan {
  /** How many runs are replayed, and the most that they can cost together: every revision and second judgement included. */
  readonly priced: { readonly runs: number; readonly atMostUsd: string }
  /** Oldest failure first. */
  readonly replays: readonly PlannedReplay[]
  readonly skipped: readonly SkippedReplay[]
}

/** A run that is repeated, or would be. */
export interface PlannedReplay extends ShownRun {
  readonly client: string | null
  /** SHA-256 of the brief that the new run works on. */
  readonly briefDigest: string
  readonly atMostUsd: string
}

/** A failure that is not repeated, why, and what can be done about it. */
export interface SkippedReplay extends ShownRun, NotReplayed {
  readonly next: string | null
}

interface ShownRun {
  readonly taskId: string
  readonly title: string
  /** The run that is repeated. */
  readonly replayOf: string
  readonly errorClass: ErrorClass | null
  readonly reason: string | null
  /** Null where it did not fail: any run that has ended can be forced. */
  readonly failedAt: string | null
}

/** What a replay did. */
export interface ReplayReport extends ReplayPlan {
  readonly dryRun: boolean
  readonly queued: readonly QueuedReplay[]
  /** What was worked on; null where nothing was queued. */
  readonly work: WorkReport | null
  /** Where one was forced: the run that was repeated beside the one that repeats it. */
  readonly comparison: { readonly old: ReplayedRun; readonly new: ReplayedRun | null } | null
}

/** A run that was queued, with the one that it repeats. */
export interface QueuedReplay {
  readonly taskId: string
  readonly runId: string
  readonly replayOf: string
}

/** One side of a comparison. */
export interface ReplayedRun {
  readonly runId: string
  readonly status: RunStatus
  readonly reason: string | null
  readonly score: number | null
  readonly costUsd: string
  /** SHA-256 of the brief that it worked on. */
  readonly briefDigest: string
  /** Its newest text; null where it has none. */
  readonly result: string | null
}

/**
 * Repeats what failed and is worth it (SPEC §7, Replay): decides, says what it may cost, queues each run by one change
 * that looks at its task again, and works those runs through the pipeline in the same call. To leave them to the next
 * poll would say of none what became of it, and a forced one has to stand beside what it repeats. After a crash what
 * was queued is worked by the next poll; it is not replayed again, because it is the newest run of its task.
 */
export async function replayFailures(context: ReplayContext, request: ReplayRequest): Promise<ReplayReport> {
  const { fitting, skipped } = await decide(context, request)
  const plan = planOf(
    fitting.map(planned => ({ ...planned, repeated: planned.failed })),
    skipped.map(skippedReplay),
  )
  tellPrice(context, plan)
  if (context.dryRun) return { ...plan, dryRun: true, queued: [], work: null, comparison: null }
  const queued: QueuedReplay[] = []
  const changed: SkippedReplay[] = []
  for (const { failed, run } of fitting) {
    if (context.stop.aborted) break
    const { taskId, runId: replayOf } = failed
    const decided = await context.store.replays.queue(taskId, { replayOf, most: MOST_REPLAYS, run })
    if (decided.kind === 'decided') queued.push({ taskId, runId: decided.runId, replayOf })
    else changed.push(skippedReplay({ failed, ...CHANGED }))
  }
  const work = queued.length === 0 ? null : await workOn(context, queued)
  return { ...plan, skipped: [...plan.skipped, ...changed], dryRun: false, queued, work, comparison: null }
}

const CHANGED: NotReplayed = { why: 'changed', words: 'its task has moved on meanwhile' }

/** A failure with the run that would repeat it. */
interface Planned extends PricedRun {
  readonly run: NewRun
}

async function decide(
  context: ReplayContext,
  { limit, lookbackMs }: ReplayRequest,
): Promise<{ fitting: readonly Planned[]; skipped: readonly SkippedRun[] }> {
  const { store, settings } = context
  const failures = await store.replays.failedSince(context.world.clock.now() - lookbackMs)
  const sorted = sortFailures(failures, limit, await pausesOf(context))
  const planned: Planned[] = []
  for (const failed of sorted.worth) {
    const task = await store.tasks.get(failed.taskId)
    if (task === null) throw defect(`there is no task of ${failed.runId}`)
    const run = newRun(settings, task, 'replay', context)
    const spent = await store.replays.spent({ taskId: task.id, client: task.client })
    planned.push({ failed, run, spent, atMostNano: estimateAtMostNano(context, run, task) })
  }
  const { fitting, skipped } = fitUnderCaps(planned, capsOf(settings))
  return { fitting, skipped: [...sorted.skipped, ...skipped] }
}

/** Why what a task of a type would ask is not called for now; null where it is. */
async function pausesOf(context: PipelineContext): Promise<(type: TaskType) => string | null> {
  const uses = stageServices(context)
  const pauses = await context.store.pauses.list()
  return type => {
    const asked = uses.filter(({ types }) => types.includes(type))
    const pause = pauses.find(paused => asked.some(use => isSameUse(use, paused)))
    return pause === undefined ? null : `${pause.service} is not called for now: ${pause.reason}`
  }
}

/**
 * Repeats the newest run of one task because a person wants it, whatever came of it, on an edited brief where one is
 * given; says what it may cost, works it, and compares the two. Caps hold the run as they hold any other.
 * @throws AppError `refused` where its newest run has not ended, `busy` where what it would ask is not called for now
 */
export async function replayTask(
  context: ReplayContext,
  wanted: { readonly task: string; readonly brief: string | null },
): Promise<ReplayReport> {
  const { store, settings } = context
  const task = await findTask(store, wanted.task)
  if (!isFinal(task.state)) throw notOver(task)
  const paused = (await pausesOf(context))(task.type)
  if (paused !== null) throw new AppError('busy', `${task.id} is not replayed: ${paused}`, 'echopilot doctor')
  const edited = { ...task, brief: wanted.brief ?? task.brief }
  const run = { ...newRun(settings, edited, 'replay', context), ownBrief: wanted.brief }
  const plan = planOf(
    [{ repeated: repeatedOf(task), run, atMostNano: estimateAtMostNano(context, run, edited) }],
    [],
  )
  tellPrice(context, plan)
  const old = await sideOf(context, task.runId)
  if (context.dryRun) return { ...plan, dryRun: true, queued: [], work: null, comparison: { old, new: null } }
  const decided = await store.replays.queue(task.id, { replayOf: task.runId, most: null, run })
  if (decided.kind === 'refused') throw notOver({ ...task, state: decided.state })
  const queued = [{ taskId: task.id, runId: decided.runId, replayOf: task.runId }]
  const work = await workOn(context, queued)
  return {
    ...plan,
    dryRun: false,
    queued,
    work,
    comparison: { old, new: await sideOf(context, decided.runId) },
  }
}

function notOver(task: TaskSummary): AppError {
  const { status } = RUN_STATES[task.state]
  return new AppError(
    'refused',
    `task ${task.id} cannot be replayed: its newest run is ${status}`,
    nextCommand(task) ?? `echopilot task show ${task.id}`,
  )
}

/** The newest run of a task as one that is repeated. */
function repeatedOf(task: TaskSummary): RepeatedRun {
  return { ...task, taskId: task.id, failedMs: task.state === 'failed_final' ? task.endedMs : null }
}

/** What is shown of a run that is repeated. */
type RepeatedRun = Pick<FailedRun, 'taskId' | 'title' | 'client' | 'runId' | 'errorClass' | 'reason'> & {
  readonly failedMs: number | null
}

function planOf(
  planned: readonly { readonly repeated: RepeatedRun; readonly run: NewRun; readonly atMostNano: number }[],
  skipped: readonly SkippedReplay[],
): ReplayPlan {
  const atMostNano = planned.reduce((sum, run) => sum + run.atMostNano, 0)
  return {
    priced: { runs: planned.length, atMostUsd: formatNanoUsd(atMostNano) },
    replays: planned.map(({ repeated, run, atMostNano: nano }) => ({
      ...shown(repeated),
      client: repeated.client,
      briefDigest: run.briefDigest,
      atMostUsd: formatNanoUsd(nano),
    })),
    skipped,
  }
}

function shown({ taskId, title, runId, errorClass, reason, failedMs }: RepeatedRun): ShownRun {
  const failedAt = failedMs === null ? null : instantText(failedMs)
  return { taskId, title, replayOf: runId, errorClass, reason, failedAt }
}

function skippedReplay({ failed, why, words }: SkippedRun): SkippedReplay {
  return { ...shown(failed), why, words, next: nextOf(failed, why) }
}

function nextOf({ taskId, errorClass, pageId }: FailedRun, why: NotReplayed['why']): string | null {
  switch (why) {
    case 'class':
      return nextCommand({ id: taskId, state: 'failed_final', errorClass, pageId })
    case 'replays':
      return `echopilot replay --task ${taskId}, to force one more`
    case 'paused':
      return 'echopilot service list'
    case 'dismissed':
    case 'limit':
    case 'budget':
    case 'changed':
      return null
  }
}

/** Before any of it runs: a person can still stop it. */
function tellPrice(context: ReplayContext, { priced, replays }: ReplayPlan): void {
  if (priced.runs === 0) return
  context.progress(`${countText(priced.runs, 'replay')}, at most $${priced.atMostUsd} together`)
  for (const { title, atMostUsd, errorClass, reason } of replays) {
    context.progress(`  ${title}: at most $${atMostUsd} (${[errorClass, reason].filter(Boolean).join(': ')})`)
  }
}

async function workOn(context: ReplayContext, queued: readonly QueuedReplay[]): Promise<WorkReport> {
  const runIds = queued.map(({ runId }) => runId)
  return workQueue(context, {
    stages: ['generate', 'judge', 'revise'],
    runIds,
    concurrency: context.concurrency,
    dryRun: false,
  })
}

async function sideOf({ store }: ReplayContext, runId: string): Promise<ReplayedRun> {
  const receipt = await store.receipts.get(runId)
  if (receipt === null) throw defect(`there is no run ${runId}`)
  const { core, words } = receipt
  return {
    runId,
    status: RUN_STATES[core.state].status,
    reason: words.reason,
    score: core.score,
    costUsd: formatNanoUsd(core.totals.costNano),
    briefDigest: core.briefDigest,
    result: latestWork(await store.runs.outputs(runId))?.text ?? null,
  }
}
