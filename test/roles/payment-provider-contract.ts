/** What a `PaymentProvider` promises, whoever implements it. */
import { describe, expect, test } from 'vitest'
import type { LinkState } from '../../src/domain/payment.ts'
import type { LinkOrder, OutsideThing, PaymentProvider } from '../../src/roles/payment-provider.ts'
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
    how: 'at once' | 'in days' | 'with a card that is declined',
  ) => Promise<LinkState>
  /** The client says yes at a visit, as far as that alone may move money. */
  readonly agree: (visit: string) => Promise<unknown>
  /** A payment that takes days comes to its end. */
  readonly end: (paymentId: string, how: 'succeeded' | 'failed') => Promise<void>
  /** What events tell of about a payment at a link. */
  readonly things: (linkId: string, paymentId: string) => Promise<readonly OutsideThing[]>
  /** So much time passes at the service. */
  readonly pass: (hours: number) => Promise<void>
  /** Has this befall every request from now on, or each that makes a link. */
  readonly befall: (trouble: Trouble, which: 'every' | 'makes') => Promise<void>
  /** The next link is made, and the service answers with an error of its own: for as long as it keeps answers. */
  readonly keepFailing: () => Promise<void>
  readonly mend: () => Promise<void>
}

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

/** In what services honestly differ. */
export interface PaymentProviderTraits {
  /** Two visits of one link, begun before it was paid, can both be paid. */
  readonly canBePaidTwice: boolean
  /** A link that the service does not know is one whose time is over. */
  readonly forgetsLinks: boolean
}

/** Checks it; `make` opens one on a service of its own for each test. */
export function describePaymentProvider(
  name: string,
  { canBePaidTwice, forgetsLinks }: PaymentProviderTraits,
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
      await befall(trouble, 'makes')
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
      await keepFailing()
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
      const isForgotten = forgetsLinks && trouble === NOT_THERE
      const asked = isForgotten ? [] : [provider.showLink(id), provider.closeLink(id)]
      for (const each of await Promise.all(asked.map(failureOf))) expect(each).toMatchObject(told)
      await mend()
    })

    test.runIf(forgetsLinks)('a link that the service does not know is one whose time is over', async () => {
      const { provider, befall } = await make()
      const { id } = await provider.createLink(anOrder())
      await befall(NOT_THERE, 'every')
      const over = { id, state: 'expired', payments: [] }
      expect(await provider.showLink(id)).toMatchObject(over)
      expect(await provider.closeLink(id)).toMatchObject(over)
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
  })
}
