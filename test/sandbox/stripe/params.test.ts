/** What Stripe says of parameters that are wrong. */
import { expect, test } from 'vitest'
import { TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'
import { stripeServer } from './support/server.ts'

const LINE = 'line_items[0][price_data][product_data][name]=A&line_items[0][quantity]=1'

function linkOf(amount: number, currency: string): string {
  return `${LINE}&line_items[0][price_data][currency]=${currency}&line_items[0][price_data][unit_amount]=${String(amount)}`
}

test.each<[path: string, body: string, error: Record<string, unknown>]>([
  [
    'payment_intents',
    'amount=100',
    { code: 'parameter_missing', param: 'currency', message: 'Missing required param: currency.' },
  ],
  [
    'payment_intents',
    'amount=100&currency=usd&colour=red',
    { code: 'parameter_unknown', param: 'colour', message: 'Received unknown parameter: colour' },
  ],
  ['payment_intents', 'a=1&b=2', { message: 'Received unknown parameters: a, b' }],
  [
    'payment_intents',
    'amount=1.5&currency=usd',
    { code: 'parameter_invalid_integer', param: 'amount', message: 'Invalid integer: 1.5' },
  ],
  ['payment_intents', 'amount=100&currency=', { code: 'parameter_invalid_empty', param: 'currency' }],
  ['payment_intents', 'amount=100&currency=usd&confirm=1', { message: 'Invalid boolean: 1' }],
  ['payment_intents', 'amount[0]=100&currency=usd', { param: 'amount' }],
  ['payment_links', `${linkOf(100, 'usd')}&restrictions=none`, { message: 'Invalid object' }],
  ['payment_intents', 'amount=100&currency=qqq', { param: 'currency' }],
  [
    'payment_intents',
    'amount=100&currency=usd&customer=cus_1',
    { code: 'parameter_unknown', param: 'customer' },
  ],
  ['payment_intents', `amount=100&currency=usd&metadata[a]=${'x'.repeat(501)}`, { param: 'metadata' }],
  ['payment_intents', `amount=100&currency=usd&metadata[${'k'.repeat(41)}]=x`, { param: 'metadata' }],
  [
    'payment_intents',
    `amount=100&currency=usd&${Array.from({ length: 51 }, (_, i) => `metadata[k${String(i)}]=v`).join('&')}`,
    { param: 'metadata' },
  ],
  [
    'payment_intents',
    'amount=49&currency=usd',
    { code: 'amount_too_small', message: 'Amount must be at least $0.50 usd' },
  ],
  ['payment_intents', 'amount=100000000&currency=usd', { code: 'amount_too_large' }],
  [
    'refunds',
    'charge=ch_1&reason=bored',
    { message: 'Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer' },
  ],
  ['refunds', 'amount=1', { code: 'parameter_missing' }],
  [
    'refunds',
    'charge=ch_1',
    { code: 'resource_missing', param: 'charge', message: "No such charge: 'ch_1'" },
  ],
  [
    'payment_links',
    'line_items[0][quantity]=1',
    { code: 'parameter_missing', param: 'line_items[0][price_data]' },
  ],
  ['payment_links', 'line_items=all', { message: 'Invalid array', param: 'line_items' }],
  ['payment_links', linkOf(49, 'usd'), { code: 'amount_too_small' }],
  ['payment_links', linkOf(49, 'jpy'), { code: 'amount_too_small' }],
  ['payment_links', linkOf(17_499, 'huf'), { code: 'amount_too_small' }],
  ['payment_links', linkOf(1001, 'kwd'), { code: 'parameter_invalid_integer' }],
  ['payment_links', linkOf(1050, 'ugx'), { code: 'parameter_invalid_integer' }],
  ['payment_links', linkOf(1050, 'isk'), { code: 'parameter_invalid_integer' }],
  [
    'payment_links',
    `${linkOf(100, 'usd')}&restrictions[completed_sessions][limit]=0`,
    { message: 'This value must be greater than or equal to 1.' },
  ],
])('%s with %s', async (path, body, error) => {
  const { url } = await stripeServer()
  const answer = await fetch(`${url}/v1/${path}`, {
    method: 'POST',
    body,
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
  })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', ...error } })
})

test('what is just enough or divides is taken, in each kind of currency', async () => {
  const { stripe } = await stripeServer()
  const amounts = { usd: 50, jpy: 50, huf: 17_500, kwd: 1010, ugx: 10_000, isk: 1000, eur: 99_999_999 }
  for (const [currency, amount] of Object.entries(amounts)) {
    expect((await stripe.paymentIntents.create({ amount, currency })).amount, currency).toBe(amount)
  }
})
