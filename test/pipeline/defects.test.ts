import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import type { Store } from '../../src/store/index.ts'
import { drain } from '../../src/pipeline/drain.ts'
import { expectAtRest } from '../support/books.ts'
import { claimFrom } from '../support/store.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const ALL = { stages: ['generate', 'judge', 'revise'], taskId: null, limit: null, concurrency: 2 } as const

/** A drain on a store of which one method is broken. */
function broken(shop: Workshop, outputs: Store['runs']['outputs']): ReturnType<typeof drain> {
  const store = { ...shop.store, runs: { ...shop.store.runs, outputs } }
  return drain({ ...shop.context, store }, ALL)
}

test('a defect in one run uses up its attempt, is reported, and leaves the others alone', async () => {
  const shop = await workshop()
  const bad = await shop.add()
  const good = await shop.add()
  const drained = await broken(shop, async runId => {
    if (runId === bad.runId) throw new TypeError('undefined is not a function')
    return shop.store.runs.outputs(runId)
  })
  expect(drained.failed).toEqual([
    { id: bad.runId, kind: 'bug', message: 'internal error: undefined is not a function' },
  ])
  expect(await shop.run(bad.runId)).toMatchObject({ state: 'retrying', attempt: 1, owner: null })
  expect((await shop.run(good.runId)).state).toBe('done')
  expect(shop.logged).toContain('error run broken by a defect')
  expect(await shop.store.pauses.list()).toEqual([])
  expectAtRest(shop.storeFile)
})

test('a defect that stays ends in Failed-Final, not in a loop', async () => {
  const shop = await workshop()
  const { runId } = await shop.add()
  for (let attempts = 0; attempts < 4; attempts += 1) {
    await broken(shop, async () => Promise.reject(new TypeError('always')))
    await shop.clock.advance(1_000_000)
  }
  expect(await shop.run(runId)).toMatchObject({ state: 'failed_final', attempt: 4 })
  expectAtRest(shop.storeFile)
})

test('a store that fails ends the drain with its own error, and the runs in hand are taken back later', async () => {
  const shop = await workshop()
  await shop.add()
  await shop.add()
  const full = new AppError('store', 'the disk is full', 'free some space')
  await expect(broken(shop, async () => Promise.reject(full))).rejects.toBe(full)
  shop.machine.kill('process-1')
  await shop.hire().drain()
  expect(await shop.store.runs.countByState()).toEqual({ done: 2 })
  expectAtRest(shop.storeFile)
})

test('an attempt whose process dies three times is used up: it may be what kills it', async () => {
  const shop = await workshop()
  const { runId } = await shop.add()
  for (const name of ['a', 'b', 'c']) {
    const worker = shop.hire({ name })
    await worker.store.claims.recover()
    await claimFrom(worker.store)
    shop.machine.kill(name)
  }
  await shop.drain()
  const run = await shop.run(runId)
  expect(run).toMatchObject({ state: 'retrying', attempt: 1, errorClass: 'transient' })
  expect(run.reason).toContain('interrupted 3 times')
  expect(await shop.calls(runId)).toEqual([])
  await shop.clock.advance(100_000)
  await shop.drain()
  expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 2 })
})

test('a run left over from another process is taken back before anything else is done', async () => {
  const shop = await workshop()
  const { runId } = await shop.add()
  const dead = shop.hire({ name: 'dead' })
  await claimFrom(dead.store)
  shop.machine.kill('dead')
  expect((await shop.drain()).runIds).toEqual([runId])
  expect((await shop.run(runId)).state).toBe('done')
})

test('a limit is the most runs, each worked to its rest, also by many workers', async () => {
  const shop = await workshop()
  for (let tasks = 0; tasks < 5; tasks += 1) await shop.add()
  const drained = await shop.drain({ limit: 2, concurrency: 4 })
  expect(drained.runIds).toHaveLength(2)
  expect(await shop.store.runs.countByState()).toEqual({ done: 2, queued: 3 })
})

test('one task only', async () => {
  const shop = await workshop()
  await shop.add()
  const { taskId, runId } = await shop.add()
  expect((await shop.drain({ taskId, concurrency: 2 })).runIds).toEqual([runId])
  expect(await shop.store.runs.countByState()).toEqual({ done: 1, queued: 1 })
})

test('work that becomes ready while others are busy is taken up in the same drain, side by side', async () => {
  const shop = await workshop()
  const first = await shop.add()
  const added: string[] = []
  let inFlight = 0
  let most = 0
  const watching: typeof globalThis.fetch = async (input, init) => {
    // The first call brings two more tasks; whoever had found nothing before has to wake up for them.
    while (added.length < 2) added.push((await shop.add()).runId)
    inFlight += 1
    most = Math.max(most, inFlight)
    const answer = await fetch(input, init)
    inFlight -= 1
    return answer
  }
  const drained = await shop.hire({ fetch: watching }).drain({ concurrency: 3 })
  expect(drained.runIds.toSorted()).toEqual([first.runId, ...added].toSorted())
  expect(await shop.store.runs.countByState()).toEqual({ done: 3 })
  expect(most).toBeGreaterThan(1)
})
