import type { NoticeKind } from './alerts.ts'
import { isWithin } from './due.ts'
import { nextSlot, slotEnds, spacingMs, type ScheduledJob } from './schedule.ts'
import type { SlotRun, SlotState } from './slot-state.ts'

/** How a check ended. `not_proved`: there was nothing to measure yet. `unknown`: the check itself could not be made. */
export type CheckState = 'ok' | 'bad' | 'unknown' | 'not_proved'

/** What a check found, for people. */
export interface CheckFound {
  readonly check: string
  readonly state: CheckState
  readonly measured: string
  /** From when on it is bad. */
  readonly threshold: string
  /** What is bad, and what to type. */
  readonly bad: readonly { readonly message: string; readonly next: string | null }[]
}

/** What was healed, or would be. `capped`: it was done as often today as it may be. */
export interface Healed {
  readonly healing: string
  readonly thing: string
  readonly outcome: 'done' | 'failed' | 'capped' | 'planned'
  readonly detail: string
}

/** What the auto-operator found and did in one cycle. */
export interface OperateReport {
  readonly atMs: number
  readonly commit: string
  /** No check was bad, and none could not be made. */
  readonly ok: boolean
  readonly checks: readonly CheckFound[]
  readonly healed: readonly Healed[]
  /** What people were told of alerts. */
  readonly notices: readonly { readonly alertId: string; readonly kind: NoticeKind }[]
}

/** Whether everything that was looked at is well; what was never measured is no trouble. */
export function isWell(checks: readonly Pick<CheckFound, 'state'>[]): boolean {
  return checks.every(({ state }) => state === 'ok' || state === 'not_proved')
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** It runs every five minutes: what it found longer ago says nothing of now. */
const REPORT_COUNTS_MS = 15 * MINUTE_MS

/** Whether a report is new enough to say how things are. */
export function isFresh({ atMs }: Pick<OperateReport, 'atMs'>, nowMs: number): boolean {
  return isWithin(atMs, nowMs, REPORT_COUNTS_MS)
}

/** What is bad, and from how many on figures say anything: the auto-operator's limits (SPEC §11). */
export const LIMITS = {
  queuedMs: 30 * MINUTE_MS,
  undeliveredMs: 15 * MINUTE_MS,
  lateMs: 30 * MINUTE_MS,
  failingMs: 15 * MINUTE_MS,
  hungMs: 2 * HOUR_MS,
  /** How long a failure counts of a unit that runs no job. */
  unitMs: 6 * HOUR_MS,
  /** Less than so much of the runs that ended in a day are done. */
  completionShare: 0.7,
  leastEnded: 5,
  /** The average score of a day is so many points under that of the week before it. */
  qualityFall: 10,
  leastJudged: 5,
  freeBytes: 1024 ** 3,
  criticalFreeBytes: 256 * 1024 ** 2,
  proofMs: 24 * HOUR_MS,
  pricesMs: 60 * 24 * HOUR_MS,
  shutdownMs: 30 * 24 * HOUR_MS,
  auditRows: 200,
  /** A payment of which no webhook has told for so long was not told of. */
  webhookMs: HOUR_MS,
  /** By so much the clock of a service of payments may differ. */
  clockSkewMs: 10 * MINUTE_MS,
  /** It runs every 15 min; PayPal lists nothing before three hours are over. */
  scanMs: HOUR_MS,
  firstScanMs: 4 * HOUR_MS,
  unpaidMs: 14 * 24 * HOUR_MS,
} as const

/** A job as it is recorded: how its slot stands, and its newest runs, the newest first. */
export interface JobHistory {
  /** Since when there is a schedule. */
  readonly firstMs: number
  readonly state: SlotState
  readonly newest: readonly CountedRun[]
}

/** A run, and how many that did nothing and ended alike it stands for, itself included; 0 where it did something. */
interface CountedRun extends SlotRun {
  readonly idle: number
}

/** What is wrong with a job that repeating it did not mend; null where nothing is. */
export function jobTrouble(
  job: ScheduledJob,
  { firstMs, state, newest }: JobHistory,
  nowMs: number,
): string | null {
  if (state.kind === 'running' && nowMs - state.sinceMs > LIMITS.hungMs) return 'hangs'
  // Of one that comes soon again the slot in question is always a new one: the first that was missed counts.
  const missedMs = nextSlot(job.on, newest[0]?.slotMs ?? firstMs)
  if (state.kind === 'late' && nowMs - missedMs > LIMITS.lateMs) return 'is late'
  if (state.kind === 'given_up') return `failed ${state.tries} times`
  const failingMs = failingSince(job, newest)
  return failingMs !== null && nowMs - failingMs > LIMITS.failingMs && isOften(job) ? 'fails each time' : null
}

/** Of one that comes soon again no slot is repeated often enough to be given up. */
function isOften({ on }: ScheduledJob): boolean {
  return 'everyMinutes' in on && on.everyMinutes < 60
}

/**
 * Since when no run of it ended well; null where the last one did, or none has ended. What stands for several began as
 * long ago as those take at its pace, after what ended well: some that were missed make that shorter.
 */
function failingSince(job: ScheduledJob, newest: readonly CountedRun[]): number | null {
  const ends: readonly string[] = slotEnds(job)
  const ended = newest.filter(({ outcome }) => outcome !== null)
  const good = ended.findIndex(({ outcome }) => outcome !== null && ends.includes(outcome))
  const failing = good === -1 ? ended : ended.slice(0, good)
  if (failing.length === 0) return null
  const begunMs = failing.map(({ startedMs, idle }) => startedMs - Math.max(0, idle - 1) * spacingMs(job.on))
  return Math.max(ended[good]?.startedMs ?? -Infinity, Math.min(...begunMs))
}

/** Figures of the work of a period that say how well it goes. */
interface WorkFigures {
  readonly done: number
  readonly failed: number
  readonly judged: number
  readonly averageScore: number | null
}

/** The share of what ended in a day that is done; null where that is too little to say anything. */
export function completionOf({ done, failed }: Pick<WorkFigures, 'done' | 'failed'>): number | null {
  const ended = done + failed
  return ended < LIMITS.leastEnded ? null : done / ended
}

/** By how many points the average score fell; below zero where it rose, null where too little was judged. */
export function qualityFall(
  day: Pick<WorkFigures, 'judged' | 'averageScore'>,
  before: Pick<WorkFigures, 'judged' | 'averageScore'>,
): number | null {
  if (day.judged < LIMITS.leastJudged || before.judged < LIMITS.leastJudged) return null
  return (before.averageScore ?? 0) - (day.averageScore ?? 0)
}
