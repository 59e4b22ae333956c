/** The events of a payment's life, in any order, some twice and some never, with scans between: the same books. */
import { expect, test } from 'vitest'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { openShop, type Shop } from './support/shop.ts'
import { booksNow } from './support/books-now.ts'

/** A client pays by a debit that takes days, then some goes back, and the bank asks, twice, for the rest. */
async function live(shop: Shop, between: () => Promise<void>): Promise<void> {
  const { link } = await shop.billed()
  const payment_intent = await shop.pay(link, 'pm_usBankAccount_processing')
  const act = async (name: string, given: Readonly<Record<string, string>>): Promise<string> => {
    await between()
    await shop.clock.advance(60_000)
    return String((await shop.server.hand(name, given))['id'])
  }
  await act('debit', { payment_intent, how: 'succeeded' })
  await act('refund', { payment_intent, amount: '900' })
  const dispute = await act('dispute', { payment_intent })
  await act('dispute-decide', { dispute, verdict: 'lost' })
  await act('dispute-decide', { dispute, verdict: 'appeal' })
  await act('dispute-decide', { dispute, verdict: 'answer' })
  await act('dispute-decide', { dispute, verdict: 'won' })
}

test('in the order in which they happen, each worked at once', async () => {
  const shop = await openShop()
  await live(shop, async () => {
    for (const event of await shop.events()) await shop.take(event)
    await shop.scan()
  })
  for (const event of await shop.events()) await shop.take(event)
  await shop.scan()
  expect(booksNow(shop.files.path)).toEqual(BOOKS)
})

const BOOKS = {
  bills: [{ state: 'partly_refunded' }],
  links: [{ state: 'paid' }],
  payments: [{ currency: 'EUR', amount_minor: 4900, state: 'paid', is_billed: 1 }],
  refunds: [{ amount_minor: 900, state: 'succeeded' }],
  disputes: [{ state: 'won' }],
}

test.each([1, 2, 3, 4, 5, 6])('shuffled, doubled and dropped by the seed %i', async seed => {
  const random = seededRandom(seed)
  const shop = await openShop()
  await live(shop, async () => {
    if (random.fraction() < 0.5) return
    for (const event of await shop.events()) if (random.fraction() < 0.4) await shop.take(event)
    await shop.scan()
  })
  const events = await shop.events()
  const told = [...events, ...events].filter(() => random.fraction() < 0.6)
  for (const event of told.toSorted(() => random.fraction() - 0.5)) await shop.take(event)
  await Promise.allSettled([shop.scan(), shop.scan()])
  // What no event told of is found by looking at the link again.
  await shop.scan({ since: '30d' })
  await shop.scan()
  expect(booksNow(shop.files.path)).toEqual(BOOKS)
})
