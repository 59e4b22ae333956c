import { expect, test } from 'vitest'
import { armedFaults } from '../sandbox/support/wire.ts'
import { expectAtRest } from '../support/books.ts'
import { briefThat } from '../support/tasks.ts'
import { workshop } from '../support/workshop.ts'

const TIMEOUT_MS = 300_000

test.each([
  { what: '429', action: { type: 'status', status: 429 }, booked: 'unbilled', billed: false },
  { what: '500', action: { type: 'status', status: 500 }, booked: 'unknown', billed: false },
  { what: '502, from a gateway', action: { type: 'status', status: 502 }, booked: 'unknown', billed: false },
  { what: '503, overloaded', action: { type: 'status', status: 503 }, booked: 'unbilled', billed: false },
  {
    what: '503 without a word',
    action: { type: 'status', status: 503, body: {} },
    booked: 'unknown',
    billed: false,
  },
  { what: '504, from a gateway', action: { type: 'status', status: 504 }, booked: 'unknown', billed: false },
  { what: '529, overloaded', action: { type: 'status', status: 529 }, booked: 'unbilled', billed: false },
  {
    what: 'a plain-text error',
    action: { type: 'plain-error', status: 500 },
    booked: 'unknown',
    billed: false,
  },
  { what: 'a cut before the effect', action: { type: 'cut' }, booked: 'unknown', billed: false },
  { what: 'a lost answer', action: { type: 'lose-answer' }, booked: 'unknown', billed: true },
  { what: 'half an answer', action: { type: 'cut-body' }, booked: 'unknown', billed: true },
  { what: 'a page instead of JSON', action: { type: 'garbage' }, booked: 'unknown', billed: false },
])('$what passes by itself within the attempt, and the try is booked as $booked', async row => {
  const shop = await workshop()
  await shop.fault(row.action)
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'done', score: 95 })
  expect((await shop.run(runId)).attempt).toBe(1)
  const calls = await shop.calls(runId)
  expect(calls.map(call => `${call.stage} ${call.certainty}`).toSorted()).toEqual(
    ['generate metered', `generate ${row.booked}`, 'judge metered'].toSorted(),
  )
  const failed = calls.find(call => call.certainty === row.booked)
  expect(failed?.error).not.toBeNull()
  expect(failed?.costNano).toBe(row.booked === 'unknown' ? failed?.reservedNano : 0)
  const ledger = await shop.server.ledger()
  const metered = calls.filter(call => call.certainty === 'metered')
  const sure = metered.reduce((sum, call) => sum + call.costNano, 0)
  expect(ledger.totals.calls).toBe(row.billed ? 3 : 2)
  // What may have been billed is never booked under what was.
  const booked = calls.reduce((sum, call) => sum + call.costNano, 0)
  expect(booked).toBeGreaterThanOrEqual(ledger.totals.cost_nano_usd)
  expect(row.billed ? sure < ledger.totals.cost_nano_usd : sure === ledger.totals.cost_nano_usd).toBe(true)
  expectAtRest(shop.storeFile)
})

test('a short Retry-After is waited for within the call', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'status', status: 429, headers: { 'retry-after': '7' } })
  const { taskId } = await shop.add()
  await shop.drain()
  expect(shop.clock.slept).toEqual([7000])
  expect((await shop.task(taskId)).state).toBe('done')
})

test('a long Retry-After frees the run at once and is kept by the schedule', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'status', status: 429, headers: { 'retry-after': '120' } })
  const { runId } = await shop.add()
  const before = shop.clock.now()
  await shop.drain()
  expect(shop.clock.slept).toEqual([])
  const run = await shop.run(runId)
  expect(run).toMatchObject({ state: 'retrying', errorClass: 'throttled', notBeforeMs: before + 120_000 })
  await shop.clock.advance(119_999)
  await shop.drain()
  expect((await shop.run(runId)).state).toBe('retrying')
  await shop.clock.advance(1)
  await shop.drain()
  expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 2 })
})

test('a call that hangs is given up at the deadline, under a lease that was kept alive', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'hang' })
  const { runId } = await shop.add()
  const drained = shop.drain()
  await expect.poll(async () => armedFaults(shop.server.url)).toBe(0)
  const begun = shop.clock.now()
  await shop.clock.advance(TIMEOUT_MS - 1)
  const working = await shop.run(runId)
  expect(working.state).toBe('generating')
  expect(working.leaseUntilMs).toBeGreaterThan(begun + TIMEOUT_MS)
  await shop.clock.advance(1)
  await drained
  expect((await shop.run(runId)).state).toBe('done')
  const hung = (await shop.calls(runId)).filter(call => call.certainty === 'unknown')
  expect(hung).toMatchObject([{ stage: 'generate', error: 'no answer within 300 s' }])
  expect(hung[0]?.costNano).toBe(hung[0]?.reservedNano)
  expectAtRest(shop.storeFile)
})

test('an answer without usage is booked at its reservation, as unmetered', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'no-usage' }, { kind: 'generate' })
  const { taskId, runId } = await shop.add()
  await shop.drain()
  const calls = await shop.calls(runId)
  const unmetered = calls.filter(call => call.certainty === 'unmetered')
  expect(unmetered).toMatchObject([{ stage: 'generate', usage: null, error: null }])
  expect(unmetered[0]?.costNano).toBe(unmetered[0]?.reservedNano)
  const receipt = await shop.store.receipts.get(runId)
  expect(receipt?.core.totals.uncertainNano).toBe(unmetered[0]?.reservedNano)
  expect((await shop.task(taskId)).state).toBe('done')
  expectAtRest(shop.storeFile)
})

test('a prompt that the model cannot take in is permanent: one call, nothing billed, no second attempt', async () => {
  const shop = await workshop({ settings: { budget: { task_usd: 0 } } })
  const { taskId, runId } = await shop.add({
    brief: `${briefThat()} ${'long winter evening '.repeat(35_000)}`,
  })
  await shop.drain()
  const task = await shop.task(taskId)
  expect(task.state).toBe('failed_final')
  expect(task.reason).toContain('maximum context length')
  expect(await shop.run(runId)).toMatchObject({ errorClass: 'permanent', attempt: 1 })
  expect(await shop.calls(runId)).toMatchObject([{ certainty: 'unbilled', costNano: 0 }])
  expect((await shop.server.ledger()).totals.calls).toBe(0)
  expectAtRest(shop.storeFile)
})

test('a brief of few tokens in many bytes is not taken for one that is too long', async () => {
  const shop = await workshop({ settings: { models: { 'gpt-4o': { context_tokens: 4_096 } } } })
  const { taskId, runId } = await shop.add({ brief: `${briefThat('score=95')}\n${'-'.repeat(40_000)}` })
  await shop.drain()
  expect((await shop.calls(runId)).length).toBeGreaterThan(0)
  expect((await shop.task(taskId)).reason).not.toContain('too long')
})

test('a brief that is certainly too long is refused before any call', async () => {
  const shop = await workshop()
  const { taskId, runId } = await shop.add({ brief: 'long winter evening '.repeat(90_000) })
  await shop.drain()
  expect((await shop.task(taskId)).reason).toContain('too long')
  expect(await shop.run(runId)).toMatchObject({ state: 'failed_final', errorClass: 'data' })
  expect(await shop.calls(runId)).toEqual([])
})

test.each(['broken-json', 'schema'])('a verdict of the malformed kind %s is asked for again', async as => {
  const shop = await workshop()
  await shop.fault({ type: 'malformed-verdict', as }, { kind: 'judge' }, 2)
  const { taskId, runId } = await shop.add()
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'done', score: 95 })
  const [output] = await shop.outputs(runId)
  expect(output?.judgements.map(judgement => judgement.score)).toEqual([null, null, 95])
  expect(output?.judgements[0]?.flaw).not.toBeNull()
})
