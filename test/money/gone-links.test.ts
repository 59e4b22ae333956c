/** Links that their service knows no more, as where all test data was deleted there. */
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { billedRow, eur } from '../support/bills.ts'
import { openShop, type Shop } from './support/shop.ts'

/** From now on Stripe knows nothing of a link. */
function forgotten({ files }: Shop, linkId: string): void {
  const db = new Database(files.path)
  db.prepare(`UPDATE links SET outside_id = 'plink_deleted' WHERE id = ?`).run(linkId)
  db.close()
}

test('one that stood is replaced: its bill can be paid', async () => {
  const shop = await openShop()
  const { bill, link } = await shop.billed()
  forgotten(shop, link.id)
  expect((await shop.scan()).outcome).toBe('ok')
  const [first, second] = await shop.store.links.ofBill(bill.id)
  expect(first).toMatchObject({ state: 'closed', why: 'its service shows it closed' })
  expect(second).toMatchObject({ state: 'open', number: 2 })
  if (second !== undefined) await shop.pay(second)
  await shop.scan()
  expect(await shop.billOf(bill)).toMatchObject({ state: 'paid' })
})

test('one that is to be closed is closed: nobody can pay at it', async () => {
  const shop = await openShop()
  const { bill, link } = await shop.billed()
  forgotten(shop, link.id)
  await billedRow(shop.store, eur(6000))
  expect((await shop.scan()).outcome).toBe('ok')
  expect(await shop.billOf(bill)).toMatchObject({ state: 'cancelled' })
  expect(await shop.store.links.get(link.id)).toMatchObject({ state: 'closed' })
})
