/** How the workers of a drain take runs: with the commit of the one before, within the limit, until a stop. */
import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { drain, type Drained, type DrainOptions } from '../../src/pipeline/drain.ts'
import type { TaskRequest } from '../../src/store/tasks.ts'
import type { Store } from '../../src/store/index.ts'
import { expectAtRest, expectSpendAddsUp } from '../support/books.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const WHOLE: DrainOptions = {
  stages: ['generate', 'judge', 'revise'],
  taskId: null,
  limit: null,
  concurrency: 1,
}

type Finish = Store['stages']['finish']

/** A drain whose commits go through `finish`. */
async function drainWith(
  shop: Workshop,
  finish: Finish,
  options: Partial<DrainOptions> = {},
): Promise<Drained> {
  const store = { ...shop.store, stages: { ...shop.store.stages, finish } }
  return drain({ ...shop.context, store }, { ...WHOLE, ...options })
}

/** Adds a task, younger than those before. */
async function add(shop: Workshop, changes: Partial<TaskRequest> = {}): ReturnType<Workshop['add']> {
  await shop.clock.advance(1)
  return shop.add(changes)
}

test('only the first run is asked for: each other is taken with the commit before it', async () => {
  const shop = await workshop()
  for (let tasks = 0; tasks < 3; tasks += 1) await add(shop)
  const asked: (string | null)[] = []
  const claim: Store['claims']['claim'] = async request => {
    const claimed = await shop.store.claims.claim(request)
    asked.push(claimed?.run.id ?? null)
    return claimed
  }
  const store = { ...shop.store, claims: { ...shop.store.claims, claim } }
  const { runIds } = await drain({ ...shop.context, store }, WHOLE)
  expect(runIds).toHaveLength(3)
  expect(asked).toEqual([runIds[0], null])
  expect(await shop.store.runs.countByState()).toEqual({ done: 3 })
})

test('of many workers that wait one looks at what arrives, and all of them end', async () => {
  const shop = await workshop()
  let asked = 0
  const claim: Store['claims']['claim'] = async request => {
    asked += 1
    return shop.store.claims.claim(request)
  }
  const over: (() => void)[] = []
  const finish: Finish = async (...given) => {
    const finished = await shop.store.stages.finish(...given)
    if (finished.left.endedMs !== null) over.shift()?.()
    return finished
  }
  const { store } = shop
  const watched = { ...store, claims: { ...store.claims, claim }, stages: { ...store.stages, finish } }
  const feed = async (arrived: () => void): Promise<void> => {
    for (let number = 0; number < 10; number += 1) {
      await add(shop)
      const done = new Promise<void>(resolve => over.push(resolve))
      arrived()
      await done
    }
  }
  const drained = await drain({ ...shop.context, store: watched }, { ...WHOLE, concurrency: 16, feed })
  expect(drained.runIds).toHaveLength(10)
  // Each asks when it begins and when it ends; what arrives is looked at by one, and by one more whether it was all.
  expect(asked).toBeLessThanOrEqual(16 + 10 * 4 + 16)
})

test('progress tells where each stage left its run, whoever has taken it since', async () => {
  const shop = await workshop()
  await add(shop, { title: 'one' })
  const lines: string[] = []
  const context = { ...shop.context, progress: (line: string) => void lines.push(line) }
  await drain(context, WHOLE)
  expect(lines.map(line => line.replaceAll(/ +/g, ' '))).toEqual([
    'one generate then judge',
    'one judge 95 → Done',
  ])
})

test('a stop that comes while a stage is worked on: its commit takes no run', async () => {
  const shop = await workshop()
  const first = await add(shop)
  const second = await add(shop)
  const outputs: Store['runs']['outputs'] = async runId => {
    shop.interrupt()
    return shop.store.runs.outputs(runId)
  }
  const store = { ...shop.store, runs: { ...shop.store.runs, outputs } }
  const drained = await drain({ ...shop.context, store }, WHOLE)
  expect(drained).toMatchObject({ runIds: [first.runId], interrupted: true })
  expect(await shop.run(first.runId)).toMatchObject({ state: 'generated', owner: null, claimNo: 1 })
  expect(await shop.run(second.runId)).toMatchObject({ state: 'queued', startedMs: null })
})

test('a stop that comes while a commit takes a run gives it back at once, untouched', async () => {
  const shop = await workshop()
  const first = await add(shop)
  const second = await add(shop, { priority: 'Low' })
  const drained = await drainWith(shop, async (claim, end, wanted) => {
    const finished = await shop.store.stages.finish(claim, end, wanted)
    if (finished.next?.run.id === second.runId) shop.interrupt()
    return finished
  })
  expect(drained).toMatchObject({ runIds: [first.runId], interrupted: true })
  expect(await shop.run(second.runId)).toMatchObject({ state: 'queued', nextStage: 'generate', owner: null })
  expect(await shop.calls(second.runId)).toEqual([])
  expectSpendAddsUp(shop.storeFile)
  await shop.hire().drain()
  expect(await shop.run(second.runId)).toMatchObject({ state: 'done', attempt: 1 })
  expectAtRest(shop.storeFile)
})

test('a stop that comes while the first run is asked for gives it back as well', async () => {
  const shop = await workshop()
  const { runId } = await add(shop)
  const claim: Store['claims']['claim'] = async request => {
    shop.interrupt()
    return shop.store.claims.claim(request)
  }
  const store = { ...shop.store, claims: { ...shop.store.claims, claim } }
  expect((await drain({ ...shop.context, store }, WHOLE)).runIds).toEqual([])
  expect(await shop.run(runId)).toMatchObject({ state: 'queued', owner: null })
  expect(await shop.calls(runId)).toEqual([])
})

test('a run that is cancelled before it can be given back is no defect', async () => {
  const shop = await workshop()
  const { taskId } = await add(shop)
  const other = shop.hire()
  const claim: Store['claims']['claim'] = async request => {
    const claimed = await shop.store.claims.claim(request)
    shop.interrupt()
    await other.store.decisions.cancel(taskId, 'tester')
    return claimed
  }
  const store = { ...shop.store, claims: { ...shop.store.claims, claim } }
  expect(await drain({ ...shop.context, store }, WHOLE)).toEqual({
    runIds: [],
    failed: [],
    interrupted: true,
  })
  expect(await shop.task(taskId)).toMatchObject({ state: 'cancelled' })
})

test('a run that is taken while another worker meets a failing store is given back', async () => {
  const shop = await workshop()
  const bad = await add(shop)
  const good = await add(shop)
  const third = await add(shop)
  const taken = Promise.withResolvers<void>()
  const failed = Promise.withResolvers<void>()
  const full = new AppError('store', 'the disk is full', 'free some space')
  const drained = drainWith(
    shop,
    async (claim, end, wanted) => {
      if (claim.runId === bad.runId) {
        await taken.promise
        setImmediate(failed.resolve)
        throw full
      }
      const finished = await shop.store.stages.finish(claim, end, wanted)
      taken.resolve()
      await failed.promise
      return finished
    },
    { concurrency: 2 },
  )
  await expect(drained).rejects.toBe(full)
  for (const { runId } of [good, third]) expect((await shop.run(runId)).owner).toBeNull()
  expect(await shop.calls(good.runId)).toHaveLength(1)
  expect(await shop.calls(third.runId)).toEqual([])
})

test('a worker that found nothing looks again while another one waits for a silent model', async () => {
  const asked = Promise.withResolvers<void>()
  const silence = Promise.withResolvers<void>()
  let calls = 0
  const shop = await workshop({
    fetch: async (input, init) => {
      calls += 1
      if (calls > 1) return fetch(input, init)
      asked.resolve()
      await silence.promise
      return fetch(input, init)
    },
  })
  const silent = await add(shop)
  const drained = shop.drain({ concurrency: 2 })
  await asked.promise
  // As a pick-up beside the work does, or `task add` in another process.
  const later = await add(shop)
  for (let passedS = 0; passedS < 60; passedS += 1) await shop.clock.advance(1_000)
  await expect.poll(async () => (await shop.run(later.runId)).state).toBe('done')
  expect(await shop.run(silent.runId)).toMatchObject({ state: 'generating' })
  silence.resolve()
  expect((await drained).runIds).toEqual([silent.runId, later.runId])
  expectAtRest(shop.storeFile)
})

test('a limit holds for the runs that commits take, one worker or many', async () => {
  for (const concurrency of [1, 2, 4]) {
    const shop = await workshop()
    for (let tasks = 0; tasks < 4; tasks += 1) await add(shop)
    // More urgent than what is judged: a commit without a limit would take it first.
    const wide = drainWith(
      shop,
      async (claim, end, wanted) => {
        if (end.kind === 'written') await add(shop, { priority: 'Rush' })
        return shop.store.stages.finish(claim, end, wanted)
      },
      { limit: 2, concurrency },
    )
    expect((await wide).runIds).toHaveLength(2)
    expect(await shop.store.runs.countByState()).toEqual({ done: 2, queued: 4 })
    expectAtRest(shop.storeFile)
  }
})

test('a commit that breaks uses up the attempt, and the worker goes on with the run taken then', async () => {
  const shop = await workshop()
  const bad = await add(shop)
  const good = await add(shop)
  const drained = await drainWith(shop, async (claim, end, wanted) => {
    if (claim.runId === bad.runId && end.kind === 'written') throw new TypeError('no such column')
    return shop.store.stages.finish(claim, end, wanted)
  })
  expect(drained.failed).toMatchObject([{ id: bad.runId, kind: 'bug' }])
  expect(await shop.run(bad.runId)).toMatchObject({ state: 'retrying', attempt: 1, owner: null })
  expect(await shop.run(good.runId)).toMatchObject({ state: 'done' })
  // What the answer cost is known, whatever became of it.
  const calls = [...(await shop.calls(bad.runId)), ...(await shop.calls(good.runId))]
  expect(calls.map(({ certainty }) => certainty)).toEqual(['metered', 'metered', 'metered'])
  const { totals } = await shop.server.ledger()
  expect(calls.reduce((sum, { costNano }) => sum + costNano, 0)).toBe(totals.cost_nano_usd)
  expectSpendAddsUp(shop.storeFile)
})

test('what was read on the row of a run cancels no run that was begun since', async () => {
  const shop = await workshop()
  const { taskId, runId } = await add(shop)
  const onPage: Store['claims']['claim'] = async request => {
    const claimed = await shop.store.claims.claim(request)
    return claimed === null ? null : { ...claimed, task: { ...claimed.task, pageId: 'a page' } }
  }
  const begun: string[] = []
  const withdrawn = async (): Promise<boolean> => {
    if (begun.length > 0) return false
    // Another process hears of it first, and the operator begins anew.
    await shop.store.decisions.cancel(taskId, 'notion')
    begun.push(await shop.retry(taskId))
    return true
  }
  const store = { ...shop.store, claims: { ...shop.store.claims, claim: onPage } }
  await drain({ ...shop.context, store, rows: { withdrawn } }, WHOLE)
  expect(await shop.run(runId)).toMatchObject({ state: 'cancelled' })
  expect(await shop.run(begun[0] ?? '')).toMatchObject({ state: 'done' })
})
