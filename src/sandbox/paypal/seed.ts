/** Many payments at once, made as a shop and a payer make one: what tests and benchmarks of long searches begin with. */
import type { Act } from './account.ts'
import { PAYERS } from './model.ts'
import { addOrder, approve, captureOrder } from './orders.ts'

/** What is to be made. */
export interface Seed {
  readonly count: number
  readonly value: string
  readonly currency: string
  /** They lie evenly over the last so many seconds, the oldest first. */
  readonly seconds: number
  /** Each has a `custom_id`: the prefix and a number from 1 on. */
  readonly prefix: string
}

/** Makes orders that were captured. There are no events of them. */
export function seedPayments(act: Act, { count, seconds, value, currency, prefix }: Seed): void {
  const [usual] = PAYERS
  if (usual === undefined) return
  const silent = { ...act.webhooks, loses: () => true }
  const stepMs = (seconds * 1000) / count
  for (let number = 1; number <= count; number += 1) {
    const nowMs = Math.floor(act.nowMs - (count - number) * stepMs)
    const then = { ...act, webhooks: silent, nowMs }
    const unit = { amount: { currency_code: currency, value }, custom_id: `${prefix}${String(number)}` }
    captureOrder(then, approve(then, addOrder(then, { unit, isWallet: false, context: {} }), usual))
  }
}
