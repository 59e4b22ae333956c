/** Lists: pages both ways, filters, and what is filled in. */
import { expect, test } from 'vitest'
import { makeLink } from './support/link.ts'
import { stripeServer } from './support/server.ts'

test('pages go on where the last one ended, in both directions', async () => {
  const { stripe } = await stripeServer()
  const made: string[] = []
  for (const amount of [100, 200, 300, 400, 500]) {
    made.unshift((await stripe.paymentIntents.create({ amount, currency: 'usd' })).id)
  }
  const ids = async (params: object): Promise<readonly [readonly string[], boolean]> => {
    const { data, has_more } = await stripe.paymentIntents.list(params)
    return [data.map(({ id }) => id), has_more]
  }
  expect(await ids({ limit: 2 })).toEqual([made.slice(0, 2), true])
  expect(await ids({ limit: 2, starting_after: made[1] })).toEqual([made.slice(2, 4), true])
  expect(await ids({ limit: 2, starting_after: made[3] })).toEqual([made.slice(4), false])
  expect(await ids({ limit: 2, ending_before: made[4] })).toEqual([made.slice(2, 4), true])
  expect(await ids({ limit: 2, ending_before: made[1] })).toEqual([made.slice(0, 1), false])
  const all = await stripe.paymentIntents.list({ limit: 2 }).autoPagingToArray({ limit: 100 })
  expect(all.map(({ id }) => id)).toEqual(made)
  const backwards = stripe.paymentIntents.list({ limit: 2, ending_before: made[4] ?? '' })
  expect((await backwards.autoPagingToArray({ limit: 100 })).map(({ id }) => id)).toEqual(
    made.slice(0, 4).toReversed(),
  )
  await expect(ids({ limit: 101 })).rejects.toThrow(
    "must be less than or equal to 100 (it currently is '101').",
  )
  await expect(ids({ limit: 0 })).rejects.toThrow('greater than or equal to 1')
  await expect(ids({ starting_after: 'pi_none' })).rejects.toThrow("No such payment_intent: 'pi_none'")
  await expect(ids({ starting_after: made[0], ending_before: made[1] })).rejects.toThrow('only set one of')
})

test('lists are narrowed by time, state and what belongs together', async () => {
  const { stripe, hand } = await stripeServer()
  const first = await makeLink(stripe, 1000, 'usd', 'run_1')
  await hand('pay', { link: first.id })
  await hand('clock', { seconds: 3600 })
  const second = await makeLink(stripe, 2000, 'usd', 'run_2')
  await hand('open', { link: second.id })
  const [paid] = (await stripe.checkout.sessions.list({ payment_link: first.id })).data
  expect(paid).toMatchObject({ status: 'complete', payment_status: 'paid', metadata: { run_id: 'run_1' } })
  expect((await stripe.checkout.sessions.list({ status: 'open' })).data).toMatchObject([
    { payment_link: second.id },
  ])
  const [{ id: intent } = { id: '' }] = (await stripe.paymentIntents.list()).data
  expect((await stripe.checkout.sessions.list({ payment_intent: intent })).data).toMatchObject([
    { id: paid?.id },
  ])
  expect((await stripe.charges.list({ payment_intent: intent })).data).toMatchObject([{ amount: 1000 }])
  const since = { created: { gt: (paid?.created ?? 0) + 1 } }
  expect((await stripe.checkout.sessions.list(since)).data).toMatchObject([{ payment_link: second.id }])
  const [charge] = (await stripe.charges.list()).data
  const of = { source: charge?.id ?? '' }
  expect((await stripe.balanceTransactions.list(of)).data).toMatchObject([{ amount: 1000, type: 'charge' }])
  await stripe.paymentLinks.update(second.id, { active: false })
  expect((await stripe.paymentLinks.list({ active: true })).data).toEqual([])
  expect((await stripe.paymentLinks.list({ active: false })).data).toHaveLength(2)
  const ofLinks = (await stripe.events.list({ types: ['payment_link.*', 'charge.failed'] })).data
  expect(ofLinks.map(({ type }) => type).toReversed()).toEqual([
    'payment_link.created',
    'payment_link.updated',
    'payment_link.created',
    'payment_link.updated',
  ])
})

test('lists go by the time of making, whatever was stored first', async () => {
  const { stripe, hand } = await stripeServer()
  await stripe.paymentIntents.create({ amount: 700, currency: 'usd' })
  await hand('clock', { seconds: 10 })
  await hand('seed', { count: 5, days: 1 })
  const all = await stripe.paymentIntents.list({ limit: 2 }).autoPagingToArray({ limit: 10 })
  expect(all.map(({ metadata, amount }) => metadata['run_id'] ?? amount)).toEqual([
    'seed_5',
    700,
    'seed_4',
    'seed_3',
    'seed_2',
    'seed_1',
  ])
})

test('refunds and disputes are listed since a time too', async () => {
  const { stripe, hand } = await stripeServer()
  const pay = async (): Promise<unknown> =>
    (await hand('pay', { link: (await makeLink(stripe)).id }))['payment_intent']
  const act = async (): Promise<void> => {
    await hand('refund', { payment_intent: await pay(), amount: 300 })
    await hand('dispute', { payment_intent: await pay() })
  }
  await act()
  await hand('clock', { seconds: 3600 })
  await act()
  for (const list of [stripe.refunds, stripe.disputes]) {
    const [newest, before] = (await list.list()).data
    const since = (await list.list({ created: { gte: newest?.created ?? 0 } })).data
    expect(since.map(({ id }) => id)).toEqual([newest?.id])
    expect((newest?.created ?? 0) - (before?.created ?? 0)).toBeGreaterThanOrEqual(3600)
  }
})

test('ids are filled in where it is asked for, deep and in lists; lines only then', async () => {
  const { stripe, hand } = await stripeServer()
  const link = await makeLink(stripe)
  expect(link.line_items).toBeUndefined()
  const full = await stripe.paymentLinks.retrieve(link.id, { expand: ['line_items'] })
  expect(full.line_items?.data).toMatchObject([{ amount_total: 1000, description: 'Blog post' }])
  await hand('pay', { link: link.id })
  const [intent] = (
    await stripe.paymentIntents.list({
      expand: ['data.latest_charge.balance_transaction'],
    })
  ).data
  expect(intent?.latest_charge).toMatchObject({
    amount: 1000,
    balance_transaction: { fee: 59, net: 941 },
  })
  const retrieve = async (...expand: string[]): Promise<unknown> =>
    stripe.paymentIntents.retrieve(intent?.id ?? '', { expand })
  await expect(retrieve('amount')).rejects.toThrow('This property cannot be expanded (amount).')
  await expect(retrieve('a.b.c.d.e')).rejects.toThrow('cannot expand more than 4 levels')
})

test('many payments can be had at once, with all that a payment has but its events', async () => {
  const { stripe, hand, ledger } = await stripeServer()
  await hand('seed', { count: 250, days: 50, amount: 1200, name: 'bill', prefix: 'b' })
  const all = await stripe.paymentIntents.list({ limit: 100 }).autoPagingToArray({ limit: 1000 })
  expect(all.map(({ metadata }) => metadata['bill'])).toEqual(
    Array.from({ length: 250 }, (_, index) => `b${String(250 - index)}`),
  )
  const [newest, oldest] = [all[0], all[249]]
  expect((newest?.created ?? 0) - (oldest?.created ?? 0)).toBe(Math.round((50 * 86_400 * 249) / 250))
  const half = (oldest?.created ?? 0) + 25 * 86_400
  for (const list of [stripe.paymentIntents, stripe.charges, stripe.checkout.sessions]) {
    const since = await list.list({ created: { gte: half }, limit: 100 }).autoPagingToArray({ limit: 1000 })
    expect(since).toHaveLength(125)
  }
  const [session] = (await stripe.checkout.sessions.list({ expand: ['data.payment_link'] })).data
  expect(session).toMatchObject({
    payment_status: 'paid',
    metadata: { bill: 'b250' },
    payment_link: { active: false, metadata: { bill: 'b250' } },
  })
  expect((await ledger()).map(({ net }) => net)).toEqual(Array.from({ length: 250 }, () => 1200 - 65))
  expect((await stripe.events.list()).data).toEqual([])
})
