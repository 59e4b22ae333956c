import { expect, test } from 'vitest'
import { LEASE_MS, LEASE_RENEWAL_MS } from '../../src/kernel/lease.ts'
import type { Store } from '../../src/store/index.ts'
import type { UnderLock } from '../../src/kernel/invoke.ts'
import { rowsOf } from '../support/books.ts'
import { testStore, type TestStore } from '../support/store.ts'
import { changeStore } from './support/store-file.ts'

const DAY_MS = 86_400_000

/** Work under the lock that goes on until it is ended; resolves once it holds the lock. */
async function holding(store: Store): Promise<{ lost: AbortSignal; end: () => Promise<UnderLock<void>> }> {
  const begun = Promise.withResolvers<AbortSignal>()
  const end = Promise.withResolvers<void>()
  const held = store.locks.hold('pick-up', lost => {
    begun.resolve(lost)
    return end.promise
  })
  return {
    lost: await begun.promise,
    end: () => {
      end.resolve()
      return held
    },
  }
}

async function isFree(store: Store): Promise<boolean> {
  return (await store.locks.hold('pick-up', () => Promise.resolve())).kind === 'ran'
}

function twoStores(): { files: TestStore; first: Store; second: Store } {
  const files = testStore()
  return { files, first: files.open('first'), second: files.open('second') }
}

test('one holder at a time: others are told who it is and since when, the same process too', async () => {
  const { files, first, second } = twoStores()
  const { end } = await holding(first)
  const sinceMs = files.clock.now()
  await files.clock.advance(1)
  const never = (): Promise<never> => Promise.reject(new Error('not to be done'))
  const held = { kind: 'held', holder: 'pid of first', sinceMs }
  expect(await second.locks.hold('pick-up', never)).toEqual(held)
  expect(await first.locks.hold('pick-up', never)).toEqual(held)
  expect(await second.locks.hold('another', () => Promise.resolve(7))).toEqual({ kind: 'ran', value: 7 })
  expect((await end()).kind).toBe('ran')
  expect(await isFree(second)).toBe(true)
})

test('it is let go where the work fails', async () => {
  const { first, second } = twoStores()
  await expect(first.locks.hold('pick-up', () => Promise.reject(new Error('work')))).rejects.toThrow('work')
  expect(await isFree(second)).toBe(true)
})

test('that of a dead process is taken over at once', async () => {
  const { files, first, second } = twoStores()
  await holding(first)
  files.machine.kill('first')
  expect(await isFree(second)).toBe(true)
})

test('it is renewed for as long as the work goes on', async () => {
  const { files, first, second } = twoStores()
  const { lost, end } = await holding(first)
  files.machine.move('first')
  await files.clock.advance(10 * LEASE_MS)
  expect(await isFree(second)).toBe(false)
  expect(lost.aborted).toBe(false)
  await end()
})

test('one that was not renewed is taken over, and its holder is told to stop and releases nothing', async () => {
  const { files, first, second } = twoStores()
  const old = await holding(first)
  changeStore(files.path, `UPDATE locks SET lease_until_ms = ${files.clock.now() - 1}`)
  const { end } = await holding(second)
  await files.clock.advance(LEASE_RENEWAL_MS)
  expect(old.lost.aborted).toBe(true)
  await old.end()
  expect(rowsOf(files.path, 'SELECT owner FROM locks')).toEqual([{ owner: 'second' }])
  await end()
})

test('one of another machine that was taken later than now is taken over; one of a process that lives is not', async () => {
  const { files, first, second } = twoStores()
  await holding(first)
  files.clock.setBack(DAY_MS)
  expect(await isFree(second)).toBe(false)
  files.machine.move('first')
  expect(await isFree(second)).toBe(true)
})
