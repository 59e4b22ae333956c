/** Many payments at once, made as a shop and a payer make one: what tests and benchmarks of long searches begin with. */
import type { Given } from '../lib/hand.ts'
import type { JsonObject } from '../lib/json.ts'
import { sow } from '../lib/seed.ts'
import type { Act } from './account.ts'
import { PAYERS } from './model.ts'
import { addOrder, approve, captureOrder } from './orders.ts'

/** Makes orders that were captured, each with a `custom_id`: the prefix and a number from 1 on. */
export function seedPayments(act: Act, given: Given): JsonObject {
  const { value = '10.00', currency = 'USD' } = given
  return sow(act, given, (then, label) => {
    const unit = { amount: { currency_code: currency, value }, custom_id: label }
    captureOrder(then, approve(then, addOrder(then, { unit, isWallet: false, context: {} }), PAYERS[0]))
  })
}
