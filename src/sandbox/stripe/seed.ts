/** Many payments at once, made as the pages make one: what tests and benchmarks of long lists begin with. */
import { wholeIn, type Given } from '../lib/hand.ts'
import type { JsonObject } from '../lib/json.ts'
import { sow } from '../lib/seed.ts'
import type { Act } from './account.ts'
import { lineOf } from './lines.ts'
import { makeLink, paymentData } from './links.ts'
import { METHODS } from './methods.ts'
import { checkCharge, currencyIn } from './money.ts'
import { payAt, visit } from './sessions.ts'

/**
 * Makes payments, each of a link of its own that it used up, with metadata of one name on the payment, its link and its
 * session: the prefix and a number from 1 on.
 */
export function seedPayments(act: Act, given: Given): JsonObject {
  const { currency: code = 'usd', name = 'run_id' } = given
  const [amount, currency] = [wholeIn(given, 'amount', { usual: 1000 }), currencyIn(code, 'currency')]
  checkCharge(amount, currency, 'amount')
  return sow(act, given, (then, label) => {
    const metadata = { [name]: label }
    const link = makeLink(then, currency, {
      lines: [lineOf(label, amount, currency)],
      metadata,
      payment_intent_data: paymentData(metadata),
      restrictions: { completed_sessions: { count: 0, limit: 1 } },
    })
    payAt(then, visit(then, link), METHODS[0], null)
  })
}
