import { expect, test } from 'vitest'
import { SECOND_KEY } from '../../src/sandbox/openai/identity.ts'
import { expectAtRest } from '../support/books.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const MINUTE_MS = 60_000
/** An attempt asks three times: once, and twice again quickly. */
const TRIES = 3

async function down(shop: Workshop, calls: number): Promise<void> {
  await shop.fault({ type: 'status', status: 503 }, { path: '/v1/chat/completions' }, calls)
}

test('one try, then retries after 60, 300 and 900 s (±10 %), then Failed-Final', async () => {
  const shop = await workshop()
  await down(shop, 4 * TRIES)
  const { taskId, runId } = await shop.add()
  for (const [index, waitMs] of [60_000, 300_000, 900_000].entries()) {
    await shop.drain()
    const run = await shop.run(runId)
    expect(run).toMatchObject({ state: 'retrying', attempt: index + 1, errorClass: 'transient' })
    const delayMs = run.notBeforeMs - shop.clock.now()
    expect(delayMs).toBeGreaterThanOrEqual(waitMs * 0.9)
    expect(delayMs).toBeLessThanOrEqual(waitMs * 1.1)
    await shop.clock.advance(delayMs - 1)
    const early = await shop.drain()
    expect(early.runIds).toEqual([])
    await shop.clock.advance(1)
  }
  await shop.drain()
  expect(await shop.run(runId)).toMatchObject({ state: 'failed_final', attempt: 4, errorClass: 'transient' })
  expect((await shop.task(taskId)).reason).toContain('503')
  expect(await shop.calls(runId)).toHaveLength(4 * TRIES)
  expect((await shop.store.receipts.get(runId))?.core.attempts).toHaveLength(4)
  expectAtRest(shop.storeFile)
})

test('a retry goes on where the last committed stage ended: the draft is not bought again', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'status', status: 500 }, { kind: 'judge' }, TRIES)
  const { runId } = await shop.add()
  await shop.drain()
  expect(await shop.run(runId)).toMatchObject({ state: 'retrying', nextStage: 'judge' })
  await shop.clock.advance(70_000)
  await shop.drain()
  expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 2 })
  const { rows } = await shop.server.ledger()
  expect(rows.filter(row => row.kind === 'generate')).toHaveLength(1)
})

test('two runs failing open the breaker: no attempts are used while it is open, a probe closes it', async () => {
  const shop = await workshop()
  await down(shop, 2 * TRIES)
  const first = await shop.add()
  await shop.clock.advance(1)
  const second = await shop.add()
  const third = await shop.add()
  const opened = await shop.drain()
  expect(opened.runIds).toHaveLength(2)
  expect(await shop.run(first.runId)).toMatchObject({ state: 'retrying', attempt: 1 })
  expect([second, third].map(({ runId }) => runId)).toContain(opened.runIds[1])
  expect(await shop.store.pauses.list()).toMatchObject([{ state: 'open', cause: 'transient' }])
  expect((await shop.store.runs.countByState()).queued).toBe(2)

  await shop.clock.advance(59_000)
  expect((await shop.drain()).runIds).toEqual([])
  await shop.clock.advance(1000)
  expect((await shop.drain()).runIds).toHaveLength(2)
  for (const { runId } of [second, third]) {
    expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 1 })
  }
  expect(await shop.store.pauses.list()).toEqual([])
  await shop.clock.advance(10_000)
  await shop.drain()
  expect(await shop.run(first.runId)).toMatchObject({ state: 'done', attempt: 2 })
  expectAtRest(shop.storeFile)
})

test('a probe that fails waits longer each time, up to a quarter of an hour, and uses up nothing', async () => {
  const shop = await workshop()
  const waits = [1, 2, 4, 8, 15, 15].map(minutes => minutes * MINUTE_MS)
  // A probe asks once: the first of these is not one yet.
  await down(shop, 2 * TRIES + waits.length - 1)
  const watched = await shop.add()
  await shop.drain()
  const { runId } = await shop.add()
  for (const waitMs of waits) {
    await shop.drain({ taskId: (await shop.run(runId)).taskId })
    expect(await shop.run(runId)).toMatchObject({ state: 'queued', attempt: 1 })
    const [pause] = await shop.store.pauses.list()
    expect((pause?.nextProbeMs ?? 0) - shop.clock.now()).toBe(waitMs)
    await shop.clock.advance(waitMs)
  }
  await shop.drain()
  expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 1 })
  expect(await shop.run(watched.runId)).toMatchObject({ state: 'done', attempt: 2 })
})

test('runs that were in flight when the breaker opened are stragglers, not failed probes', async () => {
  const shop = await workshop()
  await down(shop, 100)
  for (let tasks = 0; tasks < 8; tasks += 1) await shop.add()
  const before = shop.clock.now()
  await shop.drain({ concurrency: 8 })
  const [pause] = await shop.store.pauses.list()
  expect(pause).toMatchObject({ state: 'open', openedCount: 1 })
  expect((pause?.nextProbeMs ?? 0) - before).toBeLessThanOrEqual(MINUTE_MS + 5000)
})

test('one run at a time probes', async () => {
  const shop = await workshop()
  await down(shop, 3 * TRIES)
  await shop.add()
  await shop.add()
  await shop.add()
  await shop.drain()
  await shop.clock.advance(MINUTE_MS)
  const probed = await shop.drain({ concurrency: 3 })
  // The first attempt of the watched run is due again or not; whichever probes, it is one run, one call.
  expect(probed.runIds).toHaveLength(1)
  expect(await shop.store.pauses.list()).toMatchObject([{ state: 'open', openedCount: 2 }])
})

test('a probe that needs no model, or is refused for its own fault, does not keep the others waiting', async () => {
  const shop = await workshop()
  await down(shop, 2 * TRIES)
  await shop.add()
  await shop.add()
  await shop.drain()
  await shop.add({ brief: '', priority: 'Rush' })
  await shop.fault({ type: 'status', status: 400 }, { kind: 'generate', bodyIncludes: 'High one' })
  await shop.add({ title: 'High one', priority: 'High' })
  await shop.clock.advance(70_000)
  await shop.drain()
  expect(await shop.store.runs.countByState()).toEqual({ done: 2, failed_final: 2 })
  expect(await shop.store.pauses.list()).toEqual([])
})

test.each([
  { what: 'a bad key', key: 'sk-invalid-000000000000' },
  { what: 'no quota', key: 'sk-sandbox-noquota' },
])('$what pauses the service: no attempt used, tried again every 5 minutes', async ({ key }) => {
  const shop = await workshop({ key })
  const { runId } = await shop.add()
  await shop.add()
  for (let round = 0; round < 3; round += 1) {
    const { runIds } = await shop.drain()
    expect(runIds).toHaveLength(1)
    expect((await shop.drain()).runIds).toEqual([])
    await shop.clock.advance(5 * MINUTE_MS - 1)
    expect((await shop.drain()).runIds).toEqual([])
    await shop.clock.advance(1)
  }
  const waiting = await shop.run(runId)
  expect(waiting.state).toBe('queued')
  expect(waiting.attempt).toBeLessThanOrEqual(1)
  expect(await shop.store.runs.countByState()).toEqual({ queued: 2 })
  expect(await shop.store.pauses.list()).toMatchObject([{ state: 'open', cause: 'credential' }])
  expect((await shop.server.ledger()).totals.calls).toBe(0)
})

test('another key is simply not paused, and the pause of the old one is forgotten', async () => {
  const shop = await workshop({ key: 'sk-invalid-000000000000' })
  await shop.add()
  await shop.add()
  await shop.drain()
  const worse = shop.hire({ key: 'sk-invalid-111111111111' })
  expect((await worse.drain()).runIds).toHaveLength(1)
  expect(await shop.store.pauses.list()).toMatchObject([
    { credential: worse.context.models.judge.credential },
  ])
  const better = shop.hire({ key: SECOND_KEY })
  await better.drain({ concurrency: 2 })
  expect(await shop.store.runs.countByState()).toEqual({ done: 2 })
  expect(await shop.store.pauses.list()).toEqual([])
})
