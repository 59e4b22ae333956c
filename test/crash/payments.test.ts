/** A scan of payments that is killed anywhere and made again ends in the same books, also beside another one. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { booksNow } from '../money/support/books-now.ts'
import { openShop } from '../money/support/shop.ts'
import { expectChainHolds } from '../support/books.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { boundariesOf, expectRecoveries, workUntilKilled } from './support/matrix.ts'

const ALWAYS = [
  'after webhooks.due',
  'before payments.record',
  'after payments.record',
  'before webhooks.worked',
  'after webhooks.worked',
  'after links.look',
]

test('killed at a boundary and made again, a payment, its refund and its bill are there once', async () => {
  const shop = await openShop()
  const { link } = await shop.billed()
  const payment_intent = await shop.pay(link)
  await shop.server.hand('refund', { payment_intent, amount: '900' })
  for (const event of await shop.events()) await shop.take(event)
  shop.store.close()
  const folder = temporaryFolder()
  const anew = (name: string): string => {
    const stateDir = join(folder, name)
    mkdirSync(stateDir)
    copyFileSync(shop.files.path, join(stateDir, 'echopilot.db'))
    return stateDir
  }
  const { env } = shop.session
  const undisturbed = anew('undisturbed')
  const boundaries = await boundariesOf({ stateDir: undisturbed, env }, 'payments-scan')
  const expected = booksNow(join(undisturbed, 'echopilot.db'))
  expect(expected).toMatchObject({ bills: [{ state: 'partly_refunded' }], links: [{ state: 'paid' }] })
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))

  const both = anew('both')
  await Promise.all([0, 0].map(async at => workUntilKilled({ stateDir: both, env }, at, 'payments-scan')))
  expect(booksNow(join(both, 'echopilot.db'))).toEqual(expected)

  await expectRecoveries({ boundaries, always: ALWAYS, others: 4 }, async killAt => {
    const place = { stateDir: anew(String(killAt)), env }
    const { signal } = await workUntilKilled(place, killAt, 'payments-scan')
    expect(signal).toBe('SIGKILL')
    await boundariesOf(place, 'payments-scan')
    const path = join(place.stateDir, 'echopilot.db')
    expect(booksNow(path)).toEqual(expected)
    expectChainHolds(path)
  })
})
