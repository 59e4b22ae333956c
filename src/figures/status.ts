import { keysOf } from '../domain/keys-of.ts'
import { shortHead, type AuditHead } from '../domain/audit.ts'
import { utcDay } from '../domain/budget.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import { nextCommand } from '../domain/next-command.ts'
import { RUN_STATES, type RunState } from '../domain/run-state.ts'
import type { Schedule } from '../domain/schedule.ts'
import type { Proof } from '../store/proofs.ts'
import type { OperationRecord } from '../store/records.ts'
import type { Store } from '../store/index.ts'
import { openAlerts, type ShownAlert } from './alerts.ts'
import { isJobWrong, jobFigures, type JobFigure } from './jobs.ts'
import { waitingDisputes, type WaitingFigure } from './disputes.ts'
import { deadEffects, type ShownEffect } from './effects.ts'
import type { SpendSummary } from '../store/ledger.ts'
import type { UnpaidBills } from '../store/links.ts'
import type { TaskSummary } from '../store/tasks.ts'
import { pausedFigures, type PausedFigure } from './paused.ts'

/** Everything `status` and `metrics` show, as of one instant. */
export interface StatusFigures {
  readonly atMs: number
  /** Something was recorded at an instant that lies ahead: the clock went back, or is behind. */
  /** What calls for help, the gravest first. */
  readonly alerts: readonly ShownAlert[]
  readonly clockAhead: Awaited<ReturnType<Store['records']['ahead']>>
  /** Number of tasks by the status people see: that of their latest run. */
  readonly tasks: Readonly<Record<string, number>>
  readonly oldestWaitingMs: number | null
  readonly queuePaused: string | null
  readonly today: SpendFigures
  readonly month: SpendFigures
  readonly services: readonly PausedFigure[]
  readonly proofs: Awaited<ReturnType<Store['proofs']['list']>>
  /** Where the audit chain has come to, in short; null where that is lost. When it was read is one of the proofs. */
  readonly auditHead: string | null
  /** Writes to the outside that wait, and those that can never be made. */
  readonly outbox: Awaited<ReturnType<Store['outbox']['counts']>>
  readonly dead: readonly ShownEffect[]
  /** Bills that wait to be paid, by how it stands with their links. */
  readonly unpaid: UnpaidBills
  /** Disputes that wait for an answer, the nearest deadline first. */
  readonly disputes: readonly WaitingFigure[]
  /** How each job of the schedule stands. */
  readonly jobs: readonly JobFigure[]
  readonly operations: Awaited<ReturnType<Store['records']['latest']>>
  /** Tasks whose last run failed for good and was not dismissed, with the reason and what to type. */
  readonly failed: readonly AttentionItem[]
  /** Tasks that wait for a person or a cap. */
  readonly waiting: readonly AttentionItem[]
}

/** AI cost of a period, in USD with six decimals. */
export interface SpendFigures {
  readonly totalUsd: string
  /** Of it, booked at the reservation because no usage came back. */
  readonly uncertainUsd: string
  /** Of it, at the dearest known price because the model has none. */
  readonly unpricedUsd: string
  readonly calls: number
}

/** A task that needs a person, why, and what to type. */
export interface AttentionItem {
  readonly taskId: string
  readonly title: string
  readonly status: string
  readonly reason: string | null
  readonly next: string | null
}

/** Most tasks listed under each heading of the one screen. */
export const LISTED = 20

/** What was found this long ago is shown with its age, and is an alarm no more. */
const PROOF_COUNTS_MS = 24 * 3_600_000

/** Operations that release what a process that died has left, of any operation. */
const TAKES_BACK: ReadonlySet<string> = new Set(['poll', 'process', 'qa'])

/** An operation that died is shown until one that releases what it left has ended, also in part. */
function withoutOver(records: readonly OperationRecord[]): OperationRecord[] {
  const mended = Math.max(
    ...records
      .filter(
        ({ operation, outcome }) => TAKES_BACK.has(operation) && (outcome === 'ok' || outcome === 'partial'),
      )
      .map(({ startedMs }) => startedMs),
  )
  return records.filter(record => record.outcome !== 'died' || record.startedMs >= mended)
}

/** The figures can be read, so the configuration is valid again. */
function refuted(proof: Proof): Proof {
  return proof.outcome === 'failed' && proof.subject === 'config'
    ? { ...proof, outcome: 'not_proved', detail: `mended since it was found wrong: ${proof.detail}` }
    : proof
}

/** Reads the figures. */
export async function statusFigures(store: Store, schedule: Schedule, nowMs: number): Promise<StatusFigures> {
  const day = utcDay(nowMs)
  const counts = await store.runs.countByState()
  return {
    atMs: nowMs,
    alerts: await openAlerts(store, nowMs),
    clockAhead: await store.records.ahead(),
    tasks: byStatus(counts),
    oldestWaitingMs: await store.runs.oldestWaitingMs(),
    queuePaused: (await store.queue.paused())?.reason ?? null,
    today: spendFigures(await store.ledger.summary(day, day)),
    month: spendFigures(await store.ledger.summary(`${day.slice(0, 7)}-01`, day)),
    services: await pausedFigures(store, nowMs),
    proofs: (await store.proofs.list()).map(refuted),
    auditHead: shortHeadOf(await store.audit.head()),
    outbox: await store.outbox.counts(),
    dead: await deadEffects(store, LISTED),
    unpaid: await store.links.unpaid(),
    disputes: await waitingDisputes(store, nowMs),
    jobs: await jobFigures(store, schedule, nowMs),
    operations: withoutOver(await store.records.latest()),
    failed: await attention(store, ['failed_final']),
    waiting: await attention(store, ['waiting_human', 'held']),
  }
}

/** Whether something failed; what was never measured is no failure. */
export function hasFailed(figures: StatusFigures): boolean {
  return (
    figures.alerts.some(({ severity }) => severity === 'critical') ||
    figures.failed.length > 0 ||
    figures.services.length > 0 ||
    figures.outbox.dead > 0 ||
    figures.proofs.some(
      proof => proof.outcome === 'failed' && figures.atMs - proof.atMs <= PROOF_COUNTS_MS,
    ) ||
    figures.jobs.some(isJobWrong) ||
    figures.operations.some(record => record.outcome === 'died')
  )
}

function shortHeadOf(head: AuditHead | null): string | null {
  return head === null ? null : shortHead(head)
}

function byStatus(counts: Partial<Record<RunState, number>>): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const state of keysOf(RUN_STATES)) {
    const { status } = RUN_STATES[state]
    sums[status] = (sums[status] ?? 0) + (counts[state] ?? 0)
  }
  return sums
}

function spendFigures(summary: SpendSummary): SpendFigures {
  return {
    totalUsd: formatNanoUsd(summary.totalNano),
    uncertainUsd: formatNanoUsd(summary.uncertainNano),
    unpricedUsd: formatNanoUsd(summary.unpricedNano),
    calls: summary.calls,
  }
}

async function attention(store: Store, states: readonly RunState[]): Promise<AttentionItem[]> {
  const tasks = await store.tasks.list({ states, client: null, withoutDismissed: true, limit: LISTED })
  return tasks.map(attentionItem)
}

function attentionItem(task: TaskSummary): AttentionItem {
  return {
    taskId: task.id,
    title: task.title,
    status: task.status,
    reason: task.reason,
    next: nextCommand(task),
  }
}
