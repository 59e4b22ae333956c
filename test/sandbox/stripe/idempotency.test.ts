/** Idempotency keys, as Stripe remembers them. */
import { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { stripeServer, type StripeServer } from './support/server.ts'

const UNPAID = { amount: 1000, currency: 'usd' }
const PAID = { amount: 1000, currency: 'usd', confirm: true, payment_method: 'pm_card_visa' }

async function paidIntent({ stripe }: StripeServer): Promise<string> {
  return (await stripe.paymentIntents.create(PAID)).id
}

async function refunds({ stripe }: StripeServer): Promise<number> {
  return (await stripe.refunds.list()).data.length
}

test('a repeated call is answered as the first time, and says so; other calls under its key are errors', async () => {
  const { stripe } = await stripeServer()
  const options = { idempotencyKey: 'key-1' }
  const first = await stripe.paymentIntents.create(UNPAID, options)
  const again = await stripe.paymentIntents.create(UNPAID, options)
  expect(again.id).toBe(first.id)
  expect(again.lastResponse.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'original-request': first.lastResponse.requestId,
  })
  expect(again.lastResponse.requestId).not.toBe(first.lastResponse.requestId)
  const other = stripe.paymentIntents.create({ ...UNPAID, amount: 1001 }, options)
  await expect(other).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
  await expect(other).rejects.toThrow('can only be used with the same parameters they were first used with')
  const elsewhere = stripe.refunds.create({ payment_intent: first.id }, options)
  await expect(elsewhere).rejects.toThrow(
    "for the same endpoint they were first used for ('/v1/refunds' vs '/v1/payment_intents')",
  )
  expect((await stripe.paymentIntents.list()).data).toHaveLength(1)
})

test('a key is remembered for 24 hours, over a restart, and not a minute more', async () => {
  const first = await stripeServer()
  const payment_intent = await paidIntent(first)
  const options = { idempotencyKey: 'refund:1' }
  const { id } = await first.stripe.refunds.create({ payment_intent, amount: 100 }, options)
  await first.hand('clock', { seconds: 24 * 3600 - 60 })
  await first.server.close()
  const second = await stripeServer(first.databaseFile)
  expect((await second.stripe.refunds.create({ payment_intent, amount: 100 }, options)).id).toBe(id)
  await second.hand('clock', { seconds: 60 })
  expect((await second.stripe.refunds.create({ payment_intent, amount: 100 }, options)).id).not.toBe(id)
  expect(await refunds(second)).toBe(2)
})

test('a lost answer and a kept 500 have had their effect: once, whatever is asked again', async () => {
  const server = await stripeServer()
  const payment_intent = await paidIntent(server)
  const match = { kind: 'refunds', method: 'POST' }
  // The SDK asks again by itself after a lost connection.
  await server.arm({ match, action: { type: 'lose-answer' }, times: 2 })
  const lost = async (): Promise<unknown> =>
    server.stripe.refunds.create({ payment_intent, amount: 100 }, { idempotencyKey: 'lost' })
  await expect(lost()).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError)
  await lost()
  expect(await refunds(server)).toBe(1)

  await server.arm({ match, action: { type: 'kept-500' } })
  const kept = async (): Promise<unknown> =>
    server.stripe.refunds.create({ payment_intent, amount: 200 }, { idempotencyKey: 'kept' })
  await expect(kept()).rejects.toMatchObject({ statusCode: 500 })
  await expect(kept()).rejects.toMatchObject({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } })
  expect(await refunds(server)).toBe(2)
})

test('a key that is in use is refused until the first call is over', async () => {
  const server = await stripeServer()
  await server.arm({ match: { kind: 'payment_intents' }, action: { type: 'delay', ms: 400 } })
  const create = async (): Promise<unknown> =>
    server.stripe.paymentIntents.create(UNPAID, { idempotencyKey: 'both' })
  const first = create()
  await expect.poll(async () => (await fetch(`${server.url}/__sandbox/faults`)).text()).toBe('{"faults":[]}')
  await expect(create()).rejects.toMatchObject({
    statusCode: 409,
    rawType: 'idempotency_error',
    code: 'idempotency_key_in_use',
  })
  expect(await first).toMatchObject({ amount: 1000 })
  expect(await create()).toMatchObject({ amount: 1000 })
  expect((await server.stripe.paymentIntents.list()).data).toHaveLength(1)
})

test('wrong parameters are not remembered, a declined card and a refusal of the work are', async () => {
  const server = await stripeServer()
  const { stripe } = server
  const options = { idempotencyKey: 'a' }
  await expect(stripe.paymentIntents.create({ amount: 1, currency: 'usd' }, options)).rejects.toThrow(
    'at least',
  )
  expect((await stripe.paymentIntents.create({ amount: 100, currency: 'usd' }, options)).amount).toBe(100)

  const declined = async (): Promise<unknown> =>
    stripe.paymentIntents.create(
      { ...PAID, payment_method: 'pm_card_chargeDeclined' },
      { idempotencyKey: 'declined' },
    )
  await expect(declined()).rejects.toMatchObject({ code: 'card_declined', decline_code: 'generic_decline' })
  await expect(declined()).rejects.toMatchObject({ headers: { 'idempotent-replayed': 'true' } })
  expect((await stripe.paymentIntents.list()).data).toHaveLength(1)

  const payment_intent = await paidIntent(server)
  await stripe.refunds.create({ payment_intent })
  const twice = async (): Promise<unknown> =>
    stripe.refunds.create({ payment_intent }, { idempotencyKey: 'twice' })
  await expect(twice()).rejects.toMatchObject({ code: 'charge_already_refunded' })
  await expect(twice()).rejects.toMatchObject({ headers: { 'idempotent-replayed': 'true' } })
})
