/** Work that is done and billed, without a pipeline. */
import Database from 'better-sqlite3'
import type { Money } from '../../src/domain/money.ts'
import type { Store } from '../../src/store/index.ts'
import { finishRun } from '../roles/support/finished-run.ts'
import { aPage, aRun } from './store.ts'

/** What tests pay. */
export const eur = (minor: number): Money => ({ currency: 'EUR', minor })

/** A row of the board is ticked, at a price, and done; its untick was confirmed before. Returns its task. */
export async function billedRow(store: Store, price: Money, pageId = 'page-1'): Promise<string> {
  const db = new Database(store.facts.path)
  db.exec('UPDATE ticks SET confirmed = 1')
  db.close()
  const terms = { prices: [], billing: 'link', rates: {} } as const
  const page = { ...aPage(pageId), price }
  const picked = await store.pickUps.pickUp(page, aRun({ cause: 'tick', terms }))
  if (picked.kind !== 'queued') throw new Error('it was not picked up')
  await finishRun(store)
  return picked.taskId
}
