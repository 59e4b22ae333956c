/** Money that a client approved at PayPal is taken once, and only where it is still to be paid so. */
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, expect, test } from 'vitest'
import { paymentsScan } from '../../src/operations/payments-scan.ts'
import type { Link } from '../../src/store/link-rows.ts'
import type { Store } from '../../src/store/index.ts'
import { SECRETS } from '../roles/support/paypal.ts'
import { paypalServer, type PayPalServer } from '../sandbox/paypal/support/server.ts'
import { rowsOf } from '../support/books.ts'
import { billedRow, eur } from '../support/bills.ts'
import { CALL, realSession } from '../support/session.ts'
import { testStore, type TestStore } from '../support/store.ts'
import { booksNow } from './support/books-now.ts'

let files: TestStore
let store: Store
let server: PayPalServer
let link: Link

async function scan(dryRun = false): Promise<Awaited<ReturnType<typeof paymentsScan.run>>> {
  const env = { ...SECRETS, PAYPAL_BASE_URL: server.url }
  const session = realSession({ stateDir: dirname(files.path), env })
  try {
    return (await session.run(paymentsScan, {}, { ...CALL, dryRun })).result
  } finally {
    session.close()
  }
}

beforeEach(async () => {
  files = testStore()
  store = files.open('keeper')
  server = await paypalServer()
  const taskId = await billedRow(store, eur(4900))
  await scan()
  const [bill] = await store.bills.ofTask(taskId)
  const [made] = await store.links.ofBill(bill?.id ?? '')
  if (made === undefined) throw new Error('no link was made')
  link = made
  await server.hand('approve', { order: link.outsideId })
})

test('it is captured under a key that the receipt keeps, and the bill is paid', async () => {
  expect((await scan(true)).links.captured).toEqual([link.id])
  expect(booksNow(files.path)).toMatchObject({ bills: [{ state: 'unpaid' }], payments: [] })
  expect((await scan()).links.captured).toEqual([link.id])
  expect((await scan()).links.captured).toEqual([])
  expect(booksNow(files.path)).toMatchObject({
    bills: [{ state: 'paid' }],
    payments: [{ amount_minor: 4900, state: 'paid', is_billed: 1 }],
  })
  const kept = `SELECT json_extract(body, '$.key') AS key FROM receipt_entries WHERE kind = 'capture'`
  expect(rowsOf(files.path, kept)).toEqual([{ key: `${link.id}/capture/1` }])
})

test('an answer that was lost, or two scans at once, take it once', async () => {
  const match = { method: 'POST', path: '/v2/checkout/orders/*/capture' }
  await server.arm({ match, action: { type: 'lose-answer' } })
  await scan()
  await Promise.allSettled([scan(), scan()])
  await scan()
  const { bills, payments } = booksNow(files.path)
  expect(bills).toEqual([{ state: 'paid' }])
  expect(payments).toHaveLength(1)
})

test('what is not to be paid by this link any more is not taken', async () => {
  const db = new Database(files.path)
  db.exec(`UPDATE bills SET state = 'on_invoice'`)
  db.close()
  expect((await scan()).links.captured).toEqual([])
  expect(booksNow(files.path)).toMatchObject({ bills: [{ state: 'on_invoice' }], payments: [] })
})
