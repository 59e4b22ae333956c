/** What a payout is made of, as the operator asks for it: by the program, against the stand-in of Stripe. */
import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { listOf } from '../support/document.ts'
import { errorOf, type Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

let stripe: StripeServer
let home: Home

/** Two payments: one was refunded in part, one is disputed; then all that is there is paid out. */
beforeEach(async () => {
  stripe = await stripeServer()
  home = await sandboxHome({ STRIPE_BASE_URL: stripe.url, STRIPE_SECRET_KEY: TEST_KEY })
  for (const price of ['100', '49.90']) await home.json('task', 'add', BRIEF, '--price', price)
  await home.json('poll', '--drain')
  for (const { id } of (await stripe.stripe.paymentLinks.list()).data) await stripe.hand('pay', { link: id })
  const { data } = await stripe.stripe.paymentIntents.list()
  const [small, large] = data.toSorted((a, b) => a.amount - b.amount)
  await stripe.hand('refund', { payment_intent: large?.id ?? '', amount: '1000' })
  await stripe.hand('dispute', { payment_intent: small?.id ?? '' })
})

async function payOut(): Promise<string> {
  return String((await stripe.hand('payout', {}))['id'])
}

test('a payout is explained to the cent by payments, fees, a refund and a dispute', async () => {
  await home.json('payments-scan', '--since', '1d')
  const id = await payOut()
  expect(await home.json('payments', 'payouts')).toMatchObject({
    services: [{ service: 'stripe', payouts: [{ id, live: false }] }],
  })
  const ran = await home.spawn('payments', 'payouts', id)
  expect(ran.code).toBe(0)
  // 100.00 + 49.90 - 10.00 - 49.90 = 90.00; 3.20 + 1.75 + 15.00 of fees.
  expect(ran.stdout).toMatch(/explained +70\.05 USD/)
  expect(ran.stdout).toMatch(/2 payments +149\.90 USD/)
  expect(ran.stdout).toMatch(/1 refund +-10\.00 USD/)
  expect(ran.stdout).toMatch(/1 dispute +-49\.90 USD/)
  expect(ran.stdout).toMatch(/fees +-19\.95 USD/)
})

test('what the books lack of it is exit 1, and named', async () => {
  const id = await payOut()
  const ran = await home.run('payments', 'payouts', id)
  expect(ran.code).toBe(1)
  expect(ran.stdout).toMatch(/Differs\n[\s\S]*txn_\w+ [\s\S]*its payment is not in the books/)
  await home.json('payments-scan', '--since', '1d')
  const db = new Database(`${home.stateDir}/echopilot.db`)
  db.exec('UPDATE payments SET amount_minor = amount_minor + 1 WHERE amount_minor = 10000')
  db.close()
  const differs = await home.run('payments', 'payouts', id)
  expect(differs.code).toBe(1)
  expect(differs.stdout).toMatch(/the books have 100\.01 USD, this is 100\.00 USD/)
})

test('one that is not known is missing; without a service for payments it is said what to set', async () => {
  const ran = await home.run('payments', 'payouts', 'po_unknown', '--json')
  expect(ran.code).toBe(66)
  expect(errorOf(ran)['message']).toBe('stripe knows no payout po_unknown')
  expect(listOf(await home.json('payments', 'payouts'), 'services')).toEqual([
    { service: 'stripe', payouts: [] },
  ])
  const other = await sandboxHome()
  expect((await other.run('payments', 'payouts')).stdout).toMatch(
    /no service for payments is set up: set STRIPE/,
  )
})
