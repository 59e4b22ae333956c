/** The stand-in's answers against Stripe's own description of its API: the official SDK through the contract proxy. */
import { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { contractProxy, NO_CONTRACT_TOOL, type ContractProxy } from '../../support/contract.ts'
import { makeLink } from './support/link.ts'
import { sdk, stripeServer, type StripeServer } from './support/server.ts'

/** Findings that say that an answer or a call is not Stripe's. */
function wrong(proxy: ContractProxy): unknown[] {
  return proxy.violations.filter(({ severity }) => severity === 'error' || severity === 'warn')
}

test('no answer of any kind breaks the vendor’s description', { timeout: 60_000 }, async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const server = await stripeServer()
  const proxy = await contractProxy('stripe', server.url)
  const stripe = sdk(proxy.url)
  await stripe.accounts.retrieveCurrent()
  await life(stripe, server)
  await lists(stripe, server)
  expect(wrong(proxy)).toEqual([])
  await refusals(stripe, server, proxy.url)
  expect(proxy.counts()['requests']).toBeGreaterThan(60)
  expect(wrong(proxy)).toEqual([])
})

/** A payment of each kind, with all that can become of it. */
async function life(stripe: Stripe, { hand }: StripeServer): Promise<void> {
  const methods = [
    'pm_card_visa',
    'pm_card_createDispute',
    'pm_card_createDisputeInquiry',
    'pm_card_visa',
    'pm_card_pendingRefund',
    'pm_usBankAccount_processing',
  ]
  for (const method of methods) {
    const link = await makeLink(stripe)
    const { id: session } = await hand('open', { link: link.id })
    await hand('pay', { session, method: 'pm_card_chargeDeclined' })
    await hand('pay', { session, method, email: 'ana@example.com' })
    const paid = await stripe.checkout.sessions.retrieve(String(session), {
      expand: ['line_items', 'payment_link', 'payment_intent.latest_charge.balance_transaction'],
    })
    expect(paid.status).toBe('complete')
    await stripe.paymentLinks.retrieve(link.id, { expand: ['line_items'] })
  }
  const { data: charges } = await stripe.charges.list({ limit: 100, expand: ['data.balance_transaction'] })
  for (const charge of charges.filter(({ status, disputed }) => status === 'succeeded' && !disputed)) {
    const made = await stripe.refunds.create({
      charge: charge.id,
      amount: 300,
      reason: 'requested_by_customer',
      metadata: { refund: 'r1' },
    })
    await stripe.refunds.retrieve(made.id, { expand: ['charge', 'balance_transaction'] })
  }
  const { data: refunds } = await stripe.refunds.list()
  for (const { id } of refunds.slice(0, 2)) await hand('refund-end', { refund: id, how: 'failed' })
  await disputes(stripe, hand)
  const debit = charges.find(({ status }) => status === 'pending')
  await hand('debit', { payment_intent: debit?.payment_intent, how: 'succeeded' })
  const { id: payout } = await hand('payout')
  await stripe.payouts.retrieve(String(payout), { expand: ['balance_transaction'] })
  await hand('payout-end', { payout })
  await stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    metadata: { run_id: 'run_9' },
  })
  const link = await makeLink(stripe)
  await stripe.paymentLinks.update(link.id, {
    active: false,
  })
}

async function disputes(stripe: Stripe, hand: StripeServer['hand']): Promise<void> {
  const { data: all } = await stripe.disputes.list()
  const dispute = all.find(({ status }) => status === 'needs_response')
  const inquiry = all.find(({ status }) => status === 'warning_needs_response')
  const id = dispute?.id ?? ''
  for (const verdict of ['answer', 'lost', 'appeal', 'answer', 'won']) {
    await hand('dispute-decide', { dispute: id, verdict })
  }
  await stripe.disputes.retrieve(id, { expand: ['charge', 'payment_intent'] })
  await hand('dispute-decide', { dispute: inquiry?.id, verdict: 'closed' })
}

async function lists(stripe: Stripe, { hand }: StripeServer): Promise<void> {
  const created = { gte: 1 }
  await stripe.paymentLinks.list({ active: true, limit: 2 })
  await stripe.checkout.sessions.list({ status: 'complete', created, expand: ['data.payment_intent'] })
  await stripe.paymentIntents.list({ created, limit: 100, expand: ['data.latest_charge'] })
  await hand('endpoint', { url: 'https://127.0.0.1:9/webhook', events: 'charge.refunded' })
  await stripe.webhookEndpoints.list()
  await stripe.balanceTransactions.list({ limit: 100, expand: ['data.source'] })
  const { data: payouts } = await stripe.payouts.list({ status: 'paid' })
  await stripe.balanceTransactions.list({ payout: payouts[0]?.id ?? '' })
  const { data: events } = await stripe.events.list({
    limit: 100,
    types: ['charge.*', 'payment_intent.succeeded'],
  })
  for (const { id } of events.slice(0, 5)) await stripe.events.retrieve(id)
  const everything = await stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 1000 })
  expect(new Set(everything.map(({ type }) => type)).size).toBeGreaterThan(24)
}

/** Every kind of error, by calls of the right shape: the calling side of the contract holds too. */
async function refusals(stripe: Stripe, { arm }: StripeServer, url: string): Promise<void> {
  const { data: charges } = await stripe.charges.list({ limit: 100 })
  const refunded = charges.find(({ amount_refunded }) => amount_refunded > 0)
  const refused: readonly (() => Promise<unknown>)[] = [
    async () => stripe.paymentIntents.retrieve('pi_none'),
    async () => stripe.charges.retrieve('ch_none'),
    async () => stripe.refunds.create({ charge: refunded?.id ?? '', amount: 99_999 }),
    async () => makeLink(stripe, 10),
    async () => makeLink(stripe, 1000, 'xxx'),
    async () => stripe.charges.list({ starting_after: 'ch_none' }),
    async () => stripe.paymentIntents.retrieve('pi_none', { expand: ['no_such'] }),
    async () =>
      stripe.paymentIntents.create({
        amount: 500,
        currency: 'usd',
        confirm: true,
        payment_method: 'pm_card_chargeDeclined',
      }),
    async () => sdk(url, 'sk_test_wrong').accounts.retrieveCurrent(),
  ]
  for (const call of refused) await expect(call()).rejects.toBeInstanceOf(Stripe.errors.StripeError)
  for (const status of [400, 401, 402, 403, 404, 429, 500, 503]) {
    await arm({ action: { type: 'status', status } })
    await expect(stripe.accounts.retrieveCurrent()).rejects.toMatchObject({ statusCode: status })
  }
  await arm({ action: { type: 'kept-500' } })
  await expect(stripe.accounts.retrieveCurrent()).rejects.toBeInstanceOf(Stripe.errors.StripeError)
}
