/** What a `PaymentProvider` promises, whoever implements it. */
import { describe, expect, test } from 'vitest'
import type { LinkState, PaymentFacts } from '../../src/domain/payment.ts'
import type {
  LinkOrder,
  OutsideThing,
  PaymentProvider,
  RefundOrder,
} from '../../src/roles/payment-provider.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import { toldOf, type Trouble } from './support/troubles.ts'

/** An implementer, with the service behind it and the people who pay there. */
export interface PaymentProviderBench {
  readonly provider: PaymentProvider
  /** How many links there are at the service, without those whose time is over. */
  readonly links: () => Promise<number>
  /** A client opens a link; gives back the visit. Rejects where there is none to be had. */
  readonly visit: (linkId: string) => Promise<string>
  /**
   * The client pays at a visit, and where the service waits for it, the money is captured: how it stands with the link
   * then. Rejects where the visit has ended.
   */
  readonly pay: (
    visit: string,
    how: 'at once' | 'in days' | 'with a card that is declined' | 'with refunds that wait',
  ) => Promise<LinkState>
  /** The client says yes at a visit, as far as that alone may move money. */
  readonly agree: (visit: string) => Promise<unknown>
  /** A payment that takes days comes to its end. */
  readonly end: (paymentId: string, how: 'succeeded' | 'failed') => Promise<void>
  /** What events tell of about a payment at a link. */
  readonly things: (linkId: string, paymentId: string) => Promise<readonly OutsideThing[]>
  /** At the service's own pages, money is given back: all that is left, where no amount is given. */
  readonly refundOutside: (paymentId: string, minor?: number) => Promise<unknown>
  /** The bank holds the money of a payment. */
  readonly dispute: (paymentId: string) => Promise<unknown>
  /** A refund that waits comes to its end. */
  readonly endRefund: (refundId: string, how: 'succeeded' | 'failed') => Promise<unknown>
  /** All that is there goes to the bank: the payout's id. Rejects where there is no such thing. */
  readonly payOut: () => Promise<string>
  /** So much time passes at the service. */
  readonly pass: (hours: number) => Promise<void>
  /** Has this befall every request from now on, or each that makes a link or a refund. */
  readonly befall: (trouble: Trouble, which: 'every' | Made) => Promise<void>
  /** The next one is made, and the service answers with an error of its own: for as long as it keeps answers. */
  readonly keepFailing: (which: Made) => Promise<void>
  readonly mend: () => Promise<void>
}

/** What is made by a request. */
export type Made = 'links' | 'refunds'

/** An order of 10 dollars. */
export function anOrder(changes: Partial<LinkOrder> = {}): LinkOrder {
  return {
    key: 'bill_1/payment-link/1',
    amount: { minor: 1000, currency: 'USD' },
    title: 'Blog post “Über Brot”',
    ids: { bill: 'bill_1', run: 'run_1' },
    mayBeMade: false,
    ...changes,
  }
}

const AGAIN = anOrder({ mayBeMade: true })
const NOT_THERE = 'a thing that is not there'
const TOLD = toldOf({ errorClass: 'permanent', billed: 'no' })

/** Gives 4 dollars of a payment back. */
function aRefund(paymentId: string, changes: Partial<RefundOrder> = {}): RefundOrder {
  return {
    key: 'ref_1/refund/1',
    paymentId,
    amount: { minor: 400, currency: 'USD' },
    reason: 'half of it was wrong',
    ours: 'ref_1',
    mayBeMade: false,
    ...changes,
  }
}

/** In what services honestly differ. */
export interface PaymentProviderTraits {
  /** Two visits of one link, begun before it was paid, can both be paid. */
  readonly canBePaidTwice: boolean
  /** It tells of what its payouts are made. */
  readonly tellsPayouts: boolean
  /** As what a link is told that the service does not know. */
  readonly unknownLinkIs: 'closed' | 'expired'
}

/** Checks it; `make` opens one on a service of its own for each test. */
export function describePaymentProvider(
  name: string,
  { canBePaidTwice, unknownLinkIs, tellsPayouts }: PaymentProviderTraits,
  make: () => Promise<PaymentProviderBench>,
): void {
  describe(`the contract of a provider of payments: ${name}`, () => {
    test('a link is open, with nothing paid, and of the mode that the provider says', async () => {
      const { provider } = await make()
      const link = await provider.createLink(anOrder())
      expect(link).toMatchObject({ isLive: provider.isLive })
      expect(URL.canParse(link.url)).toBe(true)
      expect(await provider.showLink(link.id)).toEqual({
        ...link,
        state: 'open',
        payments: [],
        refusal: null,
      })
    })

    test('there is one link of a key, however often and by how many at once it is asked for', async () => {
      const { provider, links } = await make()
      const both = await Promise.allSettled([provider.createLink(anOrder()), provider.createLink(anOrder())])
      expect(both.some(({ status }) => status === 'fulfilled')).toBe(true)
      const first = await provider.createLink(anOrder())
      expect(await provider.createLink(AGAIN)).toEqual(first)
      expect(await links()).toBe(1)
      await provider.createLink(anOrder({ key: 'bill_1/payment-link/2' }))
      expect(await links()).toBe(2)
    })

    test.each<[Trouble, number]>([
      ['an answer that is lost', 0],
      ['an answer that breaks off', 0],
      ['a cut before the effect', 0],
      ['an error of its own', 0],
      ['an answer that is lost', 25],
      ['an answer that breaks off', 25],
    ])('%s, asked again after %i h: there is one link', async (trouble, hours) => {
      const { provider, links, befall, mend, pass } = await make()
      await befall(trouble, 'links')
      const failure = await failureOf(provider.createLink(anOrder()))
      expect(failure).toMatchObject({ errorClass: 'transient', billed: 'unknown' })
      expect(await links()).toBeLessThanOrEqual(1)
      await mend()
      if (hours > 0) await pass(hours)
      const link = await provider.createLink(AGAIN)
      expect(await links()).toBe(1)
      expect(await provider.showLink(link.id)).toMatchObject({ state: 'open' })
    })

    test.each([false, true])('a failure that is kept is not the end (may be made: %s)', async mayBeMade => {
      const { provider, links, keepFailing } = await make()
      await keepFailing('links')
      expect(await failureOf(provider.createLink(anOrder()))).toMatchObject({ errorClass: 'transient' })
      await provider.createLink(anOrder({ mayBeMade }))
      expect(await links()).toBe(1)
    })

    test.each([false, true])('a key is not taken for another amount (may be made: %s)', async mayBeMade => {
      const { provider, links } = await make()
      await provider.createLink(anOrder())
      const other = anOrder({ mayBeMade, amount: { minor: 1001, currency: 'USD' } })
      expect(await failureOf(provider.createLink(other))).toMatchObject({
        errorClass: 'permanent',
        billed: 'no',
      })
      expect(await links()).toBe(1)
    })

    test.each(TOLD)('%s is told as what it is', async (trouble, told) => {
      const { provider, befall, mend } = await make()
      const { id } = await provider.createLink(anOrder())
      await befall(trouble, 'every')
      const order = anOrder({ key: 'bill_2/payment-link/1' })
      expect(await failureOf(provider.createLink(order))).toMatchObject(told)
      const asked = trouble === NOT_THERE ? [] : [provider.showLink(id), provider.closeLink(id)]
      for (const each of await Promise.all(asked.map(failureOf))) expect(each).toMatchObject(told)
      await mend()
    })

    test('at a link that the service does not know nobody can pay', async () => {
      const { provider, befall } = await make()
      const { id } = await provider.createLink(anOrder())
      await befall(NOT_THERE, 'every')
      const gone = { id, state: unknownLinkIs, payments: [] }
      expect(await provider.showLink(id)).toMatchObject(gone)
      expect(await provider.closeLink(id)).toMatchObject(gone)
    })

    test('a link that is closed is not paid, whatever a client does at it', async () => {
      const { provider, visit, agree } = await make()
      const { id } = await provider.createLink(anOrder())
      const before = await visit(id)
      const closed = { id, state: 'closed', payments: [] }
      expect(await provider.closeLink(id)).toMatchObject(closed)
      await Promise.allSettled([agree(before), visit(id).then(agree)])
      expect((await provider.showLink(id)).payments).toEqual([])
      expect(await provider.closeLink(id)).toMatchObject(closed)
    })

    test('a link is paid once; a card that is declined changes nothing, and closing it neither', async () => {
      const { provider, visit, pay } = await make()
      const { id } = await provider.createLink(anOrder())
      const visited = await visit(id)
      const declined = await pay(visited, 'with a card that is declined')
      expect(declined.state).toBe('open')
      expect(declined.refusal).toBeTypeOf('string')
      expect(declined.payments.filter(({ state }) => state !== 'failed')).toEqual([])
      await pay(visited, 'at once')
      const paid = {
        state: 'paid',
        payments: [{ amount: { minor: 1000, currency: 'USD' }, state: 'paid' }],
      }
      expect(await provider.showLink(id)).toMatchObject(paid)
      await expect(visit(id)).rejects.toBeInstanceOf(Error)
      expect(await provider.closeLink(id)).toMatchObject(paid)
    })

    test.runIf(canBePaidTwice)('what was paid twice, at visits that were begun before, is seen', async () => {
      const { provider, visit, pay } = await make()
      const { id } = await provider.createLink(anOrder())
      const visits = [await visit(id), await visit(id)]
      for (const each of visits) await pay(each, 'at once')
      const { state, payments } = await provider.showLink(id)
      expect(state).toBe('paid')
      expect(new Set(payments.map(payment => payment.id)).size).toBe(2)
    })

    test.each([
      ['succeeded', 'paid', 'paid'],
      ['failed', 'closed', 'failed'],
    ] as const)('a payment that takes days is pending until it has %s', async (how, after, paid) => {
      const { provider, visit, pay, end } = await make()
      const { id } = await provider.createLink(anOrder())
      const { state, payments } = await pay(await visit(id), 'in days')
      expect({ state, payments }).toMatchObject({ state: 'pending', payments: [{ state: 'pending' }] })
      await end(payments[0]?.id ?? '', how)
      const ended = await provider.showLink(id)
      expect(ended.state).toBe(after)
      expect(ended.payments).toMatchObject([{ id: payments[0]?.id, state: paid }])
    })

    test('what an event tells of leads to the payment as it stands, with our ids and the link', async () => {
      const { provider, visit, pay, things } = await make()
      const { id } = await provider.createLink(anOrder())
      await pay(await visit(id), 'at once')
      const [payment] = (await provider.showLink(id)).payments
      if (payment === undefined) throw new Error('nothing was paid')
      expect(payment).toMatchObject({
        isLive: provider.isLive,
        ids: anOrder().ids,
        linkId: id,
        refunds: [],
        disputes: [],
      })
      for (const thing of await things(id, payment.id)) {
        const seen = await provider.look(thing)
        expect(seen.payments).toMatchObject([{ id: payment.id, state: 'paid', amount: payment.amount }])
      }
      expect(await provider.look({ kind: 'something of a later day', id: 'x_1' })).toEqual({
        links: [],
        payments: [],
      })
    })

    describeRefunds(make)
    describePayouts(tellsPayouts, make)
  })
}

const REFUSED = { errorClass: 'permanent', billed: 'no' }

function describeRefunds(make: () => Promise<PaymentProviderBench>): void {
  const paid = async (how: How = 'at once') => paidAt(await make(), how)

  test('a refund has our id, and is shown with its payment', async () => {
    const { provider, id, refund, shown } = await paid()
    expect(await provider.showPayment('nothing')).toBe(null)
    expect(await shown()).toMatchObject({ id, state: 'paid', refunds: [] })
    const made = await refund(aRefund(id))
    const facts = { amount: { minor: 400, currency: 'USD' }, state: 'succeeded', ours: 'ref_1' }
    expect(made).toMatchObject(facts)
    expect((await shown()).refunds).toEqual([made])
  })

  test('there is one refund of a key, however often and by how many at once it is asked for', async () => {
    const { id, refund, shown } = await paid()
    const both = await Promise.allSettled([refund(aRefund(id)), refund(aRefund(id))])
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true)
    const first = await refund(aRefund(id))
    expect(await refund(aRefund(id, { mayBeMade: true }))).toEqual(first)
    expect((await shown()).refunds).toHaveLength(1)
    await refund(aRefund(id, { key: 'ref_2/refund/1', ours: 'ref_2' }))
    expect((await shown()).refunds).toHaveLength(2)
  })

  test.each<[Trouble, number]>([
    ['an answer that is lost', 0],
    ['an answer that breaks off', 0],
    ['a cut before the effect', 0],
    ['an error of its own', 0],
    ['an answer that is lost', 25],
    ['an answer that breaks off', 25],
    ['a cut before the effect', 25],
    ['an answer that is lost', 50 * 24],
  ])('%s, a refund asked for again after %i h: there is one', async (trouble, hours) => {
    const { id, refund, shown, befall, mend, pass } = await paid()
    await befall(trouble, 'refunds')
    expect(await failureOf(refund(aRefund(id)))).toMatchObject({ errorClass: 'transient', billed: 'unknown' })
    await mend()
    if (hours > 0) await pass(hours)
    const made = await refund(aRefund(id, { mayBeMade: true }))
    expect((await shown()).refunds).toEqual([made])
  })

  test.each([false, true])(
    'a failure of a refund that is kept is not the end (may be made: %s)',
    async mayBeMade => {
      const { id, refund, shown, keepFailing } = await paid()
      await keepFailing('refunds')
      expect(await failureOf(refund(aRefund(id)))).toMatchObject({ errorClass: 'transient' })
      const made = await refund(aRefund(id, { mayBeMade }))
      expect((await shown()).refunds).toEqual([made])
    },
  )

  test.each([false, true])(
    'a key is not taken for a refund of another amount (may be made: %s)',
    async mayBeMade => {
      const { id, refund, shown } = await paid()
      await refund(aRefund(id))
      const other = aRefund(id, { mayBeMade, amount: { minor: 401, currency: 'USD' } })
      expect(await failureOf(refund(other))).toMatchObject(REFUSED)
      expect((await shown()).refunds).toHaveLength(1)
    },
  )

  test.each(TOLD)('%s is told as what it is where money is to be given back', async (trouble, told) => {
    const { id, refund, befall } = await paid()
    await befall(trouble, 'every')
    expect(await failureOf(refund(aRefund(id)))).toMatchObject(told)
  })

  test('a payment that the service does not know is none; where it cannot tell, that is told', async () => {
    const { provider, id, befall, mend } = await paid()
    await befall(NOT_THERE, 'every')
    expect(await provider.showPayment(id)).toBe(null)
    await mend()
    await befall('an error of its own', 'every')
    expect(await failureOf(provider.showPayment(id))).toMatchObject({ errorClass: 'transient' })
  })

  test('no more is given back than is left, also where it was given back elsewhere', async () => {
    const { id, refund, shown, refundOutside } = await paid()
    const over = aRefund(id, { amount: { minor: 1001, currency: 'USD' } })
    expect(await failureOf(refund(over))).toMatchObject(REFUSED)
    await refundOutside(id, 700)
    const second = aRefund(id, { key: 'ref_2/refund/1', ours: 'ref_2' })
    expect(await failureOf(refund(second))).toMatchObject(REFUSED)
    await refundOutside(id)
    const third = aRefund(id, { key: 'ref_3/refund/1', ours: 'ref_3' })
    expect(await failureOf(refund(third))).toMatchObject(REFUSED)
    const refunds = (await shown()).refunds.map(({ ours, amount }) => ({ ours, minor: amount.minor }))
    expect(refunds).toHaveLength(2)
    expect(refunds).toEqual(
      expect.arrayContaining([
        { ours: null, minor: 700 },
        { ours: null, minor: 300 },
      ]),
    )
  })

  test('what the bank holds is not given back', async () => {
    const { id, refund, shown, dispute } = await paid()
    await dispute(id)
    expect(await failureOf(refund(aRefund(id)))).toMatchObject(REFUSED)
    const { refunds, disputes } = await shown()
    expect(disputes).toMatchObject([{ state: 'needs_response' }])
    // What a bank took stands among the refunds of some services.
    expect(refunds.filter(({ ours }) => ours !== null)).toEqual([])
  })

  test.each(['succeeded', 'failed'] as const)('a refund that waits is pending until it has %s', async how => {
    const { id, refund, shown, endRefund } = await paid('with refunds that wait')
    const made = await refund(aRefund(id))
    expect(made.state).toBe('pending')
    await endRefund(made.id, how)
    expect((await shown()).refunds).toMatchObject([{ id: made.id, ours: 'ref_1', state: how }])
    expect(await refund(aRefund(id, { mayBeMade: true }))).toMatchObject({ id: made.id, state: how })
  })
}

type How = Parameters<PaymentProviderBench['pay']>[1]

/** A link that was paid, and what is asked about that. */
async function paidAt(bench: PaymentProviderBench, how: How) {
  const { provider } = bench
  const link = await provider.createLink(anOrder())
  const [payment] = (await bench.pay(await bench.visit(link.id), how)).payments
  if (payment === undefined) throw new Error('nothing was paid')
  const shown = async (): Promise<PaymentFacts> => {
    const facts = await provider.showPayment(payment.id)
    if (facts === null) throw new Error('it is not shown')
    return facts
  }
  return { ...bench, id: payment.id, shown, refund: provider.refund.bind(provider) }
}

function describePayouts(tellsPayouts: boolean, make: () => Promise<PaymentProviderBench>): void {
  test.runIf(!tellsPayouts)('of its payouts nothing is told', async () => {
    expect((await make()).provider.payouts).toBe(null)
  })

  test.runIf(tellsPayouts)(
    'a payout is the sum of its entries, each of the payment that it is about',
    async () => {
      const { id, refund, provider, payOut, befall, mend } = await paidAt(await make(), 'at once')
      const made = await refund(aRefund(id))
      const payoutId = await payOut()
      const parts = await provider.payouts?.show(payoutId)
      const leaves = parts?.entries.reduce((sum, { netMinor }) => sum + netMinor, 0)
      expect(parts?.payout).toMatchObject({ id: payoutId, amountMinor: leaves, isLive: provider.isLive })
      expect(
        parts?.entries.map(({ kind, paymentId, amountMinor }) => ({ kind, paymentId, amountMinor })),
      ).toEqual(
        expect.arrayContaining([
          { kind: 'payment', paymentId: id, amountMinor: 1000 },
          { kind: 'refund', paymentId: id, amountMinor: -made.amount.minor },
        ]),
      )
      expect(await provider.payouts?.list(10)).toEqual([parts?.payout])
      await befall(NOT_THERE, 'every')
      expect(await provider.payouts?.show(payoutId)).toBe(null)
      await mend()
      await befall('an error of its own', 'every')
      for (const ask of [provider.payouts?.show(payoutId), provider.payouts?.list(10)]) {
        expect(await failureOf(ask ?? Promise.resolve())).toMatchObject({ errorClass: 'transient' })
      }
    },
  )
}
