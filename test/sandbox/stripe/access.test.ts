/** Who may come in, and what is said to who may not. */
import { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { API_VERSION, LIVE_KEY, READING_KEY, TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'
import { makeLink } from './support/link.ts'
import { sdk, stripeServer } from './support/server.ts'

test('a key that is missing, wrong, expired or publishable is refused, each in its words', async () => {
  const { url } = await stripeServer()
  for (const [key, message] of [
    ['sk_test_wrong', 'Invalid API Key provided: sk_test_********rong'],
    ['sk_live_wrong', 'Invalid API Key provided'],
    ['sk_test_sandboxexpired', 'Expired API Key provided'],
    ['pk_test_sandbox0000', 'publishable API key'],
  ] as const) {
    await expect(sdk(url, key).accounts.retrieveCurrent(), key).rejects.toThrow(message)
  }
  const none = await fetch(`${url}/v1/account`)
  expect(none.status).toBe(401)
  expect(none.headers.get('request-id')).toMatch(/^req_\w{14}$/)
  expect(await none.text()).toContain('You did not provide an API key')
})

test('a restricted key that may only read is refused to write', async () => {
  const { url } = await stripeServer()
  const reading = sdk(url, READING_KEY)
  expect((await reading.paymentIntents.list()).data).toEqual([])
  await expect(makeLink(reading)).rejects.toBeInstanceOf(Stripe.errors.StripePermissionError)
})

test('the two modes know nothing of each other: the key says which, and the other one says where a thing is', async () => {
  const { url, stripe } = await stripeServer()
  const live = sdk(url, LIVE_KEY)
  const [tested, real] = [await makeLink(stripe), await makeLink(live)]
  expect([tested.livemode, real.livemode]).toEqual([false, true])
  expect((await live.paymentLinks.list()).data.map(({ id }) => id)).toEqual([real.id])
  await expect(stripe.paymentLinks.retrieve(real.id)).rejects.toThrow(
    'a similar object exists in live mode, but a test mode key was used to make this request.',
  )
  const key = { idempotencyKey: 'both' }
  await stripe.paymentIntents.create({ amount: 100, currency: 'usd' }, key)
  expect((await live.paymentIntents.create({ amount: 200, currency: 'usd' }, key)).amount).toBe(200)
})

test('what the version has lost is unknown to it, and still taken of callers without one, as the vendor’s own tool', async () => {
  const { url } = await stripeServer()
  const asked = async (headers: Record<string, string>): Promise<string> => {
    const answer = await fetch(`${url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_KEY}`, ...headers },
      body: new URLSearchParams('amount=100&currency=usd&payment_method_types[]=card'),
    })
    return answer.text()
  }
  expect(await asked({})).toContain('"status":"requires_payment_method"')
  expect(await asked({ 'stripe-version': API_VERSION })).toContain(
    'Received unknown parameter: payment_method_types',
  )
})

test('one version and form bodies are taken, others refused openly', async () => {
  const { url, stripe } = await stripeServer()
  const body = 'amount=100&currency=usd'
  const asked = async (headers: Record<string, string>, given = body): Promise<string> => {
    const answer = await fetch(`${url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_KEY}`, ...headers },
      body: given,
    })
    return `${String(answer.status)} ${await answer.text()}`
  }
  const form = 'application/x-www-form-urlencoded'
  expect(await asked({ 'content-type': form })).toMatch(/^200 /)
  expect(await asked({ 'content-type': form, 'stripe-version': API_VERSION })).toMatch(/^200 /)
  expect(await asked({ 'content-type': form, 'stripe-version': '2020-08-27' })).toContain('sandbox speaks')
  expect(await asked({ 'content-type': form, 'stripe-version': 'yes' })).toContain(
    'Invalid Stripe API version',
  )
  expect(await asked({ 'content-type': 'application/json' }, '{"name":"a"}')).toContain(
    'check that your POST content type',
  )
  await expect(stripe.rawRequest('GET', '/v1/nothing')).rejects.toThrow(
    'Unrecognized request URL (GET: /v1/nothing)',
  )
})
