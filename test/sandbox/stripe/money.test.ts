/** What becomes of money that was paid: refunds, disputes, payouts, and a balance that explains each cent. */
import { expect, test } from 'vitest'
import { makeLink } from './support/link.ts'
import { stripeServer, type StripeServer } from './support/server.ts'

/** Pays a new link; the payment's id. */
async function paid({ stripe, hand }: StripeServer, method = 'pm_card_visa', amount = 1000): Promise<string> {
  const link = await makeLink(stripe, amount)
  const session = await hand('pay', { link: link.id, method })
  return String(session['payment_intent'])
}

async function newestEvents({ stripe }: StripeServer, count: number): Promise<readonly string[]> {
  const { data } = await stripe.events.list({ limit: count })
  return data.map(({ type }) => type).toReversed()
}

test('refunds add up to the charge and no further', async () => {
  const server = await stripeServer()
  const { stripe } = server
  const payment_intent = await paid(server)
  const first = await stripe.refunds.create({ payment_intent, amount: 300, metadata: { refund: 'r1' } })
  expect(first).toMatchObject({ status: 'succeeded', amount: 300, metadata: { refund: 'r1' } })
  expect(await newestEvents(server, 2)).toEqual(['charge.refunded', 'refund.created'])
  await expect(stripe.refunds.create({ payment_intent, amount: 701 })).rejects.toThrow(
    'Refund amount ($7.01) is greater than unrefunded amount on charge ($7.00)',
  )
  expect((await stripe.refunds.create({ payment_intent })).amount).toBe(700)
  await expect(stripe.refunds.create({ payment_intent, amount: 1 })).rejects.toMatchObject({
    code: 'charge_already_refunded',
  })
  expect((await stripe.charges.list()).data).toMatchObject([{ amount_refunded: 1000, refunded: true }])
  const found = (await stripe.refunds.list({ payment_intent })).data
  expect(found.filter(({ metadata }) => metadata?.['refund'] === 'r1')).toMatchObject([{ id: first.id }])
  const unpaid = await stripe.paymentIntents.create({ amount: 500, currency: 'usd' })
  await expect(stripe.refunds.create({ payment_intent: unpaid.id })).rejects.toThrow('successful charge')
})

test('a refund may wait, and may fail after it succeeded: the money can be refunded again', async () => {
  const server = await stripeServer()
  const { stripe, hand } = server
  const waits = await stripe.refunds.create({ payment_intent: await paid(server, 'pm_card_pendingRefund') })
  expect(waits).toMatchObject({ status: 'pending', pending_reason: 'processing' })
  await hand('refund-end', { refund: waits.id, how: 'succeeded' })
  expect((await stripe.refunds.retrieve(waits.id)).status).toBe('succeeded')
  expect(await newestEvents(server, 2)).toEqual(['refund.updated', 'charge.refund.updated'])

  const payment_intent = await paid(server, 'pm_card_visa')
  const { id } = await stripe.refunds.create({ payment_intent })
  await hand('refund-end', { refund: id, how: 'failed' })
  const failed = await stripe.refunds.retrieve(id, { expand: ['failure_balance_transaction', 'charge'] })
  expect(failed).toMatchObject({
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
    failure_balance_transaction: { amount: 1000 },
    charge: { amount_refunded: 0, refunded: false },
  })
  expect(await newestEvents(server, 3)).toEqual(['refund.updated', 'refund.failed', 'charge.refund.updated'])
  expect((await stripe.refunds.create({ payment_intent })).amount).toBe(1000)
  await expect(hand('refund-end', { refund: id, how: 'failed' })).rejects.toThrow('failed already')
})

test('a dispute takes the money, has a date, is answered once, and can be appealed after it was lost', async () => {
  const server = await stripeServer()
  const { stripe, hand } = server
  const payment_intent = await paid(server)
  const { id: opened } = await hand('dispute', { payment_intent })
  const id = String(opened)
  const dispute = await stripe.disputes.retrieve(id)
  expect(dispute).toMatchObject({ status: 'needs_response', amount: 1000, payment_intent })
  expect((dispute.evidence_details.due_by ?? 0) - dispute.created).toBe(9 * 86_400)
  expect(dispute.balance_transactions).toMatchObject([{ amount: -1000, fee: 1500 }])
  expect(await newestEvents(server, 2)).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn'])
  await expect(stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: 'charge_disputed' })
  expect((await stripe.disputes.list({ payment_intent })).data).toHaveLength(1)

  await hand('dispute-decide', { dispute: id, verdict: 'answer' })
  expect(await stripe.disputes.retrieve(id)).toMatchObject({
    status: 'under_review',
    evidence_details: { has_evidence: true, submission_count: 1 },
  })
  await expect(hand('dispute-decide', { dispute: id, verdict: 'answer' })).rejects.toThrow('is under_review')

  await hand('dispute-decide', { dispute: id, verdict: 'lost' })
  expect(await stripe.disputes.retrieve(id)).toMatchObject({
    status: 'lost',
    evidence_details: { due_by: null },
  })
  await hand('dispute-decide', { dispute: id, verdict: 'appeal' })
  expect((await stripe.disputes.retrieve(id)).status).toBe('appeal_needs_response')
  await hand('dispute-decide', { dispute: id, verdict: 'answer' })
  expect((await stripe.disputes.retrieve(id)).status).toBe('appeal_under_review')
  await hand('dispute-decide', { dispute: id, verdict: 'won' })
  const won = await stripe.disputes.retrieve(id)
  expect(won.status).toBe('won')
  expect(won.balance_transactions.map(({ amount }) => amount)).toEqual([-1000, 1000])
  await expect(hand('dispute-decide', { dispute: id, verdict: 'lost' })).rejects.toThrow('cannot become lost')
})

test('an inquiry takes no money, and is closed; a dispute may be lost at once', async () => {
  const server = await stripeServer()
  const { stripe, hand } = server
  await paid(server, 'pm_card_createDisputeInquiry')
  const [inquiry] = (await stripe.disputes.list()).data
  expect(inquiry).toMatchObject({
    status: 'warning_needs_response',
    balance_transactions: [],
    is_charge_refundable: true,
  })
  await hand('dispute-decide', { dispute: inquiry?.id, verdict: 'answer' })
  expect(await stripe.disputes.retrieve(inquiry?.id ?? '')).toMatchObject({ status: 'warning_under_review' })
  await expect(hand('dispute-decide', { dispute: inquiry?.id, verdict: 'lost' })).rejects.toThrow('cannot')
  await hand('dispute-decide', { dispute: inquiry?.id, verdict: 'closed' })
  expect(await stripe.disputes.retrieve(inquiry?.id ?? '')).toMatchObject({ status: 'warning_closed' })

  await paid(server, 'pm_card_createDispute')
  const [dispute] = (await stripe.disputes.list()).data
  expect(dispute?.status).toBe('needs_response')
  await hand('dispute-decide', { dispute: dispute?.id, verdict: 'lost' })
  expect((await stripe.disputes.retrieve(dispute?.id ?? '')).status).toBe('lost')
  expect(await newestEvents(server, 1)).toEqual(['charge.dispute.closed'])
})

test('a payout is explained to the cent by its movements', async () => {
  const server = await stripeServer()
  const { stripe, hand } = server
  const first = await paid(server)
  await paid(server, 'pm_card_visa', 2500)
  await stripe.refunds.create({ payment_intent: first, amount: 400 })
  const { id } = await hand('payout', { currency: 'usd' })
  const payout = await stripe.payouts.retrieve(String(id))
  expect(payout).toMatchObject({ status: 'in_transit', amount: 1000 - 59 + 2500 - 103 - 400 })
  const movements = (await stripe.balanceTransactions.list({ payout: payout.id, limit: 100 })).data
  const [own, ...others] = movements
  expect(own).toMatchObject({ type: 'payout', net: -payout.amount, source: payout.id })
  expect(others.map(({ type }) => type)).toEqual(['refund', 'charge', 'charge'])
  expect(others.reduce((sum, { net }) => sum + net, 0)).toBe(payout.amount)
  expect((await server.ledger()).reduce((sum, { net }) => sum + Number(net), 0)).toBe(0)
  await expect(hand('payout')).rejects.toThrow('nothing to pay out')
  await hand('payout-end', { payout: id })
  expect(await newestEvents(server, 2)).toEqual(['payout.paid', 'payout.reconciliation_completed'])
  expect((await stripe.payouts.list({ status: 'paid' })).data).toMatchObject([{ id }])
  await expect(hand('payout-end', { payout: id })).rejects.toThrow('paid already')
})

test('money is in the balance of its currency, and is paid out in it', async () => {
  const server = await stripeServer()
  const { stripe, hand, ledger } = server
  await paid(server)
  const link = await makeLink(stripe, 5000, 'jpy')
  await hand('pay', { link: link.id })
  expect((await ledger()).map(({ net, currency }) => [net, currency])).toEqual([
    [941, 'usd'],
    [4855, 'jpy'],
  ])
  expect((await hand('payout', { currency: 'jpy' }))['amount']).toBe(4855)
})

test('the first event of a charge does not know its balance transaction yet, the charge does', async () => {
  const server = await stripeServer()
  const { stripe } = server
  await paid(server)
  const [event] = (await stripe.events.list({ types: ['charge.succeeded'] })).data
  expect(event?.data.object).toMatchObject({ balance_transaction: null, status: 'succeeded' })
  const [updated] = (await stripe.events.list({ types: ['charge.updated'] })).data
  expect(updated?.data.previous_attributes).toEqual({ balance_transaction: null })
  expect((await stripe.charges.list()).data[0]?.balance_transaction).toMatch(/^txn_/)
})
