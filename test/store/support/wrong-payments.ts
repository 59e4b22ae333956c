import { expect } from 'vitest'
import type { Store } from '../../../src/store/index.ts'

/** What is found by its mark alone is all with which the rules say that something is wrong. */
export async function expectWrongAreMarked(store: Store): Promise<void> {
  const all = await store.payments.list({ state: null, clientId: null, limit: 10_000 })
  const wrong = all.filter(({ problem }) => problem !== null)
  expect((await store.payments.problems()).map(({ id }) => id)).toEqual(wrong.map(({ id }) => id))
}
