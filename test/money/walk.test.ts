/**
 * Whatever clients, banks and a bad network do, in whatever order, and however many webhooks and events are lost: the
 * books are what Stripe has, to the cent.
 */
import { expect, test } from 'vitest'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { openShop } from './support/shop.ts'
import { expectWrongAreMarked } from '../store/support/wrong-payments.ts'
import { billsBy, ledgerAt, ledgerIn, openBills, refundsOfOneIntent } from './support/stripe-says.ts'
import { walk, type Life } from './support/walk.ts'

const LIVES: readonly Life[] = [
  { seed: 1, heard: 0.3, steps: 200 },
  // It leaves a link half closed by a scan that died.
  { seed: 9, heard: 1, steps: 200 },
  { seed: 4, heard: 0, steps: 200 },
  // A transfer is withdrawn after the rest was paid at a link.
  { seed: 24, heard: 0.3, steps: 200 },
]

test.each(LIVES)(
  'after a life of the seed $seed, $heard of its webhooks heard',
  { timeout: 600_000 },
  async life => {
    const shop = await openShop()
    const { path } = shop.files
    const { stripe } = shop.server
    const transfers = await walk(shop, life)
    // Nothing more happens, and scans have all the time that they need.
    for (let round = 0; round < 4; round += 1) {
      await shop.clock.advance(86_400_000)
      await shop.scan()
    }
    const { result, outcome } = await shop.scan()
    expect({ outcome, ...result }).toMatchObject({ outcome: 'ok', changed: [], failed: [], down: [] })
    expect(Date.parse(result.coverage[0]?.objects?.to ?? '')).toBe(shop.clock.now())
    await expectWrongAreMarked(shop.store)
    expect(ledgerIn(path)).toEqual(await ledgerAt(stripe))
    expect(await refundsOfOneIntent(stripe)).toEqual([])
    const bills = rowsOf<{ id: string; state: string }>(path, 'SELECT id, state FROM bills')
    expect(bills.map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual(
      await billsBy(stripe, path, transfers),
    )
    const unpaid = bills.flatMap(({ id, state }) => (state === 'unpaid' ? [id] : [])).toSorted()
    const open = await openBills(stripe)
    expect(open.links).toEqual(unpaid)
    expect(open.visits.filter(id => !unpaid.includes(id))).toEqual([])
    expect(
      rowsOf(path, `SELECT * FROM effects WHERE service = 'stripe' AND state NOT IN ('done', 'dismissed')`),
    ).toEqual([])
    expectAtRest(path)
  },
)
