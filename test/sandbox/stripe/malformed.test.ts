/** Whatever comes in, the answer is one of Stripe's: never a bug of the stand-in. */
import { array, assert, asyncProperty, constantFrom, oneof, option, record, string, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'
import { makeLink } from './support/link.ts'
import { stripeServer, type StripeServer } from './support/server.ts'

const NAMES = [
  'amount currency charge payment_intent metadata expand limit created line_items restrictions after_completion',
  'evidence types type starting_after confirm active payment_method payment_intent_data url enabled_events name',
  'unit_amount product mode success_url expires_at submit cancellation_reason __proto__ constructor ',
].flatMap(names => names.split(' '))
const PARTS = ['', '0', '1', 'a', 'limit', 'gte', 'completed_sessions', 'price_data', 'currency', '__proto__']
const VALUES = [
  ' 0 -1 500 1.5 usd USD jpy true payment * null pm_card_visa pm_card_chargeDeclined latest_charge data.charge',
  'line_items.data.price http://127.0.0.1:1/x \u0000',
].flatMap(values => values.split(' '))
const LONG_VALUES = ['9'.repeat(15), '9'.repeat(30), 'ü'.repeat(600)]

/** Names with up to three parts in brackets, as forms have them. */
const pair = tuple(
  constantFrom(...NAMES),
  array(constantFrom(...PARTS), { maxLength: 3 }),
  oneof(constantFrom(...VALUES, ...LONG_VALUES), string({ maxLength: 20 })),
).map(([name, parts, value]): [string, string] => [name + parts.map(part => `[${part}]`).join(''), value])

const COLLECTIONS = [
  'products prices payment_links checkout/sessions payment_intents charges refunds disputes balance',
  'balance_transactions payouts events webhook_endpoints account ',
].flatMap(names => names.split(' '))

/** Success, or an error of the vendor's shape that is the caller's doing. */
const ANSWER = /^(?:200 |(?:400|402|404) \{"error":\{"type":"(?:invalid_request|card)_error")/

/** One object of each kind, to be changed at will. */
async function furnished({ stripe, hand }: StripeServer): Promise<readonly string[]> {
  const link = await makeLink(stripe)
  const session = await hand('pay', { link: link.id })
  const { id } = await hand('dispute', { payment_intent: session['payment_intent'] })
  return [link.id, String(session['id']), String(session['payment_intent']), String(id)]
}

test('1,000 malformed calls get answers of the vendor’s kind', { timeout: 60_000 }, async () => {
  const server = await stripeServer()
  const ids = [...(await furnished(server)), 'none', '%00', '..']
  const actions = ['', '', '/confirm', '/cancel', '/expire', '/close', '/line_items']
  const call = record({
    method: constantFrom('GET', 'POST', 'DELETE'),
    collection: constantFrom(...COLLECTIONS),
    rest: option(tuple(constantFrom(...ids), constantFrom(...actions)), { nil: null }),
    pairs: array(pair, { maxLength: 5 }),
  })
  await assert(
    asyncProperty(call, async ({ method, collection, rest, pairs }) => {
      const form = new URLSearchParams(pairs).toString()
      const path = `/v1/${collection}${rest === null ? '' : `/${rest.join('')}`}`
      const answer = await fetch(`${server.url}${path}${method === 'POST' ? '' : `?${form}`}`, {
        method,
        headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/x-www-form-urlencoded' },
        ...(method === 'POST' ? { body: form } : {}),
      })
      expect(`${String(answer.status)} ${await answer.text()}`).toMatch(ANSWER)
    }),
    { numRuns: 1000, seed: 12 },
  )
})
