/** A file that is too large for one check is read in parts, until all of it was. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Store } from '../../src/store/index.ts'
import { addTo, testStore, type TestStore } from '../support/store.ts'

/** No file is small enough to be checked whole, and every part is as short as can be. */
const IN_PARTS = { wholeBytes: 0, budgetMs: 0 }

async function filled(files: TestStore, tasks: number): Promise<Store> {
  const store = files.open('first')
  for (let added = 0; added < tasks; added += 1) await addTo(store, { brief: 'x'.repeat(400) })
  return store
}

test('a small file is checked whole each time', async () => {
  const files = testStore()
  const store = await filled(files, 3)
  expect(await store.check()).toEqual({ flaw: null, wholeMs: files.clock.now() })
})

test('a large one is checked in parts that go on where the last one stopped, also in another process', async () => {
  const files = testStore()
  const store = await filled(files, 1200)
  const first = await store.check(IN_PARTS)
  expect(first).toEqual({ flaw: null, wholeMs: null })
  let parts = 1
  for (let last = first; last.wholeMs === null; parts += 1)
    last = await files.open(`process-${parts}`).check(IN_PARTS)
  // Tasks, runs and events are 1,200 rows each, in parts of 500; other tables a row or none.
  expect(parts).toBeGreaterThanOrEqual(9)
  expect(parts).toBeLessThan(20)
  const wholeMs = files.clock.now()
  await files.clock.advance(60_000)
  expect(await store.check(IN_PARTS)).toEqual({ flaw: null, wholeMs })
})

test('a check that ended at a later time than now says nothing: nobody knows how long ago that was', async () => {
  const files = testStore()
  const store = await filled(files, 3)
  expect(await store.check({ wholeBytes: 0, budgetMs: 60_000 })).toEqual({
    flaw: null,
    wholeMs: files.clock.now(),
  })
  files.clock.setBack(86_400_000)
  expect(await store.check(IN_PARTS)).toEqual({ flaw: null, wholeMs: null })
})

test('damage is found by the part that comes to it', async () => {
  const files = testStore()
  ;(await filled(files, 1200)).close()
  const bytes = readFileSync(files.path)
  const at = bytes.indexOf('x'.repeat(400))
  bytes.fill(0xff, at - (at % 4096), at - (at % 4096) + 4096)
  writeFileSync(files.path, bytes)
  const store = files.open('second')
  const flaws: (string | null)[] = []
  for (let parts = 0; parts < 20; parts += 1) flaws.push((await store.check(IN_PARTS)).flaw)
  expect(flaws.find(flaw => flaw !== null)).toContain('is damaged (SQLITE_CORRUPT')
})
