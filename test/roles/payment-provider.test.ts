/** Every implementer of `PaymentProvider`: Stripe's and PayPal's. */
import { expect, test } from 'vitest'
import { whyNoLink, type Money } from '../../src/domain/money.ts'
import { LIVE_KEY, OTHER_KEYS, TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import type { LinkState } from '../../src/domain/payment.ts'
import type { PaymentProvider } from '../../src/roles/payment-provider.ts'
import { isObject } from '../../src/sandbox/lib/json.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import { anOrder, describePaymentProvider } from './payment-provider-contract.ts'
import { paypalBench } from './support/paypal.ts'
import { stripeBench, type StripeBench } from './support/stripe.ts'
import { FAULTS } from './support/troubles.ts'

async function providerOf(bench: StripeBench, key = TEST_KEY, dryRun = false): Promise<PaymentProvider> {
  const { paymentProvider } = (await bench.open(key)).roles
  if (paymentProvider === undefined || paymentProvider === null) throw new Error('it takes no payments')
  return paymentProvider.provider(bench.call(dryRun))
}

const MAKES = { method: 'POST', path: '/v1/payment_links' }
const AT_STRIPE = { every: { path: '/v1/*' }, links: MAKES, refunds: { method: 'POST', path: '/v1/refunds' } }
const METHODS = {
  'at once': 'pm_card_visa',
  'in days': 'pm_usBankAccount_processing',
  'with a card that is declined': 'pm_card_chargeDeclined',
  'with refunds that wait': 'pm_card_pendingRefund',
} as const

describePaymentProvider(
  'Stripe',
  { canBePaidTwice: true, unknownLinkIs: 'closed', tellsPayouts: true },
  async () => {
    const bench = await stripeBench()
    const { hand, arm, stripe, url } = bench.server
    const provider = await providerOf(bench)
    const pay = async (session: string, method: string): Promise<LinkState> => {
      await hand('pay', { session, method })
      return provider.showLink(linkOf(await stripe.checkout.sessions.retrieve(session)))
    }
    return {
      provider,
      links: async () => (await stripe.paymentLinks.list({ limit: 100 })).data.length,
      visit: async link => String((await hand('open', { link }))['id']),
      pay: async (session, how) => pay(session, METHODS[how]),
      agree: async session => pay(session, METHODS['at once']),
      end: async (payment_intent, how) => void (await hand('debit', { payment_intent, how })),
      things: async (link, payment) => {
        const [session] = (await stripe.checkout.sessions.list({ payment_link: link })).data
        const [charge] = (await stripe.charges.list({ payment_intent: payment })).data
        return [
          { kind: 'checkout.session', id: session?.id ?? '' },
          { kind: 'payment_intent', id: payment },
          { kind: 'charge', id: charge?.id ?? '' },
        ]
      },
      payOut: async () => String((await hand('payout', {}))['id']),
      pass: async hours => void (await hand('clock', { seconds: String(hours * 3600) })),
      refundOutside: async (payment_intent, minor) =>
        hand('refund', { payment_intent, ...(minor === undefined ? {} : { amount: String(minor) }) }),
      dispute: async payment_intent => hand('dispute', { payment_intent }),
      endRefund: async (refund, how) => hand('refund-end', { refund, how }),
      befall: async (trouble, which) => arm({ match: AT_STRIPE[which], action: FAULTS[trouble], times: 100 }),
      keepFailing: async which => arm({ match: AT_STRIPE[which], action: { type: 'kept-500' } }),
      mend: async () => void (await fetch(`${url}/__sandbox/faults/clear`, { method: 'POST' })),
    }
  },
)

function linkOf({ payment_link }: { readonly payment_link: unknown }): string {
  return typeof payment_link === 'string' ? payment_link : ''
}

const ORDERS = { method: 'POST', path: '/v2/checkout/orders' }
const AT_PAYPAL = {
  every: {},
  links: ORDERS,
  refunds: { method: 'POST', path: '/v2/payments/captures/*' },
}
const PAYERS = {
  'at once': 'ana',
  'in days': 'ben',
  'with a card that is declined': 'dan',
  'with refunds that wait': 'eva',
} as const

describePaymentProvider(
  'PayPal',
  { canBePaidTwice: false, unknownLinkIs: 'expired', tellsPayouts: false },
  async () => {
    const { server, provider: open } = await paypalBench()
    const { hand, arm, url } = server
    const provider = await open()
    // Nobody says yes twice in a second.
    const agree = async (order: string, payer: string): Promise<unknown> => {
      await hand('clock', { seconds: '1' })
      return hand('approve', { order, payer })
    }
    return {
      provider,
      links: async () => {
        const state: unknown = await (await fetch(`${url}/__sandbox/state`)).json()
        return isObject(state) ? Number(state['open_orders']) : 0
      },
      visit: async order => {
        const page = await (await fetch(`${url}/checkoutnow?token=${order}`)).text()
        if (!page.includes('name="payer"')) throw new Error('nothing can be paid there')
        return order
      },
      pay: async (order, how) => {
        await agree(order, PAYERS[how])
        if (provider.capture === null) throw new Error('it captures nothing')
        return provider.capture(order, `${order}/capture`, anOrder().amount)
      },
      agree: async order => agree(order, 'ana'),
      end: async (capture, how) =>
        void (await hand('capture-end', { capture, how: how === 'succeeded' ? 'completed' : 'denied' })),
      things: async (order, capture) => [
        { kind: 'checkout-order', id: order },
        { kind: 'capture', id: capture },
      ],
      payOut: async () => Promise.reject(new Error('it tells of no payouts')),
      pass: async hours => void (await hand('clock', { seconds: String(hours * 3600) })),
      refundOutside: async (capture, minor) =>
        hand('refund', { capture, ...(minor === undefined ? {} : { value: (minor / 100).toFixed(2) }) }),
      dispute: async capture => hand('dispute', { capture, kind: 'chargeback' }),
      endRefund: async (refund, how) =>
        hand('refund-end', { refund, how: how === 'succeeded' ? 'completed' : 'failed' }),
      befall: async (trouble, which) => arm({ match: AT_PAYPAL[which], action: FAULTS[trouble], times: 100 }),
      keepFailing: async which => arm({ match: AT_PAYPAL[which], action: { type: 'lose-answer' } }),
      mend: async () => void (await fetch(`${url}/__sandbox/faults/clear`, { method: 'POST' })),
    }
  },
)

test('at a link of Stripe that is closed, no visit begins, and none that was begun goes on', async () => {
  const bench = await stripeBench()
  const { hand } = bench.server
  const provider = await providerOf(bench)
  const { id: link } = await provider.createLink(anOrder())
  const { id: session } = await hand('open', { link })
  await provider.closeLink(link)
  await expect(hand('open', { link })).rejects.toBeInstanceOf(Error)
  await expect(hand('pay', { session, method: 'pm_card_visa' })).rejects.toBeInstanceOf(Error)
})

test('our ids stand on the link and on its payment, and the link takes one payment', async () => {
  const bench = await stripeBench()
  const { stripe, hand } = bench.server
  const { id } = await (await providerOf(bench)).createLink(anOrder())
  const ids = { bill: 'bill_1', run: 'run_1', echopilot_key: 'bill_1/payment-link/1' }
  expect(await stripe.paymentLinks.retrieve(id)).toMatchObject({
    metadata: ids,
    payment_intent_data: { metadata: ids, description: 'Blog post “Über Brot”' },
    restrictions: { completed_sessions: { limit: 1 } },
  })
  const { id: session } = await hand('open', { link: id })
  await hand('pay', { session, method: 'pm_card_visa' })
  const [intent] = (await stripe.paymentIntents.list()).data
  expect(intent).toMatchObject({ metadata: ids, amount: 1000, currency: 'usd' })
})

test.each<Money>([
  { minor: 50, currency: 'USD' },
  { minor: 1200, currency: 'JPY' },
  { minor: 17_500, currency: 'HUF' },
  { minor: 12_340, currency: 'KWD' },
  { minor: 150_000, currency: 'ISK' },
])('Stripe takes $minor $currency as it is counted here', async amount => {
  expect(whyNoLink(amount)).toBe(null)
  const bench = await stripeBench()
  const provider = await providerOf(bench)
  const { id } = await provider.createLink(anOrder({ amount }))
  const { id: session } = await bench.server.hand('open', { link: id })
  await bench.server.hand('pay', { session, method: 'pm_card_visa' })
  expect((await provider.showLink(id)).payments).toMatchObject([{ amount }])
})

test('a link is found among more than a page of them', async () => {
  const bench = await stripeBench()
  const provider = await providerOf(bench)
  const first = await provider.createLink(anOrder())
  for (let number = 2; number <= 205; number += 1) {
    await provider.createLink(anOrder({ key: `bill_${String(number)}/payment-link/1` }))
  }
  await bench.server.hand('clock', { seconds: String(25 * 3600) })
  expect(await provider.createLink(anOrder({ mayBeMade: true }))).toEqual(first)
})

test('nothing that writes is sent twice after a fault, but for what was refused for its rate', async () => {
  const bench = await stripeBench()
  const provider = await providerOf(bench)
  const sent = async (): Promise<string[]> => (await bench.asked()).filter(one => one.startsWith('POST'))
  await bench.server.arm({ match: MAKES, action: FAULTS['a cut before the effect'] })
  await failureOf(provider.createLink(anOrder()))
  expect(await sent()).toEqual(['POST /v1/payment_links null'])
  await bench.server.arm({ match: MAKES, action: { type: 'status', status: 429 } })
  await provider.createLink(anOrder())
  expect((await sent()).slice(1)).toEqual(['POST /v1/payment_links 429', 'POST /v1/payment_links 200'])
})

test('a visit that ended by itself while the link is closed is no failure', async () => {
  const bench = await stripeBench()
  const provider = await providerOf(bench)
  const { id } = await provider.createLink(anOrder())
  await bench.server.hand('open', { link: id })
  await bench.server.arm({
    match: { path: '/v1/checkout/sessions/*', method: 'POST' },
    action: { type: 'status', status: 400 },
  })
  expect(await provider.closeLink(id)).toMatchObject({ state: 'closed' })
})

test('the first contact binds the store; a new key of the same account and mode is as good', async () => {
  const bench = await stripeBench()
  await providerOf(bench, TEST_KEY, true)
  expect(await bench.store.accounts.get('stripe')).toBe(null)
  await providerOf(bench)
  const before = (await bench.asked()).length
  await providerOf(bench)
  expect((await bench.asked()).length).toBe(before)
  expect((await providerOf(bench, OTHER_KEYS[0])).isLive).toBe(false)
  await expect(providerOf(bench, LIVE_KEY)).rejects.toMatchObject({ kind: 'config' })
})

test('a store of another account gets no provider', async () => {
  const bench = await stripeBench()
  const account = { service: 'stripe', identity: 'acct_other test', label: 'acct_other', credential: 'c' }
  await bench.store.accounts.bind(account, false)
  await expect(providerOf(bench)).rejects.toMatchObject({ kind: 'config' })
})

test('a key of live mode makes links that are live', async () => {
  const provider = await providerOf(await stripeBench(), LIVE_KEY)
  expect(provider.isLive).toBe(true)
  expect(await provider.createLink(anOrder())).toMatchObject({ isLive: true })
})
