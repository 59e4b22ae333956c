import { CLOCK_STEP_MS, isDue } from './due.ts'
import { lastSlot, slotEnds, type ScheduledJob } from './schedule.ts'

/** A slot that is begun later than this is late (SPEC §6). */
const LATE_MS = 90_000

/** Whether what began at an instant was late for its slot. */
export function isLate(slotMs: number, beganMs: number): boolean {
  return beganMs - slotMs > LATE_MS
}

/** After what time a slot whose run failed is run again; then it is given up (SPEC §6). */
const RETRY_AFTER_MS = [5, 15, 60].map(minutes => minutes * 60_000)

/** One run of a job, as it was recorded. */
export interface SlotRun {
  readonly slotMs: number
  readonly startedMs: number
  /** Null while it runs, and where it died. */
  readonly endedMs: number | null
  /** How it ended; null while it runs. */
  readonly outcome: string | null
}

/** How a job stands: which is the slot in question, and what is to be done about it. */
export type SlotState =
  /** No slot was due since there is a store. */
  | { readonly kind: 'never_due' }
  /** The last slot that had to begin by now has ended well. */
  | { readonly kind: 'done'; readonly slotMs: number }
  /** A run is under way, of whatever slot: it does not overlap itself. */
  | { readonly kind: 'running'; readonly slotMs: number; readonly sinceMs: number }
  /** No run of it began, and it had to. */
  | { readonly kind: 'late'; readonly slotMs: number }
  /** Its run failed; it waits to be run again, … */
  | { readonly kind: 'waiting'; readonly slotMs: number; readonly tries: number; readonly againMs: number }
  /** … has to be run again now, … */
  | { readonly kind: 'due_again'; readonly slotMs: number; readonly tries: number }
  /** … or was run again so often that a person has to look. */
  | { readonly kind: 'given_up'; readonly slotMs: number; readonly tries: number }

/** What is known of a job. */
export interface JobFacts {
  /** Since when there is a store. */
  readonly firstMs: number
  readonly nowMs: number
  /** Its runs of the slot `dueSlot` and of later ones, and each that is under way. */
  readonly runs: readonly SlotRun[]
}

/** The last slot of a job that had to begin by now: a timer may be some seconds late. */
export function dueSlot(job: ScheduledJob, nowMs: number): number {
  return lastSlot(job.on, nowMs - LATE_MS)
}

/**
 * How a job stands. Only its newest slot counts: what was missed before is made up for by one run. A slot that lies
 * ahead was begun by a clock that has been set back since, and says nothing of those that are due.
 */
export function slotState(job: ScheduledJob, { firstMs, nowMs, runs }: JobFacts): SlotState {
  const latest = latestOf(runs)
  if (latest?.outcome === null) {
    return { kind: 'running', slotMs: latest.slotMs, sinceMs: latest.startedMs }
  }
  const dueMs = dueSlot(job, nowMs)
  const due = runs.filter(({ slotMs }) => slotMs >= dueMs && slotMs <= nowMs + CLOCK_STEP_MS)
  const newestMs = Math.max(...due.map(({ slotMs }) => slotMs))
  const tries = due.filter(({ slotMs }) => slotMs === newestMs)
  const last = latestOf(tries)
  if (last === null)
    return dueMs < firstMs ? { kind: 'never_due' } : { kind: 'late', slotMs: lastSlot(job.on, nowMs) }
  const ends: readonly string[] = slotEnds(job)
  const isDone = tries.some(({ outcome }) => outcome !== null && ends.includes(outcome))
  return isDone ? { kind: 'done', slotMs: newestMs } : afterFailure(tries.length, last, nowMs)
}

/** The one that began last; what began before it and is said to go on is of a place that nobody can look into. */
function latestOf(runs: readonly SlotRun[]): SlotRun | null {
  return runs.reduce<SlotRun | null>(
    (latest, run) => (latest === null || run.startedMs >= latest.startedMs ? run : latest),
    null,
  )
}

function afterFailure(tries: number, last: SlotRun, nowMs: number): SlotState {
  const { slotMs } = last
  const delayMs = RETRY_AFTER_MS[tries - 1]
  if (delayMs === undefined) return { kind: 'given_up', slotMs, tries }
  const againMs = (last.endedMs ?? last.startedMs) + delayMs
  return isDue(againMs, nowMs, delayMs)
    ? { kind: 'due_again', slotMs, tries }
    : { kind: 'waiting', slotMs, tries, againMs }
}

/** The slot that has to be run now, if one has: a late one only where it is to be made up for. */
export function slotToRun(job: ScheduledJob, state: SlotState): number | null {
  if (state.kind === 'due_again') return state.slotMs
  return state.kind === 'late' && job.catchUp ? state.slotMs : null
}
