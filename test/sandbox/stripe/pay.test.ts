/** What a person meets who opens a link: pages that any browser shows, without scripts and without card data. */
import { expect, test } from 'vitest'
import { makeLink } from './support/link.ts'
import { stripeServer, type StripeServer } from './support/server.ts'

/** Opens an address as a browser does; the address it ends at, with what is shown there. */
async function opened(
  url: string,
): Promise<{ readonly at: string; readonly status: number; readonly page: string }> {
  const answer = await fetch(url)
  return { at: answer.url, status: answer.status, page: await answer.text() }
}

/** Presses a button of the page. */
async function pressed(at: string, method: string, email = ''): Promise<{ status: number; page: string }> {
  const answer = await fetch(at, {
    method: 'POST',
    body: new URLSearchParams({ method, email }),
    headers: { origin: new URL(at).origin },
  })
  return { status: answer.status, page: await answer.text() }
}

async function events({ stripe }: StripeServer): Promise<readonly string[]> {
  const { data } = await stripe.events.list({ limit: 100 })
  return data.map(({ type }) => type).toReversed()
}

test('a link is opened and paid once: session, payment and charge carry our id, the link is used up', async () => {
  const server = await stripeServer()
  const { stripe } = server
  const link = await makeLink(stripe)
  const visit = await opened(link.url)
  expect(visit.at).toMatch(/\/pay\/sessions\/cs_test_\w+$/)
  expect(visit.page).toContain('$10.00')
  expect(visit.page).toContain('Blog post')
  const paid = await pressed(visit.at, 'pm_card_visa', 'ana@example.com')
  expect(paid.page).toContain('The payment went through')

  const [session] = (
    await stripe.checkout.sessions.list({
      payment_link: link.id,
      expand: ['data.payment_intent.latest_charge'],
    })
  ).data
  expect(session).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    amount_total: 1000,
    currency: 'usd',
    metadata: { run_id: 'run_1' },
    customer_details: { email: 'ana@example.com' },
    payment_intent: {
      status: 'succeeded',
      amount_received: 1000,
      metadata: { run_id: 'run_1' },
      latest_charge: {
        paid: true,
        metadata: { run_id: 'run_1' },
        billing_details: { email: 'ana@example.com' },
      },
    },
  })
  expect(await stripe.paymentLinks.retrieve(link.id)).toMatchObject({
    active: false,
    restrictions: { completed_sessions: { count: 1, limit: 1 } },
  })
  expect(await opened(link.url)).toMatchObject({ status: 410 })
  expect((await opened(visit.at)).page).toContain('The payment went through')
  expect(await events(server)).toEqual([
    'payment_link.created',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
    'payment_link.updated',
    'checkout.session.completed',
  ])
})

test('no page asks for card data, loads anything or runs scripts, and what was given is escaped', async () => {
  const { stripe } = await stripeServer()
  const link = await stripe.paymentLinks.create({
    line_items: [
      {
        price_data: {
          currency: 'usd',
          unit_amount: 500,
          product_data: { name: '<script>alert(1)</script>' },
        },
        quantity: 1,
      },
    ],
  })
  const answer = await fetch(link.url)
  const page = await answer.text()
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toMatch(/<script|src=|@import/)
  const fields = [...page.matchAll(/<input[^>]*name="(\w+)"/g)].map(([, name]) => name)
  expect(fields).toEqual(['email'])
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('who does not want to pay leaves, and may come back', async () => {
  const server = await stripeServer()
  const { at, page } = await opened((await makeLink(server.stripe)).url)
  const [, path = ''] = /href="([^"]*)">Cancel</.exec(page) ?? []
  expect((await opened(new URL(path, at).href)).page).toContain('Nothing was paid')
  await pressed(at, 'pm_card_visa')
  expect((await opened(new URL(path, at).href)).page).toContain('The payment went through')
})

test('a declined card leaves the session open for another one, on the same payment', async () => {
  const { stripe } = await stripeServer()
  const { at } = await opened((await makeLink(stripe)).url)
  const declined = await pressed(at, 'pm_card_chargeDeclinedInsufficientFunds')
  expect(declined.status).toBe(402)
  expect(declined.page).toContain('insufficient funds')
  expect((await stripe.checkout.sessions.list()).data).toMatchObject([
    { status: 'open', payment_status: 'unpaid' },
  ])
  await pressed(at, 'pm_card_visa')
  expect((await stripe.paymentIntents.list()).data).toMatchObject([
    { status: 'succeeded', last_payment_error: null },
  ])
  expect((await stripe.charges.list()).data.map(({ status }) => status)).toEqual(['succeeded', 'failed'])
})

test('a session that was open before its link was paid can be paid too, unless it is expired first', async () => {
  const { stripe } = await stripeServer()
  const link = await makeLink(stripe)
  const visits = [await opened(link.url), await opened(link.url), await opened(link.url)]
  await pressed(visits[0]?.at ?? '', 'pm_card_visa')
  await pressed(visits[1]?.at ?? '', 'pm_card_visa')
  expect((await stripe.paymentIntents.list()).data).toHaveLength(2)
  const [open] = (await stripe.checkout.sessions.list({ payment_link: link.id, status: 'open' })).data
  await stripe.checkout.sessions.expire(open?.id ?? '')
  await pressed(visits[2]?.at ?? '', 'pm_card_visa')
  expect((await opened(visits[2]?.at ?? '')).page).toContain('expired')
  expect((await stripe.paymentIntents.list()).data).toHaveLength(2)
  await expect(stripe.checkout.sessions.expire(open?.id ?? '')).rejects.toThrow('has a status of "expired"')
})

test('a session that nobody pays expires after a day, and its payment is given up', async () => {
  const server = await stripeServer()
  const { stripe, hand } = server
  const { at } = await opened((await makeLink(stripe)).url)
  await pressed(at, 'pm_card_chargeDeclined')
  await hand('clock', { seconds: 24 * 3600 })
  expect((await opened(at)).page).toContain('expired')
  expect((await stripe.checkout.sessions.list()).data).toMatchObject([{ status: 'expired', url: null }])
  expect((await stripe.paymentIntents.list()).data).toMatchObject([{ status: 'canceled' }])
  expect((await events(server)).slice(-2)).toEqual(['payment_intent.canceled', 'checkout.session.expired'])
})

test.each(['succeeded', 'failed'] as const)(
  'a bank debit completes the session, and has %s days later',
  async how => {
    const server = await stripeServer()
    const { stripe, hand } = server
    const { at } = await opened((await makeLink(stripe)).url)
    expect((await pressed(at, 'pm_usBankAccount_processing')).page).toContain('in a few days')
    const [session] = (await stripe.checkout.sessions.list()).data
    expect(session).toMatchObject({ status: 'complete', payment_status: 'unpaid' })
    await hand('debit', { payment_intent: session?.payment_intent, how })
    expect((await stripe.checkout.sessions.list()).data).toMatchObject([
      { payment_status: how === 'succeeded' ? 'paid' : 'unpaid' },
    ])
    expect((await events(server)).at(-1)).toBe(`checkout.session.async_payment_${how}`)
  },
)

test('a link of nothing is done without a payment', async () => {
  const { stripe } = await stripeServer()
  const { at } = await opened((await makeLink(stripe, 0)).url)
  await pressed(at, 'pm_card_visa')
  expect((await stripe.checkout.sessions.list()).data).toMatchObject([
    { payment_status: 'no_payment_required', payment_intent: null },
  ])
})

test('the board shows what there is, with buttons; a form of another site is refused', async () => {
  const { url, stripe, hand } = await stripeServer()
  const link = await makeLink(stripe)
  await hand('pay', { link: link.id })
  await makeLink(stripe, 700)
  const [charge] = (await stripe.charges.list()).data
  const { page } = await opened(url)
  expect(page).toContain('$10.00')
  expect(page).toContain('$7.00')
  const press = async (origin: string): Promise<number> => {
    const body = new URLSearchParams({ charge: charge?.id ?? '' })
    const path = `${url}/__sandbox/stripe/refund`
    return (await fetch(path, { method: 'POST', body, headers: { origin }, redirect: 'manual' })).status
  }
  expect(await press('http://evil.example')).toBe(403)
  expect(await press(url)).toBe(303)
  expect((await stripe.refunds.list()).data).toMatchObject([{ amount: 1000 }])
  const again = await fetch(`${url}/__sandbox/stripe/refund`, {
    method: 'POST',
    body: new URLSearchParams({ charge: charge?.id ?? '' }),
  })
  expect(await again.text()).toContain('has already been refunded')
  expect((await opened(`${url}/__sandbox/`)).page).toContain('Next event never appears')
})
