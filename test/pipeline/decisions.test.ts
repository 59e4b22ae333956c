import { expect, test } from 'vitest'
import { drain } from '../../src/pipeline/drain.ts'
import { newRun } from '../../src/pipeline/tasks.ts'
import { keysOf } from '../../src/domain/keys-of.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { LEASE_MS, LEASE_RENEWAL_MS } from '../../src/kernel/lease.ts'
import type { RunState, Stage } from '../../src/domain/run-state.ts'
import { TASK_TYPES } from '../../src/domain/task-type.ts'
import type { Decided } from '../../src/store/decisions.ts'
import { dumpStore, expectAtRest, expectSpendAddsUp } from '../support/books.ts'
import { heldFetch } from '../support/held-fetch.ts'
import { briefThat, TESTER } from '../support/tasks.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const WHOLE = { stages: ['generate', 'judge', 'revise'], limit: 1, concurrency: 1 } as const

async function claimed(shop: Workshop, stage: Stage): Promise<void> {
  const service = { stage, types: TASK_TYPES, service: 'x', credential: 'y', model: 'z' }
  expect(await shop.store.claims.claim({ stages: [service], runIds: null, taskId: null })).not.toBeNull()
}

/** How a task gets into each state: by the ways of the product, not by writing the state. */
const INTO: Record<RunState, (shop: Workshop) => Promise<string>> = {
  queued: async shop => (await shop.add()).taskId,
  generating: async shop => {
    const { taskId } = await shop.add()
    await claimed(shop, 'generate')
    return taskId
  },
  generated: async shop => {
    const { taskId } = await shop.add()
    await shop.drain({ stages: ['generate'] })
    return taskId
  },
  judging: async shop => {
    const taskId = await INTO.generated(shop)
    await claimed(shop, 'judge')
    return taskId
  },
  revising: async shop => {
    const { taskId } = await shop.add({ brief: briefThat('score=60') })
    await shop.drain({ stages: ['generate', 'judge'] })
    await claimed(shop, 'revise')
    return taskId
  },
  waiting_human: async shop => {
    const { taskId } = await shop.add({ brief: briefThat('score=60') })
    await shop.drain()
    return taskId
  },
  held: async shop => {
    const { taskId } = await shop.add()
    await shop.hire({ settings: { budget: { task_usd: 0.000001 } } }).drain()
    return taskId
  },
  retrying: async shop => {
    const { taskId } = await shop.add()
    await shop.fault({ type: 'status', status: 500 }, { kind: 'generate' }, 3)
    await shop.drain()
    return taskId
  },
  done: async shop => {
    const { taskId } = await shop.add()
    await shop.drain()
    return taskId
  },
  failed_final: async shop => {
    const { taskId } = await shop.add({ brief: briefThat('refuse') })
    await shop.drain()
    return taskId
  },
  cancelled: async shop => {
    const { taskId } = await shop.add()
    await shop.store.decisions.cancel(taskId, 'tester')
    return taskId
  },
}

const VERBS: Record<string, (shop: Workshop, taskId: string) => Promise<Decided>> = {
  approve: async (shop, taskId) => shop.store.decisions.approve(taskId, 'tester'),
  return: async (shop, taskId) => shop.store.decisions.returnTask(taskId, 'shorter', 'tester'),
  cancel: async (shop, taskId) => shop.store.decisions.cancel(taskId, 'tester'),
  retry: async (shop, taskId) => {
    const run = newRun(shop.context.settings, await shop.task(taskId), 'retry', TESTER)
    return shop.store.decisions.retry(taskId, run)
  },
}

const OPEN = ['queued', 'generating', 'generated', 'judging', 'revising', 'held'] as const

/** What each verb makes of each state; what is not named is refused. */
const ALLOWED: readonly { readonly verb: string; readonly state: RunState; readonly becomes: RunState }[] = [
  { verb: 'approve', state: 'waiting_human', becomes: 'done' },
  { verb: 'return', state: 'waiting_human', becomes: 'generated' },
  ...[...OPEN, 'waiting_human' as const, 'retrying' as const].map(state => ({
    verb: 'cancel',
    state,
    becomes: 'cancelled' as const,
  })),
  { verb: 'retry', state: 'retrying', becomes: 'retrying' },
  { verb: 'retry', state: 'done', becomes: 'queued' },
  { verb: 'retry', state: 'failed_final', becomes: 'queued' },
  { verb: 'retry', state: 'cancelled', becomes: 'queued' },
]

const REFUSED = Object.keys(VERBS)
  .flatMap(verb => keysOf(INTO).map(state => ({ verb, state })))
  .filter(({ verb, state }) => !ALLOWED.some(row => row.verb === verb && row.state === state))

test.each(ALLOWED)('$verb of a task that is $state makes it $becomes', async ({ verb, state, becomes }) => {
  const shop = await workshop()
  const taskId = await INTO[state](shop)
  expect((await shop.task(taskId)).state).toBe(state)
  await shop.clock.advance(1000)
  const decided = await VERBS[verb]?.(shop, taskId)
  const after = await shop.task(taskId)
  expect(decided).toEqual({ kind: 'decided', runId: after.runId, state: becomes })
  expect(after.state).toBe(becomes)
  expect(after.runNumber).toBe(becomes === 'queued' ? 2 : 1)
})

test.each(REFUSED)(
  '$verb of a task that is $state is refused and changes nothing',
  async ({ verb, state }) => {
    const shop = await workshop()
    const taskId = await INTO[state](shop)
    await shop.clock.advance(1000)
    const before = dumpStore(shop.storeFile)
    const decided = await VERBS[verb]?.(shop, taskId)
    expect(decided).toMatchObject({ kind: 'refused', state })
    expect(dumpStore(shop.storeFile)).toEqual(before)
  },
)

test('a returned work is revised by the note, judged, and has its revisions anew', async () => {
  const shop = await workshop()
  const { taskId, runId } = await shop.add({ brief: briefThat('score=60') })
  await shop.drain()
  await shop.store.decisions.returnTask(taskId, 'mention the coffee', 'tester')
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'waiting_human', score: 60 })
  const outputs = await shop.outputs(runId)
  expect(outputs.map(output => output.stage)).toEqual(['generate', 'revise', 'revise', 'revise'])
  expect(outputs[1]?.decision).toMatchObject({ kind: 'return', note: 'mention the coffee' })
  expect((await shop.run(runId)).attempt).toBe(2)
  await shop.store.decisions.approve(taskId, 'tester')
  expect(await shop.task(taskId)).toMatchObject({
    state: 'done',
    score: 60,
    reason: 'approved by the operator',
  })
  const receipt = await shop.store.receipts.get(runId)
  expect(receipt?.core.decisions.map(decision => decision.kind)).toEqual(['return', 'approve'])
  expect(receipt?.seal?.intact).toBe(true)
  expectAtRest(shop.storeFile)
})

test('a retry of a run that waits for its next attempt makes it due now', async () => {
  const shop = await workshop()
  const taskId = await INTO.retrying(shop)
  expect((await shop.drain()).runIds).toEqual([])
  await shop.retry(taskId)
  await shop.drain()
  expect(await shop.task(taskId)).toMatchObject({ state: 'done', runNumber: 1 })
})

test('cancelled while the model answers: the answer is thrown away, what it cost is booked', async () => {
  const held = heldFetch()
  const shop = await workshop({ fetch: held.fetch })
  const { taskId, runId } = await shop.add()
  const drained = shop.drain()
  await held.arrived
  await shop.store.decisions.cancel(taskId, 'tester')
  const sealed = await shop.store.receipts.get(runId)
  held.release()
  expect(await drained).toMatchObject({ runIds: [runId], failed: [] })
  expect(await shop.task(taskId)).toMatchObject({ state: 'cancelled' })
  expect(await shop.outputs(runId)).toEqual([])
  const ledger = await shop.server.ledger()
  expect(await shop.calls(runId)).toMatchObject([
    { certainty: 'metered', costNano: ledger.totals.cost_nano_usd },
  ])
  const receipt = await shop.store.receipts.get(runId)
  expect(receipt?.seal).toEqual(sealed?.seal)
  expect(receipt?.entries).toMatchObject([
    { kind: 'late_cost', body: { certainty: 'metered', costNano: ledger.totals.cost_nano_usd } },
  ])
  expect(shop.logged).toContain('warn lease lost, leaving the run')
  expectAtRest(shop.storeFile)
})

test('cancelled while the model is silent: the call is broken off at the next renewal', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'hang' })
  const { taskId, runId } = await shop.add()
  const drained = shop.drain()
  await expect.poll(async () => (await shop.calls(runId)).length).toBe(1)
  await shop.store.decisions.cancel(taskId, 'tester')
  await shop.clock.advance(30_000)
  await drained
  expect(await shop.calls(runId)).toMatchObject([{ certainty: 'unknown' }])
  expect(await shop.task(taskId)).toMatchObject({ state: 'cancelled' })
  expectAtRest(shop.storeFile)
})

test('a lease that goes while a call waits to be tried again: nothing more is booked or sent', async () => {
  const held = heldFetch()
  const shop = await workshop({ fetch: held.fetch })
  shop.clock.skipSleeps(false)
  await shop.fault({ type: 'status', status: 503 })
  const { runId } = await shop.add()
  const { claims } = shop.store
  const lost = { ...shop.store, claims: { ...claims, renew: async () => false } }
  const drained = drain({ ...shop.context, store: lost }, { ...WHOLE, taskId: null })
  await held.arrived
  await shop.clock.advance(29_999)
  held.release()
  await expect.poll(() => shop.clock.slept.length).toBe(1)
  await shop.clock.advance(1)
  await drained
  // Given back untouched, the run is taken up again and done: the only failed call is the one that was sent.
  const certainties = (await shop.calls(runId)).map(call => call.certainty)
  expect(certainties.toSorted()).toEqual(['metered', 'metered', 'unbilled'])
  expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 1 })
})

test('a renewal that fails, because the store is locked, throws away no answer that is paid for', async () => {
  const held = heldFetch()
  const shop = await workshop({ fetch: held.fetch })
  const { runId } = await shop.add()
  const { claims } = shop.store
  let renewals = 0
  const renew: typeof claims.renew = async claim => {
    renewals += 1
    if (renewals === 1) throw new AppError('busy', 'the store is locked', 'try again')
    return claims.renew(claim)
  }
  const store = { ...shop.store, claims: { ...claims, renew } }
  const drained = drain({ ...shop.context, store }, { ...WHOLE, taskId: null })
  await held.arrived
  for (let passedMs = 0; passedMs <= LEASE_MS; passedMs += LEASE_RENEWAL_MS) {
    await shop.clock.advance(LEASE_RENEWAL_MS)
    expect(await shop.hire().store.claims.recover()).toBe(0)
  }
  held.release()
  await drained
  expect((await shop.calls(runId)).map(call => call.certainty)).toEqual(['metered', 'metered'])
  expect(await shop.run(runId)).toMatchObject({ state: 'done', attempt: 1, claimNo: 2 })
  expectAtRest(shop.storeFile)
})

test('an interrupted drain finishes the stage in hand and takes no other', async () => {
  const held = heldFetch()
  const shop = await workshop({ fetch: held.fetch })
  const { runId } = await shop.add()
  await shop.add()
  const drained = shop.drain()
  await held.arrived
  shop.interrupt()
  held.release()
  expect((await drained).interrupted).toBe(true)
  const states = await shop.store.runs.countByState()
  expect(states).toEqual({ generated: 1, queued: 1 })
  expectSpendAddsUp(shop.storeFile)
  await shop.hire().drain()
  expect(await shop.store.runs.countByState()).toEqual({ done: 2 })
  expect((await shop.run(runId)).attempt).toBe(1)
})

test('a decision that was made of one run is refused of the next', async () => {
  const shop = await workshop()
  const { taskId, runId } = await shop.add({ brief: briefThat('score=60') })
  await shop.drain()
  await shop.store.decisions.cancel(taskId, 'tester')
  const again = await shop.retry(taskId)
  await shop.drain()
  const { decisions } = shop.store
  const waits = { kind: 'refused', runId: again, state: 'waiting_human' }
  const outputs = await shop.store.runs.outputs(again)
  const outputId = outputs.at(-1)?.id ?? null
  const seen = { runId, outputId }
  expect(await decisions.approve(taskId, 'notion', seen)).toEqual(waits)
  expect(await decisions.returnTask(taskId, 'shorter', 'notion', seen)).toEqual(waits)
  expect(await decisions.cancel(taskId, 'notion', runId)).toEqual(waits)
  expect(await decisions.approve(taskId, 'notion', { runId: again, outputId })).toMatchObject({
    kind: 'decided',
  })
})
