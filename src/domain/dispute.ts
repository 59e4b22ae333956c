import { formatMoney, type Money } from './money.ts'
import type { DisputeState } from './payment-state.ts'

/** In these the one who was paid has to say something. */
const WAITS: ReadonlySet<DisputeState> = new Set(['warning', 'needs_response'])

/** Whether a dispute waits for an answer: without one it is lost. */
export function waitsForAnswer({ state }: { readonly state: DisputeState }): boolean {
  return WAITS.has(state)
}

/** A dispute that waits for an answer. */
export interface WaitingDispute {
  readonly id: string
  readonly amount: Money
  readonly state: DisputeState
  readonly reason: string
  /** Until when an answer is taken; null where the service does not tell. */
  readonly dueMs: number | null
}

/** How near its deadline is: in days, in a week, in two days; `over`: none was given in time. */
export type Urgency = 'later' | 'soon' | 'now' | 'over' | 'unknown'

const HOUR_MS = 3_600_000
const SOON_MS = 7 * 24 * HOUR_MS
const NOW_MS = 48 * HOUR_MS

/** How near it is. */
export function urgencyOf({ dueMs }: Pick<WaitingDispute, 'dueMs'>, nowMs: number): Urgency {
  if (dueMs === null) return 'unknown'
  const leftMs = dueMs - nowMs
  if (leftMs <= 0) return 'over'
  if (leftMs <= NOW_MS) return 'now'
  return leftMs <= SOON_MS ? 'soon' : 'later'
}

/** What a person is told of it; a deadline is an instant that stays, how long that is away is for whoever reads it now. */
export function waitingText(dispute: WaitingDispute, instantText: (ms: number) => string): string {
  const { amount, reason, dueMs, state } = dispute
  const what = state === 'warning' ? 'a bank asks about' : 'a client disputes'
  const until =
    dueMs === null ? 'its service tells no deadline' : `to be answered before ${instantText(dueMs)}`
  return `${what} a payment of ${formatMoney(amount)} (${reason}): ${until}`
}

/** What to type about it. */
export function answerCommand({ id }: Pick<WaitingDispute, 'id'>): string {
  return `echopilot payments evidence ${id} --output FOLDER, then upload it where the payment was made`
}
