import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Certainty, Settlement } from '../../src/store/ledger.ts'
import type { Store } from '../../src/store/index.ts'
import { expectSpendAddsUp, rowsOf } from '../support/books.ts'
import {
  aCall,
  addTo,
  aPage,
  aRun,
  ALL_STAGES,
  aSettlement,
  claimFrom,
  commitDraft,
  NO_CAPS,
  testStore,
  type TestStore,
} from '../support/store.ts'

const SEED = { seed: 20_261_125 }
const DAY_MS = 86_400_000

type Ended = Settlement['certainty']
const ENDINGS: readonly Ended[] = ['metered', 'unmetered', 'unknown', 'unbilled']

async function reserved(store: Store, reservedNano = 1000): Promise<string> {
  await addTo(store, { client: 'Acme' })
  const { claim } = await claimFrom(store)
  const call = aCall({ reservedNano })
  expect(await store.stages.reserve(claim, call, NO_CAPS)).toBeNull()
  return call.id
}

function certaintyOf(files: TestStore, id: string): Certainty | undefined {
  return rowsOf<{ certainty: Certainty }>(files.path, `SELECT certainty FROM calls WHERE id = '${id}'`)[0]
    ?.certainty
}

function costOf(files: TestStore, id: string): number | undefined {
  return rowsOf<{ cost_nano: number }>(files.path, `SELECT cost_nano FROM calls WHERE id = '${id}'`)[0]
    ?.cost_nano
}

test.each<{ certainty: Ended; cost: number }>([
  { certainty: 'metered', cost: 400 },
  { certainty: 'unmetered', cost: 1000 },
  { certainty: 'unknown', cost: 1000 },
  { certainty: 'unbilled', cost: 0 },
])('a reservation that is settled as $certainty costs $cost', async ({ certainty, cost }) => {
  const files = testStore()
  const store = files.open('first')
  const id = await reserved(store)
  expect(costOf(files, id)).toBe(1000)
  await store.stages.settle(aSettlement(id, { certainty }))
  expect(costOf(files, id)).toBe(cost)
  expectSpendAddsUp(files.path)
})

test('an answer that cannot be metered may cost more than was reserved, and the caps then see all of it', async () => {
  const files = testStore()
  const store = files.open('first')
  const id = await reserved(store)
  await store.stages.settle(aSettlement(id, { certainty: 'unmetered', costNano: 5000, usage: null }))
  expect(costOf(files, id)).toBe(5000)
  expectSpendAddsUp(files.path)
})

test('a call is shown at the price it was booked at, with what there is to say of it', async () => {
  const files = testStore()
  const store = files.open('first')
  const id = await reserved(store)
  const price = { priceBasis: 'unpriced', priceVersion: 'v2' } as const
  await store.stages.settle(aSettlement(id, { price, note: 'dearer' }))
  const rows = rowsOf(files.path, `SELECT price_basis, price_version, note FROM calls WHERE id = '${id}'`)
  expect(rows).toEqual([{ price_basis: 'unpriced', price_version: 'v2', note: 'dearer' }])
})

test.each<{ first: Ended; second: Ended; stays: Ended }>([
  { first: 'metered', second: 'unbilled', stays: 'metered' },
  { first: 'unbilled', second: 'metered', stays: 'unbilled' },
  { first: 'unmetered', second: 'metered', stays: 'unmetered' },
  { first: 'unknown', second: 'metered', stays: 'metered' },
  { first: 'unknown', second: 'unbilled', stays: 'unbilled' },
  { first: 'metered', second: 'unknown', stays: 'metered' },
])(
  'settled as $first and later as $second, it is $stays: only what was unknown can still be learnt',
  async row => {
    const files = testStore()
    const store = files.open('first')
    const id = await reserved(store)
    await store.stages.settle(aSettlement(id, { certainty: row.first }))
    await store.stages.settle(aSettlement(id, { certainty: row.second, costNano: 700 }))
    expect(certaintyOf(files, id)).toBe(row.stays)
    expectSpendAddsUp(files.path)
  },
)

test('a call that would break a cap is not booked at all; one that reaches it exactly is', async () => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  const { claim } = await claimFrom(store)
  const caps = { ...NO_CAPS, dayNano: 2000 }
  expect(await store.stages.reserve(claim, aCall({ reservedNano: 1500 }), caps)).toBeNull()
  expect(await store.stages.reserve(claim, aCall({ reservedNano: 501 }), caps)).toEqual({
    scope: 'day',
    capNano: 2000,
    spentNano: 1500,
  })
  expect(rowsOf(files.path, 'SELECT * FROM calls')).toHaveLength(1)
  expect(await store.stages.reserve(claim, aCall({ reservedNano: 500 }), caps)).toBeNull()
  expectSpendAddsUp(files.path)
})

test('a call counts towards the day it was sent on, also when it is settled on the next', async () => {
  const files = testStore()
  const store = files.open('first')
  const id = await reserved(store)
  await files.clock.advance(DAY_MS)
  await store.stages.settle(aSettlement(id))
  expectSpendAddsUp(files.path)
  expect(await store.ledger.summary('2026-11-25', '2026-11-25')).toMatchObject({ calls: 1, totalNano: 400 })
  expect(await store.ledger.summary('2026-11-26', '2026-11-30')).toMatchObject({ calls: 0, totalNano: 0 })
})

test('a call counts towards the client it was made for, also when the task is another one’s by its end', async () => {
  const files = testStore()
  const store = files.open('first')
  const tick = async (client: string): Promise<void> => {
    const picked = await store.pickUps.pickUp({ ...aPage('page'), client }, aRun({ cause: 'tick' }))
    expect(picked.kind).toBe('queued')
    for (
      let effects = await store.outbox.claim('notion', 'all');
      effects.length > 0;
      effects = await store.outbox.claim('notion', 'all')
    ) {
      await store.outbox.delivered(effects, null, null)
    }
  }
  await tick('Acme')
  const { claim, task } = await claimFrom(store)
  const call = aCall()
  await store.stages.reserve(claim, call, NO_CAPS)
  await store.decisions.cancel(task.id, 'notion')
  await tick('Other')
  await store.stages.settle(aSettlement(call.id))
  expect(rowsOf(files.path, `SELECT key, nano FROM spend WHERE scope = 'client_month'`)).toEqual([
    { key: '2026-11 Acme', nano: 400 },
  ])
  expectSpendAddsUp(files.path)
})

test('a summary keeps apart what is sure, what is not, and what has no price', async () => {
  const files = testStore()
  const store = files.open('first')
  await reserved(store, 5)
  for (const certainty of ENDINGS) {
    await store.stages.settle(aSettlement(await reserved(store, 100), { certainty, costNano: 30 }))
  }
  await addTo(store)
  const { claim } = await claimFrom(store)
  const unpriced = aCall({ priceBasis: 'unpriced' })
  await store.stages.reserve(claim, unpriced, NO_CAPS)
  await store.stages.settle(aSettlement(unpriced.id, { costNano: 7 }))
  expect(await store.ledger.summary('2026-11-01', '2026-11-30')).toEqual({
    calls: 5,
    totalNano: 5 + 30 + 100 + 100 + 0 + 7,
    uncertainNano: 5 + 100 + 100,
    unpricedNano: 7,
  })
})

test('a cost that becomes known after the end is an entry behind the seal, which stays as it was', async () => {
  const files = testStore()
  const store = files.open('first')
  const { taskId, runId } = await addTo(store)
  const { claim } = await claimFrom(store)
  const call = aCall()
  await store.stages.reserve(claim, call, NO_CAPS)
  await store.decisions.cancel(taskId, 'tester')
  const sealed = await store.receipts.get(runId)
  await store.stages.settle(aSettlement(call.id))
  const after = await store.receipts.get(runId)
  expect(after?.core).toEqual(sealed?.core)
  expect(after?.seal).toEqual({ ...sealed?.seal, intact: true })
  expect(after?.entries).toMatchObject([{ kind: 'late_cost', body: { callId: call.id, costNano: 400 } }])
})

/** What a random history happens to. */
interface Scene {
  readonly files: TestStore
  readonly watcher: Store
  /** The process that works; another one after each death. */
  worker: Store
  deaths: number
  readonly calls: string[]
  readonly tasks: string[]
}

/** One thing that can happen to the books. `which` picks among what there is at that time. */
type Happening = (scene: Scene) => Promise<unknown>

const nano = fc.integer({ min: 0, max: 10 ** 12 })

function pick(list: readonly string[], which: number): string {
  return list[which % Math.max(1, list.length)] ?? 'none'
}

const reserving = fc
  .record({ need: nano, cap: nano, client: fc.constantFrom('Acme', null) })
  .map(({ need, cap, client }): Happening => async scene => {
    scene.tasks.push((await addTo(scene.worker, { client })).taskId)
    const request = { stages: ALL_STAGES, runIds: null, taskId: null }
    const claimed = await scene.worker.claims.claim(request)
    if (claimed === null) return
    const call = aCall({ reservedNano: need })
    const caps = { ...NO_CAPS, monthNano: cap }
    const breach = await scene.worker.stages.reserve(claimed.claim, call, caps)
    if (breach === null) scene.calls.push(call.id)
    const spentNano = breach?.spentNano ?? monthSpent(scene)
    const held = breach === null ? spentNano <= cap : spentNano + need > cap
    if (!held) throw new Error(`the cap of ${String(cap)} was not kept at ${String(spentNano)}`)
  })

function monthSpent({ files }: Scene): number {
  const month = new Date(files.clock.now()).toISOString().slice(0, 7)
  const sql = `SELECT nano FROM spend WHERE scope = 'month' AND key = '${month}'`
  return rowsOf<{ nano: number }>(files.path, sql)[0]?.nano ?? 0
}

const settling = fc
  .record({ which: fc.nat(), costNano: nano, certainty: fc.constantFrom<Ended>(...ENDINGS) })
  .map(
    ({ which, ...end }): Happening =>
      async scene =>
        scene.worker.stages.settle(aSettlement(pick(scene.calls, which), end)),
  )

const dying = fc.constant<Happening>(async scene => {
  scene.files.machine.kill(`worker-${String(scene.deaths)}`)
  scene.deaths += 1
  scene.worker.close()
  scene.worker = scene.files.open(`worker-${String(scene.deaths)}`)
  await scene.watcher.claims.recover()
})

const cancelling = fc.nat().map((which): Happening => async scene => {
  const taskId = pick(scene.tasks, which)
  return taskId === 'none' ? undefined : scene.watcher.decisions.cancel(taskId, 'tester')
})

const committing = fc.constant<Happening>(async scene => {
  const request = { stages: ALL_STAGES.slice(0, 1), runIds: null, taskId: null }
  const claimed = await scene.worker.claims.claim(request)
  if (claimed !== null) scene.calls.push((await commitDraft(scene.worker, claimed.claim)).callId)
})

const waiting = fc.integer({ min: 1, max: 40 * DAY_MS }).map(
  (ms): Happening =>
    async scene =>
      scene.files.clock.advance(ms),
)

test('whatever is reserved, settled, settled late, abandoned or cancelled: totals are the sum of the calls, caps hold', async () => {
  const history = fc.array(fc.oneof(reserving, settling, dying, cancelling, committing, waiting), {
    maxLength: 25,
  })
  await fc.assert(
    fc.asyncProperty(history, async happenings => {
      const files = testStore()
      const scene: Scene = {
        files,
        watcher: files.open('watcher'),
        worker: files.open('worker-0'),
        deaths: 0,
        calls: [],
        tasks: [],
      }
      for (const happen of happenings) {
        await happen(scene)
        expectSpendAddsUp(files.path)
      }
      expect(rowsOf(files.path, 'SELECT id FROM calls')).toHaveLength(scene.calls.length)
      scene.worker.close()
      scene.watcher.close()
    }),
    { ...SEED, numRuns: 15 },
  )
})
