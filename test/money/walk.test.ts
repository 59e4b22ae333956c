/** Whatever clients, banks and a bad network do, in whatever order: the books are what Stripe has, to the cent. */
import { expect, test } from 'vitest'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { openShop } from './support/shop.ts'
import { billsBy, ledgerAt, ledgerIn, openBills } from './support/stripe-says.ts'
import { walk } from './support/walk.ts'

/** The last of them leaves a link half closed by a scan that died. */
const SEEDS = [1, 9]
const STEPS = 200

test.each(SEEDS)('after a walk of the seed %i', { timeout: 600_000 }, async seed => {
  const shop = await openShop()
  const { path } = shop.files
  const { stripe } = shop.server
  await walk(shop, seed, STEPS)
  // Nothing more happens, and scans have all the time that they need.
  for (let round = 0; round < 4; round += 1) {
    await shop.clock.advance(86_400_000)
    await shop.scan({ since: '60d' })
  }
  expect(ledgerIn(path)).toEqual(await ledgerAt(stripe))
  const bills = rowsOf<{ id: string; state: string }>(path, 'SELECT id, state FROM bills')
  expect(bills.map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual(await billsBy(stripe, path))
  const unpaid = bills.flatMap(({ id, state }) => (state === 'unpaid' ? [id] : [])).toSorted()
  const open = await openBills(stripe)
  expect(open.links).toEqual(unpaid)
  expect(open.visits.filter(id => !unpaid.includes(id))).toEqual([])
  expect(
    rowsOf(path, `SELECT * FROM effects WHERE service = 'stripe' AND state NOT IN ('done', 'dismissed')`),
  ).toEqual([])
  expectAtRest(path)
})
