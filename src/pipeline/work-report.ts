import { formatNanoUsd } from '../domain/cost.ts'
import { isSameUse, nextProbeAt, type PauseCause } from '../domain/breaker.ts'
import { RUN_STATES, type RunStatus, type Stage } from '../domain/run-state.ts'
import type { Outcome } from '../kernel/errors.ts'
import type { Counts } from '../kernel/operation.ts'
import { instantText } from '../kernel/text.ts'
import type { Run } from '../store/run-rows.ts'
import type { Task } from '../store/tasks.ts'
import type { PipelineContext } from './context.ts'
import { stageServices } from './rules.ts'
import { drain, type Drained, type DrainOptions } from './drain.ts'
import { estimateAtMostNano } from './estimate.ts'
import { findTask } from './tasks.ts'

/** What `poll`, `process` and `qa` have in common: which stages, how many, how fast. */
export interface WorkRequest {
  readonly stages: readonly Stage[]
  readonly task?: string | undefined
  /** Only these runs; then all of them are reported, also what another process works on. */
  readonly runIds?: readonly string[] | undefined
  readonly limit?: number | undefined
  readonly concurrency?: number | undefined
  readonly dryRun: boolean
}

/** The result of working on the queue. Outcomes of tasks are data. */
export interface WorkReport {
  readonly dryRun: boolean
  readonly runs: readonly WorkedRun[]
  /** Runs in which something of ours broke. */
  readonly failed: Drained['failed']
  /** Services that are not called for now, with the work that waits for them. */
  readonly paused: readonly {
    readonly service: string
    readonly model: string
    readonly cause: PauseCause
    readonly reason: string
    /** What the operator can do, where the failure tells. */
    readonly hint: string | null
    readonly nextProbeAt: string
    readonly waiting: number
  }[]
  /** Runs that wait for their next attempt, a cap, or a resumed queue. */
  readonly waiting: { readonly retrying: number; readonly held: number; readonly queued: number }
  readonly queuePaused: string | null
  readonly interrupted: boolean
  readonly atMs: number
}

/** A run that was worked on, or would be, as people see it. */
export interface WorkedRun {
  readonly taskId: string
  readonly runId: string
  readonly title: string
  readonly client: string | null
  readonly status: RunStatus
  readonly score: number | null
  readonly costUsd: string
  readonly reason: string | null
  /** In a dry run: the most it can cost, every revision and second judgement included. */
  readonly atMostUsd: string | null
}

/** Works on the queue, or tells what would be worked on and at most cost. */
export async function workQueue(
  context: PipelineContext,
  request: WorkRequest,
  feed?: DrainOptions['feed'],
): Promise<WorkReport> {
  const taskId = request.task === undefined ? null : (await findTask(context.store, request.task)).id
  const limit = request.limit ?? null
  if (request.dryRun) return planned(context, request.stages, taskId, limit)
  const drained = await drain(context, {
    stages: request.stages,
    taskId,
    limit,
    runIds: request.runIds,
    concurrency: request.concurrency ?? context.settings.work.concurrency,
    feed,
  })
  // One after the other: each is read whole, briefs and calls too, and only a line of it is kept.
  const runs: WorkedRun[] = []
  for (const runId of request.runIds ?? drained.runIds) runs.push(...(await workedRun(context, runId)))
  return {
    dryRun: false,
    runs,
    failed: drained.failed,
    interrupted: drained.interrupted,
    ...(await leftOver(context, request.stages)),
  }
}

/**
 * Exit 0 whatever became of the tasks; `partial` where some could not be handled; where nothing could be
 * done at all because a service is paused, that service's own outcome.
 */
export function workOutcome(report: WorkReport): Outcome {
  const blocked = report.paused.filter(pause => pause.waiting > 0)
  if (report.failed.length > 0) return 'partial'
  if (report.dryRun || blocked.length === 0) return 'ok'
  if (report.runs.some(run => SETTLED.has(run.status))) return 'partial'
  return blocked.some(pause => pause.cause === 'credential') ? 'config' : 'busy'
}

/** Runs that were worked on, and those that could not be handled. */
export function workCounts({ runs, failed }: WorkReport): Counts {
  return { done: runs.length, failed: failed.length }
}

const SETTLED: ReadonlySet<RunStatus> = new Set(['Done', 'Waiting Human', 'Failed-Final', 'Cancelled'])

async function workedRun(context: PipelineContext, runId: string): Promise<WorkedRun[]> {
  const run = await context.store.runs.get(runId)
  const task = run === null ? null : await context.store.tasks.get(run.taskId)
  if (run === null || task === null) return []
  const calls = await context.store.ledger.callsOfRun(runId)
  const costNano = calls.reduce((sum, call) => sum + call.costNano, 0)
  return [{ ...shown(run, task), reason: run.reason, costUsd: formatNanoUsd(costNano), atMostUsd: null }]
}

function shown(
  run: Run,
  task: Pick<Task, 'id' | 'title' | 'client'>,
): Omit<WorkedRun, 'reason' | 'costUsd' | 'atMostUsd'> {
  return {
    taskId: task.id,
    runId: run.id,
    title: task.title,
    client: task.client,
    status: RUN_STATES[run.state].status,
    score: run.score,
  }
}

async function planned(
  context: PipelineContext,
  stages: readonly Stage[],
  taskId: string | null,
  limit: number | null,
): Promise<WorkReport> {
  const services = stageServices(context, stages)
  const ready = await context.store.runs.ready(services, taskId, limit ?? MOST_PLANNED)
  return {
    dryRun: true,
    runs: ready.map(({ run, task }) => ({
      ...shown(run, task),
      reason: null,
      costUsd: formatNanoUsd(0),
      atMostUsd: formatNanoUsd(estimateAtMostNano(context, run, task)),
    })),
    failed: [],
    interrupted: false,
    ...(await leftOver(context, stages)),
  }
}

const MOST_PLANNED = 1000

async function leftOver(
  context: PipelineContext,
  stages: readonly Stage[],
): Promise<Pick<WorkReport, 'paused' | 'waiting' | 'queuePaused' | 'atMs'>> {
  const nowMs = context.world.clock.now()
  const counts = await context.store.runs.countByState()
  const needed = stageServices(context, stages)
  const pauses = await context.store.pauses.list()
  const waiting = await Promise.all(
    pauses.map(pause => context.store.runs.countWaiting(needed.filter(use => isSameUse(use, pause)))),
  )
  return {
    paused: pauses.map((pause, index) => ({
      service: pause.service,
      model: pause.model,
      cause: pause.cause,
      reason: pause.reason,
      hint: pause.hint,
      nextProbeAt: instantText(nextProbeAt(pause, nowMs)),
      waiting: waiting[index] ?? 0,
    })),
    waiting: { retrying: counts.retrying ?? 0, held: counts.held ?? 0, queued: counts.queued ?? 0 },
    queuePaused: (await context.store.queue.paused())?.reason ?? null,
    atMs: nowMs,
  }
}
