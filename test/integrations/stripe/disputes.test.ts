/** Disputes as Stripe has them, in the states that we know. */
import { expect, test } from 'vitest'
import { anOrder } from '../../roles/payment-provider-contract.ts'
import { stripeBench } from '../../roles/support/stripe.ts'
import { TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'

test('a bank that only asks is seen by the event of it, with its deadline, until that is answered', async () => {
  const bench = await stripeBench()
  const { hand, stripe } = bench.server
  const provider = await (await bench.open(TEST_KEY)).roles.paymentProvider?.provider(bench.call(false))
  const link = await provider?.createLink(anOrder())
  await hand('pay', { link: link?.id ?? '' })
  const [intent] = (await stripe.paymentIntents.list()).data
  const { id } = await hand('dispute', { payment_intent: intent?.id ?? '', inquiry: 'true' })
  const seen = async () => (await provider?.look({ kind: 'dispute', id: String(id) }))?.payments[0]?.disputes
  expect(await seen()).toMatchObject([{ id, state: 'warning' }])
  expect((await seen())?.[0]?.dueMs).toBeGreaterThan(0)
  await hand('dispute-decide', { dispute: String(id), verdict: 'answer' })
  expect(await seen()).toMatchObject([{ id, state: 'under_review', dueMs: null }])
  await hand('dispute-decide', { dispute: String(id), verdict: 'closed' })
  expect(await seen()).toMatchObject([{ id, state: 'closed', dueMs: null }])
})
