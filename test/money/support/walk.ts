/** A random life of a shop: clients, prices, banks, lost webhooks and events, refunds and scans that are broken off. */
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import type { Money } from '../../../src/domain/money.ts'
import { asAppError } from '../../../src/kernel/errors.ts'
import { deliver } from '../../../src/operations/deliver.ts'
import { paymentsRecord } from '../../../src/operations/payments/record.ts'
import { paymentsScan } from '../../../src/operations/payments-scan.ts'
import { paymentsWithdraw } from '../../../src/operations/payments/withdraw.ts'
import { refund } from '../../../src/operations/refund.ts'
import { boundedFetch, boundedStore } from '../../crash/support/boundaries.ts'
import { billedRow } from '../../support/bills.ts'
import { rowsOf } from '../../support/books.ts'
import { CALL, realSession } from '../../support/session.ts'
import type { Session } from '../../../src/session/index.ts'
import type { Shop } from './shop.ts'

const PAGES = ['page-1', 'page-2', 'page-3', 'page-4', 'page-5']
const MINORS = [4900, 7900, 51]
const METHODS = [
  'pm_card_visa',
  'pm_card_visa',
  'pm_usBankAccount_processing',
  'pm_card_chargeDeclined',
  'pm_card_createDispute',
  'pm_card_pendingRefund',
]
/** Each befalls one of the next requests. */
const FAULTS = [
  { type: 'lose-answer' },
  { type: 'cut' },
  { type: 'garbage' },
  { type: 'status', status: 500 },
  { type: 'status', status: 429, headers: { 'retry-after': '1' } },
]
/** A scan comes by some hundred boundaries, a refund by some ten. */
const LAST_BOUNDARY = 150
const LAST_OF_REFUND = 40

/** How a life goes. */
export interface Life {
  readonly seed: number
  readonly steps: number
  /** The share of webhooks that arrive, each time some are sent. */
  readonly heard: number
}

/** Money that came by bank, as the person remembers who recorded it. */
export interface Transfer {
  readonly paymentId: string
  readonly billId: string
  readonly minor: number
  isWithdrawn: boolean
}

/**
 * Walks so many steps. What cannot be done at a step, such as to pay where nothing is to be paid, is left out. Returns
 * what came by bank.
 */
export async function walk(shop: Shop, { seed, steps, heard }: Life): Promise<readonly Transfer[]> {
  const transfers: Transfer[] = []
  const random = seededRandom(seed)
  const fraction = (): number => random.fraction()
  const oneOf = <T>(things: readonly T[]): T | undefined => things[Math.floor(fraction() * things.length)]
  const { stripe, hand, arm, url } = shop.server
  const every = { limit: 100 }
  const priceOf = (): Money => ({ currency: 'EUR', minor: oneOf(MINORS) ?? 4900 })
  const acts: readonly (() => Promise<unknown>)[] = [
    async () => billedRow(shop.store, priceOf(), oneOf(PAGES)),
    async () => hand('open', { link: oneOf((await stripe.paymentLinks.list(every)).data)?.id ?? '' }),
    async () => payAtSome(),
    async () => payAtSome(),
    async () => {
      const waiting = (await stripe.paymentIntents.list(every)).data.filter(
        ({ status }) => status === 'processing',
      )
      const how = fraction() < 0.6 ? 'succeeded' : 'failed'
      return hand('debit', { payment_intent: oneOf(waiting)?.id ?? '', how })
    },
    async () => {
      const { id = '', amount = 0 } = oneOf((await stripe.paymentIntents.list(every)).data) ?? {}
      return hand('refund', { payment_intent: id, amount: String(Math.ceil(amount * fraction())) })
    },
    async () => {
      const how = fraction() < 0.5 ? 'succeeded' : 'failed'
      return hand('refund-end', { refund: oneOf((await stripe.refunds.list(every)).data)?.id ?? '', how })
    },
    async () =>
      hand('dispute', { payment_intent: oneOf((await stripe.paymentIntents.list(every)).data)?.id ?? '' }),
    async () => {
      const dispute = oneOf((await stripe.disputes.list(every)).data)?.id ?? ''
      return hand('dispute-decide', { dispute, verdict: oneOf(['answer', 'won', 'lost', 'appeal']) ?? 'won' })
    },
    async () => {
      for (const event of await shop.events()) if (fraction() < heard) await shop.take(event)
    },
    // Of what happens next, Stripe makes no event.
    async () => arm({ times: Math.ceil(fraction() * 5), action: { type: 'event-lost' } }),
    async () => transferred(),
    async () => transferred(),
    async () => withdrawn(),
    async () => refunded(),
    async () => refunded(),
    async () => troubled(async () => shop.scan()),
    async () => troubled(async () => brokenOff(paymentsScan)),
    async () => troubled(async () => refunded()),
    async () => Promise.allSettled([brokenOff(paymentsScan), shop.scan()]),
    async () => brokenOff(paymentsScan),
    async () => Promise.allSettled([brokenOff(deliver), shop.scan()]),
    async () => shop.scan(),
    async () => shop.clock.advance(Math.floor(fraction() * 7_200_000)),
  ]

  async function troubled(work: () => Promise<unknown>): Promise<void> {
    await arm({ match: { path: '/v1/*' }, skip: Math.floor(fraction() * 9), action: oneOf(FAULTS) })
    await work()
    await fetch(`${url}/__sandbox/faults`, { method: 'DELETE' })
  }

  async function payAtSome(): Promise<void> {
    const { data } = await stripe.checkout.sessions.list({ ...every, status: 'open' })
    await hand('pay', { session: oneOf(data)?.id ?? '', method: oneOf(METHODS) ?? '' })
  }

  async function transferred(): Promise<void> {
    const bill = oneOf(rowsOf<{ id: string; amount_minor: number }>(shop.files.path, BILLS))
    if (bill === undefined) return
    const minor = Math.ceil(bill.amount_minor * fraction())
    const reference = `RF1853900${String(transfers.length)}`
    const date = new Date(shop.clock.now()).toISOString().slice(0, 10)
    const given = { id: bill.id, amount: (minor / 100).toFixed(2), date, reference, force: fraction() < 0.3 }
    const paymentId = await byHand(
      async session => (await session.run(paymentsRecord, given, CALL)).result.paymentId,
    )
    if (paymentId !== null) transfers.push({ paymentId, billId: bill.id, minor, isWithdrawn: false })
  }

  async function withdrawn(): Promise<void> {
    const transfer = oneOf(transfers)
    if (transfer === undefined) return
    const input = { id: transfer.paymentId, reason: 'it did not come' }
    await byHand(async session => session.run(paymentsWithdraw, input, CALL))
    transfer.isWithdrawn = true
  }

  /** Null where it is refused. */
  async function byHand<T>(work: (session: Session) => Promise<T>): Promise<T | null> {
    const session = realSession(shop.session)
    try {
      return await work(session)
    } catch (error) {
      if (asAppError(error).kind === 'refused') return null
      throw error
    } finally {
      session.close()
    }
  }

  async function refunded(): Promise<void> {
    const { id = '', amount = 0 } = oneOf((await stripe.paymentIntents.list(every)).data) ?? {}
    const part = (Math.ceil(amount * fraction()) / 100).toFixed(2)
    await brokenOff(refund, LAST_OF_REFUND, { payment: id, amount: part, reason: 'a part was wrong' })
  }

  /** Its process dies at some boundary: nothing of it is done after that. */
  async function brokenOff(
    operation: Walked,
    last = LAST_BOUNDARY,
    input: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const dieAt = Math.floor(fraction() * last)
    let passed = 0
    const at = (name: string): void => {
      // Another process would see that this one is dead: here it lives on, and gives the lock back.
      if (name.includes('locks.')) return
      passed += 1
      if (passed > dieAt) throw new Error('this process is dead')
    }
    const session = realSession({
      ...shop.session,
      fetch: boundedFetch(at),
      wrapStore: store => boundedStore(store, at),
    })
    await session.run<unknown>(operation, input, { ...CALL, confirmed: true }).catch(() => undefined)
    session.close()
  }

  for (let step = 0; step < steps; step += 1) {
    await oneOf(acts)?.().catch((error: unknown) => {
      if (!isRefusedByHand(error)) throw error
    })
    await shop.clock.advance(1_000)
  }
  return transfers
}

type Walked = typeof paymentsScan | typeof deliver | typeof refund

const BILLS = 'SELECT id, amount_minor FROM bills ORDER BY id'

/** As a stand-in says that something cannot be done. */
function isRefusedByHand(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('{"error":')
}
