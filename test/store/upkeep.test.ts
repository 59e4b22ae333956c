import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { addTo, testStore } from '../support/store.ts'

test('a checkpoint empties the log of writes, also while another process has the file open', async () => {
  const files = testStore()
  const store = files.open('first')
  const other = files.open('second')
  await addTo(store)
  await addTo(other)
  expect(statSync(`${files.path}-wal`).size).toBeGreaterThan(0)
  const done = await store.checkpoint()
  expect(done).toMatchObject({ isBusy: false })
  expect(done.pages).toBeGreaterThan(0)
  expect(statSync(`${files.path}-wal`).size).toBe(0)
  expect(await store.checkpoint()).toEqual({ pages: 0, isBusy: false })
  expect(await other.tasks.list({ states: null, client: null, limit: 5 })).toHaveLength(2)
})

test('locks that are held stay, those of a process that died go', async () => {
  const files = testStore()
  const store = files.open('first')
  const ghost = files.open('ghost')
  const begun = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  void ghost.locks.hold('left', async () => new Promise(() => begun.resolve()))
  await begun.promise
  files.machine.kill('ghost')
  const held = store.locks.hold('held', async () => end.promise)
  await expect.poll(async () => store.locks.expired()).toEqual(['left'])
  expect(await store.locks.dropExpired()).toEqual(['left'])
  expect(await store.locks.hold('held', async () => undefined)).toMatchObject({ kind: 'held' })
  end.resolve()
  await held
})
