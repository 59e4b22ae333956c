import { CAP_SETTINGS, findBreach, type Caps, type SpendScope } from './budget.ts'
import { ERROR_CLASSES, type ErrorClass } from './error-class.ts'
import type { TaskType } from './task-type.ts'

/** The newest run of a task, which has failed for good. */
export interface FailedRun {
  readonly runId: string
  readonly taskId: string
  readonly title: string
  readonly client: string | null
  readonly type: TaskType
  /** Its page in Notion; null for a local task. */
  readonly pageId: string | null
  /** Null where that was not noted. */
  readonly errorClass: ErrorClass | null
  readonly reason: string | null
  readonly failedMs: number
  /** The operator let the failure be. */
  readonly isDismissed: boolean
  /** Runs of its task that were replays. */
  readonly replays: number
}

/** Most replays of one task that nobody asked for (SPEC §7). */
export const MOST_REPLAYS = 2

/** Why a failure is not replayed. */
export interface NotReplayed {
  readonly why: 'dismissed' | 'class' | 'replays' | 'paused' | 'limit' | 'budget' | 'changed'
  readonly words: string
}

/** A failure with why it is not replayed. */
export interface SkippedRun extends NotReplayed {
  readonly failed: FailedRun
}

/** Failures that are worth a repeat, and the others. */
export interface Sorted {
  readonly worth: readonly FailedRun[]
  readonly skipped: readonly SkippedRun[]
}

/**
 * Sorts failures, which come oldest first, into at most `limit` that are worth a repeat, and the others. A class of
 * failure that passes is worth one; a credential is taken as mended where nothing that the run would ask is paused.
 * @param pausedFor why what a task of this type would ask is not called for now; null where it is
 */
export function sortFailures(
  failures: readonly FailedRun[],
  limit: number,
  pausedFor: (type: TaskType) => string | null,
): Sorted {
  const worth: FailedRun[] = []
  const skipped: SkippedRun[] = []
  for (const failed of failures) {
    const not = notReplayed(failed, pausedFor) ?? (worth.length < limit ? null : OVER_LIMIT)
    if (not === null) worth.push(failed)
    else skipped.push({ failed, ...not })
  }
  return { worth, skipped }
}

const OVER_LIMIT: NotReplayed = { why: 'limit', words: 'over the limit of this call: older ones come first' }

function notReplayed(
  { errorClass, isDismissed, replays, type }: FailedRun,
  pausedFor: (type: TaskType) => string | null,
): NotReplayed | null {
  if (isDismissed) return { why: 'dismissed', words: 'dismissed by the operator' }
  if (errorClass === null) return { why: 'class', words: 'the class of the failure is not known' }
  if (!ERROR_CLASSES[errorClass].worthReplay) {
    return { why: 'class', words: `${errorClass}: it would fail the same way again` }
  }
  if (replays >= MOST_REPLAYS) return { why: 'replays', words: `replayed ${replays} times already` }
  const paused = pausedFor(type)
  return paused === null ? null : { why: 'paused', words: paused }
}

/** A failure with the most that its repeat can cost, and what counts towards the caps on it so far. */
export interface PricedRun {
  readonly failed: FailedRun
  readonly atMostNano: number
  readonly spent: readonly { readonly scope: SpendScope; readonly key: string; readonly nano: number }[]
}

/**
 * Those whose repeats fit under the caps together, in their order, each at the most it can cost; the others would only
 * be held half done.
 */
export function fitUnderCaps<Run extends PricedRun>(
  priced: readonly Run[],
  caps: Caps,
): { readonly fitting: readonly Run[]; readonly skipped: readonly SkippedRun[] } {
  const planned = new Map<string, number>()
  const fitting: Run[] = []
  const skipped: SkippedRun[] = []
  for (const run of priced) {
    const { failed, atMostNano, spent } = run
    const sums = spent.map(({ scope, key, nano }) => {
      const name = `${scope} ${key}`
      return { scope, name, nano: nano + (planned.get(name) ?? 0) }
    })
    const breach = findBreach(sums, atMostNano, caps)
    if (breach === null) {
      fitting.push(run)
      for (const { name } of sums) planned.set(name, (planned.get(name) ?? 0) + atMostNano)
    } else {
      const words = `it may cost more than ${CAP_SETTINGS[breach.scope]} leaves`
      skipped.push({ failed, why: 'budget', words })
    }
  }
  return { fitting, skipped }
}
