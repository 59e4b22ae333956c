/** Many payments at once, made as the pages make one: what tests and benchmarks of long lists begin with. */
import type { Act } from './account.ts'
import { lineOf } from './lines.ts'
import { makeLink, paymentData } from './links.ts'
import { METHODS } from './methods.ts'
import { checkCharge, currencyIn } from './money.ts'
import { payAt, visit } from './sessions.ts'

/** What is to be made. */
export interface Seed {
  readonly count: number
  readonly amount: number
  readonly currency: string
  /** They lie evenly over the last so many seconds, the oldest first. */
  readonly seconds: number
  /** Each payment, its link and its session have metadata of this name: the prefix and a number from 1 on. */
  readonly name: string
  readonly prefix: string
}

/**
 * Makes payments, each of a link of its own that it used up. There are no events of them, as there are none of what lies
 * longer back than Stripe keeps events. Lists are in the order of making: seed before anything else is made.
 */
export function seedPayments(act: Act, { count, seconds, ...one }: Seed): void {
  checkCharge(one.amount, currencyIn(one.currency, 'currency'), 'amount')
  const silent = { ...act.webhooks, loses: () => true }
  const stepMs = (seconds * 1000) / count
  for (let number = 1; number <= count; number += 1) {
    const nowMs = Math.floor(act.nowMs - (count - number) * stepMs)
    seedPayment({ ...act, webhooks: silent, nowMs }, `${one.prefix}${String(number)}`, one)
  }
}

function seedPayment(
  act: Act,
  label: string,
  { amount, currency, name }: Pick<Seed, 'amount' | 'currency' | 'name'>,
): void {
  const metadata = { [name]: label }
  const link = makeLink(act, currency, {
    inactive_message: null,
    lines: [lineOf(label, amount, currency)],
    metadata,
    payment_intent_data: paymentData(metadata),
    restrictions: { completed_sessions: { count: 0, limit: 1 } },
  })
  const [usual] = METHODS
  if (usual !== undefined) payAt(act, visit(act, link), usual, null)
}
