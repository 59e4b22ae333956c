import { expect, test } from 'vitest'
import { findModel } from '../../src/domain/model-catalog.ts'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { briefThat } from '../support/tasks.ts'
import { bodyOf } from '../support/held-fetch.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Room for one draft's reservation (about 4.2 cents), not for another one beside what the first has spent. */
const ONE_DRAFT_USD = 0.043

test.each([
  { cap: 'task_usd', usd: 0.01, scope: 'task' },
  { cap: 'client_month_usd', usd: 0.01, scope: 'client month' },
  { cap: 'day_usd', usd: 0.01, scope: 'day' },
  { cap: 'month_usd', usd: 0.01, scope: 'month' },
])('$cap holds before the call, and lets go when it is raised', async ({ cap, usd, scope }) => {
  const shop = await workshop({ settings: { budget: { [cap]: usd } } })
  const { taskId, runId } = await shop.add({ client: 'Acme' })
  await shop.drain()
  const held = await shop.task(taskId)
  expect(held).toMatchObject({ state: 'held', costNano: 0 })
  expect(held.reason).toContain(`the ${scope} cap of $0.010000`)
  expect(held.reason).toContain(`budget.${cap}`)
  expect(await shop.calls(runId)).toEqual([])
  expect((await shop.drain()).runIds).toEqual([])

  const richer = shop.hire({ settings: { budget: { [cap]: 1 } } })
  await richer.drain()
  expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 1, reason: 'scored 95, needed 80' })
  expectAtRest(shop.storeFile)
})

test.each([
  { cap: 'day_usd', waitMs: 12 * HOUR_MS },
  { cap: 'month_usd', waitMs: 5 * DAY_MS + 12 * HOUR_MS },
  { cap: 'client_month_usd', waitMs: 5 * DAY_MS + 12 * HOUR_MS },
])('$cap frees by itself when its period is over, and not before', async ({ cap, waitMs }) => {
  const shop = await workshop({ settings: { budget: { [cap]: ONE_DRAFT_USD } } })
  await shop.add({ client: 'Acme' })
  await shop.drain()
  const { taskId } = await shop.add({ client: 'Acme' })
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('held')
  await shop.clock.advance(waitMs - 1)
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('held')
  await shop.clock.advance(1)
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('done')
  expectAtRest(shop.storeFile)
})

test('a cap of one client holds none of another, nor a task without a client', async () => {
  const shop = await workshop({ settings: { budget: { client_month_usd: ONE_DRAFT_USD } } })
  await shop.add({ client: 'Acme' })
  await shop.drain()
  const acme = await shop.add({ client: 'Acme' })
  const other = await shop.add({ client: 'Bolt' })
  const nobody = await shop.add()
  await shop.drain()
  const states = await Promise.all(
    [acme, other, nobody].map(async ({ runId }) => (await shop.run(runId)).state),
  )
  expect(states).toEqual(['held', 'done', 'done'])
})

test('the runs of one task add up under its cap', async () => {
  const shop = await workshop({ settings: { budget: { task_usd: ONE_DRAFT_USD } } })
  const { taskId } = await shop.add()
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('done')
  const runId = await shop.retry(taskId)
  await shop.drain()
  expect((await shop.run(runId)).state).toBe('held')
})

test('reservations of runs side by side never break a cap together, however they fall', async () => {
  const capUsd = 0.1
  const shop = await workshop({ settings: { budget: { day_usd: capUsd } } })
  for (let tasks = 0; tasks < 6; tasks += 1) await shop.add()
  const peaks: number[] = []
  const watched = shop.hire({
    fetch: async (input, init) => {
      const [day] = rowsOf<{ nano: number }>(shop.storeFile, `SELECT nano FROM spend WHERE scope = 'day'`)
      peaks.push(day?.nano ?? 0)
      return fetch(input, init)
    },
  })
  for (let drains = 0; drains < 6; drains += 1) await watched.drain({ concurrency: 6 })
  expect(Math.max(...peaks)).toBeLessThanOrEqual(capUsd * 1e9)
  expect(await shop.store.runs.countByState()).toEqual({ done: 6 })
  expectAtRest(shop.storeFile)
})

test('the velocity breaker holds a task that is started over and over, for an hour', async () => {
  const shop = await workshop({ settings: { budget: { runs_per_task_hour: 2 } } })
  const { taskId } = await shop.add()
  await shop.drain()
  await shop.retry(taskId)
  await shop.drain()
  const third = await shop.retry(taskId)
  await shop.clock.advance(1)
  await shop.drain()
  expect(await shop.run(third)).toMatchObject({ state: 'held', attempt: 1 })
  expect((await shop.task(taskId)).reason).toContain('budget.runs_per_task_hour')
  await shop.clock.advance(HOUR_MS - 1)
  await shop.drain()
  expect((await shop.run(third)).state).toBe('held')
  await shop.clock.advance(1)
  await shop.drain()
  expect((await shop.run(third)).state).toBe('done')
})

/** A compatible server that sells the stand-in's model under a name of its own. */
function selling(name: string): typeof globalThis.fetch {
  return async (input, init) => {
    const asked = bodyOf(init)
    const answer = await fetch(input, {
      ...init,
      body: asked.replace(`"model":"${name}"`, '"model":"gpt-4o"'),
    })
    const told = (await answer.text()).replace('"model":"gpt-4o-2024-08-06"', `"model":"${name}"`)
    return new Response(told, answer)
  }
}

async function withModel(name: string, models: Record<string, unknown>): Promise<Workshop> {
  expect(findModel(name)).toBeNull()
  return workshop({ fetch: selling(name), settings: { generate: { model: name }, models } })
}

test('a model nobody has a price for is booked at the dearest known one, and says so', async () => {
  const shop = await withModel('house-model', {})
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect((await shop.task(taskId)).state).toBe('done')
  const draft = (await shop.calls(runId)).find(call => call.stage === 'generate')
  const ledger = await shop.server.ledger()
  const sold = ledger.rows.find(row => row.kind === 'generate')?.cost_nano_usd ?? Number.NaN
  expect(draft).toMatchObject({ model: 'house-model', certainty: 'metered', priceBasis: 'unpriced' })
  expect(draft?.costNano).toBeGreaterThanOrEqual(sold)
  const receipt = await shop.store.receipts.get(runId)
  expect(receipt?.core.totals.unpricedNano).toBe(draft?.costNano)
})

test('a model that is free costs nothing, with or without usage, and needs no room under a cap', async () => {
  const shop = await withModel('house-model', { 'house-model': { free: true } })
  const full = shop.hire({
    fetch: selling('house-model'),
    settings: {
      generate: { model: 'house-model' },
      models: { 'house-model': { free: true }, 'gpt-4o-mini': { free: true } },
      budget: { task_usd: 0.000001 },
    },
  })
  const { taskId, runId } = await shop.add({ brief: briefThat('no-usage', 'score=95') })
  await full.drain()
  expect((await shop.task(taskId)).state).toBe('done')
  for (const call of await shop.calls(runId)) {
    expect(call).toMatchObject({ certainty: 'metered', costNano: 0, reservedNano: 0, priceBasis: 'free' })
  }
  expectAtRest(shop.storeFile)
})

test.each([
  { tier: 'flex', times: 1 },
  { tier: 'auto', times: 2 },
  { tier: 'priority', times: 2 },
])('what is reserved for $tier is enough for every tier it may be served at', async ({ tier, times }) => {
  const reserved = async (openai: Record<string, unknown>): Promise<number> => {
    const shop = await workshop({ settings: { openai, generate: { model: 'gpt-6-luna' } } })
    const { runId } = await shop.add()
    await shop.drain()
    const draft = (await shop.calls(runId)).find(call => call.stage === 'generate')
    return draft?.reservedNano ?? Number.NaN
  }
  expect(await reserved({ service_tier: tier })).toBe(times * (await reserved({})))
})

test('the price of the tier that was served is booked, not that of the one that was asked for', async () => {
  const shop = await workshop({
    settings: {
      generate: { model: 'gpt-6-luna' },
      openai: { service_tier: 'flex' },
      judge: { model: 'gpt-6-luna' },
    },
    fetch: async (input, init) => {
      const answer = await fetch(input, init)
      const text = (await answer.text()).replace('"service_tier":"flex"', '"service_tier":"default"')
      return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json' } })
    },
  })
  const { runId } = await shop.add()
  await shop.drain()
  const flex = (await shop.server.ledger()).totals.cost_nano_usd
  const calls = await shop.calls(runId)
  expect(calls.every(call => call.serviceTier === 'default' && call.certainty === 'metered')).toBe(true)
  const booked = calls.reduce((sum, call) => sum + call.costNano, 0)
  // Flex is half price (rounded per call).
  expect(Math.abs(booked - 2 * flex)).toBeLessThanOrEqual(calls.length * 2)
})
