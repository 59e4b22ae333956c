/** One run never blocks the others, and a service that is down, refused or set up wrong costs next to nothing. */
import { expect, test } from 'vitest'
import { SECOND_KEY } from '../../src/sandbox/openai/identity.ts'
import { stageServices } from '../../src/pipeline/rules.ts'
import { expectAtRest } from '../support/books.ts'
import type { TaskRequest } from '../../src/store/tasks.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const MINUTE_MS = 60_000
const CALLS = { path: '/v1/chat/completions' }
const ALWAYS = 10_000
const TOO_LARGE =
  'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 34238. The input or output tokens must be reduced in order to run successfully.'

/** Calls of a model that were sent, answered or not. */
async function callsOf(shop: Workshop, ...runIds: readonly string[]): Promise<number> {
  const calls = await Promise.all(runIds.map(async runId => shop.calls(runId)))
  return calls.flat().length
}

/** Adds a task that is younger than all before it: its run is taken after theirs. */
async function addNext(
  shop: Workshop,
  changes: Partial<TaskRequest> = {},
): Promise<{ taskId: string; runId: string }> {
  await shop.clock.advance(1)
  return shop.add(changes)
}

/** As a timer does: a drain every quarter of an hour, for a day. */
async function aDay(shop: Workshop): Promise<void> {
  for (let quarter = 0; quarter < 96; quarter += 1) {
    await shop.drain()
    await shop.clock.advance(15 * MINUTE_MS)
  }
}

async function statesOf(shop: Workshop, runIds: readonly string[]): Promise<unknown[]> {
  return Promise.all(runIds.map(async runId => (await shop.run(runId)).state))
}

test.each([
  { what: 'a 503', action: { type: 'status', status: 503 } },
  { what: 'a 403', action: { type: 'status', status: 403 } },
  { what: 'a 429', action: { type: 'status', status: 429 } },
  { what: 'a 404', action: { type: 'status', status: 404 } },
  { what: 'a cut connection, which may be billed', action: { type: 'cut' } },
])(
  'two runs that always get $what, and three good ones added later: those are done, the two fail for good',
  async ({ action }) => {
    const shop = await workshop()
    await shop.fault(action, { ...CALLS, bodyIncludes: 'Bad' }, ALWAYS)
    const bad = [await addNext(shop, { title: 'Bad one' }), await addNext(shop, { title: 'Bad two' })]
    await shop.drain()
    await shop.clock.advance(MINUTE_MS)
    const good = [await addNext(shop), await addNext(shop), await addNext(shop)].map(({ runId }) => runId)
    for (let minutes = 0; minutes < 15; minutes += 1) {
      await shop.drain()
      await shop.clock.advance(MINUTE_MS)
    }
    expect(await statesOf(shop, good)).toEqual(['done', 'done', 'done'])
    await aDay(shop)
    for (const { runId } of bad) {
      expect(await shop.run(runId)).toMatchObject({ state: 'failed_final', attempt: 4 })
      expect(await callsOf(shop, runId)).toBeLessThanOrEqual(20)
    }
    expect(await shop.store.pauses.list()).toEqual([])
    expectAtRest(shop.storeFile)
  },
)

test('runs that always fail in ways of their own, with no good one beside them, end too', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'status', status: 403 }, { ...CALLS, bodyIncludes: 'Bad one' }, ALWAYS)
  await shop.fault({ type: 'status', status: 503 }, { ...CALLS, bodyIncludes: 'Bad two' }, ALWAYS)
  const bad = [await addNext(shop, { title: 'Bad one' }), await addNext(shop, { title: 'Bad two' })]
  await aDay(shop)
  expect(
    await statesOf(
      shop,
      bad.map(({ runId }) => runId),
    ),
  ).toEqual(['failed_final', 'failed_final'])
})

test('a request above the account’s own limit is permanent: one call, and nobody waits', async () => {
  const shop = await workshop()
  const error = { message: TOO_LARGE, type: 'tokens', param: null, code: 'rate_limit_exceeded' }
  const action = { type: 'status', status: 429, body: { error } }
  await shop.fault(action, { ...CALLS, bodyIncludes: 'Large' }, ALWAYS)
  const large = [await addNext(shop, { title: 'Large one' }), await addNext(shop, { title: 'Large two' })]
  const small = await addNext(shop)
  await shop.drain()
  for (const { runId, taskId } of large) {
    expect(await shop.run(runId)).toMatchObject({
      state: 'failed_final',
      errorClass: 'permanent',
      attempt: 1,
    })
    expect((await shop.task(taskId)).reason).toMatch(/Requested 34238.*\(shorten the brief, /)
    expect(await callsOf(shop, runId)).toBe(1)
  }
  expect((await shop.run(small.runId)).state).toBe('done')
})

test('a service that is down for a day: nobody’s attempt, and no more than three calls a run that may be billed', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'cut' }, CALLS, ALWAYS)
  const runs = [await addNext(shop), await addNext(shop), await addNext(shop)].map(({ runId }) => runId)
  await aDay(shop)
  for (const runId of runs) {
    // Three tries where the run is not a probe, for each of four attempts; and three probes.
    expect(await callsOf(shop, runId)).toBeLessThanOrEqual(4 * 3 + 3)
  }
  const unbilled = await workshop()
  await unbilled.fault({ type: 'status', status: 503 }, CALLS, ALWAYS)
  const waiting = [await addNext(unbilled), await addNext(unbilled), await addNext(unbilled)]
  await aDay(unbilled)
  for (const { runId } of waiting) {
    const run = await unbilled.run(runId)
    expect(run.attempt).toBeLessThanOrEqual(2)
    expect(['queued', 'retrying']).toContain(run.state)
  }
})

test('probes go round: each ready run is tried before one is tried again', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'status', status: 503 }, CALLS, ALWAYS)
  for (let runs = 0; runs < 4; runs += 1) await addNext(shop)
  await shop.drain()
  const probes: string[] = []
  for (let rounds = 0; rounds < 8; rounds += 1) {
    await shop.clock.advance(15 * MINUTE_MS)
    probes.push(...(await shop.drain()).runIds)
  }
  expect(probes).toHaveLength(8)
  expect(new Set(probes.slice(0, 4)).size).toBe(4)
  expect(probes.slice(4)).toEqual(probes.slice(0, 4))
})

test('two keys on one host, both refused, are two pauses: a drain ends after a call of each', async () => {
  // The same model too: nothing but the key tells the two.
  const shop = await workshop({ settings: { judge: { model: 'gpt-4o' } } })
  const [first] = [await addNext(shop), await addNext(shop)]
  await shop.drain({ stages: ['generate'], limit: 1 })
  expect((await shop.run(first.runId)).state).toBe('generated')
  let sent = 0
  const fetch = async (...call: Parameters<typeof globalThis.fetch>): Promise<Response> => {
    sent += 1
    return globalThis.fetch(...call)
  }
  const refused = shop.hire({ key: 'sk-invalid-1111111111', judgeKey: 'sk-invalid-2222222222', fetch })
  await refused.drain()
  expect(await shop.store.pauses.list()).toMatchObject([
    { cause: 'credential', model: 'gpt-4o' },
    { cause: 'credential', model: 'gpt-4o' },
  ])
  await refused.drain({ concurrency: 4 })
  expect(sent).toBe(2)
})

test('the judge’s key is refused: drafts are still bought, and judged when another key is set', async () => {
  const shop = await workshop({ judgeKey: 'sk-invalid-2222222222' })
  const runs = [await addNext(shop), await addNext(shop)].map(({ runId }) => runId)
  await shop.drain()
  expect(await statesOf(shop, runs)).toEqual(['generated', 'generated'])
  await shop.hire({ judgeKey: SECOND_KEY }).drain()
  expect(await statesOf(shop, runs)).toEqual(['done', 'done'])
  expect(await shop.store.pauses.list()).toEqual([])
})

test.each([
  { what: 'a wrong address', path: '', says: /lacks its end: most services are at http.*\/v1$/ },
  { what: 'another wrong address', path: '/api/v1', says: /^check openai\.base_url .* at http.*\/api\/v1$/ },
])(
  '$what (404) pauses the service: no attempt used, nothing final, said what to set',
  async ({ path, says }) => {
    const shop = await workshop()
    const wrong = shop.hire({ settings: { openai: { base_url: `${shop.server.url}${path}` } } })
    const runs: string[] = []
    for (let tasks = 0; tasks < 5; tasks += 1) runs.push((await addNext(shop)).runId)
    await wrong.drain({ concurrency: 4 })
    expect(new Set(await statesOf(shop, runs))).toEqual(new Set(['queued']))
    const [pause] = await shop.store.pauses.list()
    expect(pause).toMatchObject({ cause: 'credential', reason: expect.stringContaining('404') as unknown })
    expect(pause?.hint).toMatch(says)
    expect((await shop.store.runs.countByState()).queued).toBe(5)
    // Mended: another address is another use, and goes on at once.
    await shop.drain({ concurrency: 4 })
    expect(await shop.store.runs.countByState()).toEqual({ done: 5 })
    expect((await shop.run(runs[0] ?? '')).attempt).toBe(1)
  },
)

test('a model that is not there pauses the work that asks it, and no other', async () => {
  const settings = { types: { Research: { model: 'gpt-nowhere' } } }
  const shop = await workshop({ settings })
  const lost = await addNext(shop, { type: 'Research' })
  const more = await addNext(shop, { type: 'Research' })
  const good = [await addNext(shop), await addNext(shop)]
  await shop.drain()
  expect(
    await statesOf(
      shop,
      [...good, lost, more].map(({ runId }) => runId),
    ),
  ).toEqual(['done', 'done', 'queued', 'queued'])
  expect(await shop.store.pauses.list()).toMatchObject([
    {
      model: 'gpt-nowhere',
      hint: expect.stringMatching(/^the service has no model gpt-nowhere: /) as unknown,
    },
  ])
  expect(await callsOf(shop, lost.runId, more.runId)).toBe(1)
  await shop.hire({ settings: { types: { Research: { model: 'gpt-4o' } } } }).drain()
  expect(await shop.store.runs.countByState()).toEqual({ done: 4 })
  expect(await shop.store.pauses.list()).toEqual([])
})

test('a judge’s model that is not there keeps the drafts: nothing is final, none is bought twice', async () => {
  const shop = await workshop({ settings: { judge: { model: 'gpt-nowhere' } } })
  const runs = [await addNext(shop), await addNext(shop)].map(({ runId }) => runId)
  await shop.drain()
  await shop.clock.advance(6 * MINUTE_MS)
  await shop.drain()
  expect(await statesOf(shop, runs)).toEqual(['generated', 'generated'])
  await shop.hire({ settings: { judge: { model: 'gpt-4o-mini' } } }).drain()
  expect(await statesOf(shop, runs)).toEqual(['done', 'done'])
  const { rows } = await shop.server.ledger()
  expect(rows.filter(row => row.kind === 'generate')).toHaveLength(2)
})

test('a probe is one call, with no quick retries', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'status', status: 503 }, CALLS, ALWAYS)
  await addNext(shop)
  await addNext(shop)
  const third = await addNext(shop)
  await shop.drain()
  await shop.clock.advance(MINUTE_MS)
  await shop.drain()
  expect(await callsOf(shop, third.runId)).toBe(1)
})

test('a probe whose process dies hands its turn on, to another run', async () => {
  const shop = await workshop({ key: 'sk-invalid-000000000000' })
  await addNext(shop)
  const second = await addNext(shop)
  await shop.drain()
  await shop.clock.advance(5 * MINUTE_MS)
  const doomed = shop.hire({ name: 'doomed' })
  const probe = await doomed.store.claims.claim({
    stages: stageServices(doomed.context, ['generate']),
    runIds: null,
    taskId: null,
  })
  expect(probe).toMatchObject({ isProbe: true, run: { id: second.runId } })
  shop.machine.kill('doomed')
  expect((await shop.drain()).runIds).toHaveLength(1)
  expect((await shop.drain()).runIds).toEqual([])
})

test('a probe that is cancelled hands its turn on', async () => {
  const shop = await workshop({ key: 'sk-invalid-000000000000' })
  await addNext(shop)
  const second = await addNext(shop)
  await shop.drain()
  await shop.clock.advance(5 * MINUTE_MS)
  const request = { stages: stageServices(shop.context, ['generate']), runIds: null, taskId: null }
  expect((await shop.store.claims.claim(request))?.run.id).toBe(second.runId)
  await shop.store.decisions.cancel(second.taskId, 'tester')
  expect((await shop.drain()).runIds).toHaveLength(1)
})
