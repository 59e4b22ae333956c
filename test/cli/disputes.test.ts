/** A payment that a client disputes, as the operator sees it: by the program, against the stand-in of Stripe. */
import { beforeEach, expect, test } from 'vitest'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { listOf } from '../support/document.ts'
import type { Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

let stripe: StripeServer
let home: Home
let taskId: string
let outside: string

/** A task that was paid and is disputed, as the books know it. */
beforeEach(async () => {
  stripe = await stripeServer()
  home = await sandboxHome({ STRIPE_BASE_URL: stripe.url, STRIPE_SECRET_KEY: TEST_KEY })
  taskId = String((await home.json('task', 'add', BRIEF, '--price', '100', '--title', 'Study'))['taskId'])
  await home.json('poll', '--drain')
  const [link] = (await stripe.stripe.paymentLinks.list({ active: true })).data
  await stripe.hand('pay', { link: link?.id ?? '' })
  const [intent] = (await stripe.stripe.paymentIntents.list()).data
  outside = String((await stripe.hand('dispute', { payment_intent: intent?.id ?? '' }))['id'])
  await home.json('payments-scan', '--since', '1d')
})

test('what waits for an answer is said with its deadline and what to type, until it is answered', async () => {
  const [payment] = listOf(await home.json('payments', 'list', '--disputed'), 'payments')
  const [dispute] = payment === undefined ? [] : listOf(payment, 'disputes')
  expect(dispute).toMatchObject({ state: 'needs_response', outsideId: outside })
  const next = `payments evidence ${String(dispute?.['id'])} --output FOLDER`
  for (const words of [['payments', 'list', '--disputed'], ['payments', 'show', outside], ['status']]) {
    const { stdout } = await home.spawn(...words)
    expect(stdout).toMatch(
      /waits for an answer, [89] d left\n.*100\.00 USD .fraudulent.: to be answered before 20/,
    )
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(next)
  }
  expect((await home.run('doctor', '--no-spend')).stdout).toMatch(/not proved +disputes/)
  expect(await home.json('task', 'show', taskId)).toMatchObject({ bills: [{ status: 'Disputed' }] })
  await stripe.hand('dispute-decide', { dispute: outside, verdict: 'answer' })
  await home.json('payments-scan', '--since', '1d')
  expect(await home.json('status')).toMatchObject({ disputes: [] })
  expect((await home.run('doctor', '--no-spend')).stdout).toMatch(/proved +disputes\n.*no dispute waits/)
})
