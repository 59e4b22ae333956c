/** Of many runs on one service, some never answered: whatever they meet, the others get through. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterFailure } from '../../src/domain/after-failure.ts'
import type { Store } from '../../src/store/index.ts'
import type { ClaimedRun } from '../../src/store/claims.ts'
import type { StageEnd } from '../../src/store/stage-end.ts'
import {
  aCall,
  addTo,
  ALL_STAGES,
  anOutput,
  ANY,
  aSettlement,
  FAILED_SERVICE,
  NO_CAPS,
  testStore,
  TO_DONE,
} from '../support/store.ts'

const MINUTE_MS = 60_000

/** Where a run goes that was answered: to a person, so that one answer is all it needs. */
const ANSWERED = { ...TO_DONE, state: 'waiting_human' } as const

/** What a run always meets. */
interface Fate {
  readonly errorClass: 'transient' | 'throttled' | 'credential'
  readonly signature: string
  readonly isUnknown: boolean
  readonly isDoubtful: boolean
}

const FATE: fc.Arbitrary<Fate> = fc.record({
  errorClass: fc.constantFrom('transient' as const, 'throttled' as const, 'credential' as const),
  signature: fc.constantFrom('one', 'two', 'three'),
  isUnknown: fc.boolean(),
  isDoubtful: fc.boolean(),
})

async function endOf(store: Store, { claim }: ClaimedRun, fate: Fate | undefined): Promise<StageEnd> {
  const call = aCall()
  await store.stages.reserve(claim, call, NO_CAPS)
  if (fate === undefined) {
    return { kind: 'written', settlement: aSettlement(call.id), output: anOutput(), next: ANSWERED }
  }
  const { errorClass, signature, isUnknown, isDoubtful } = fate
  const certainty = isUnknown ? 'unknown' : 'unbilled'
  const service = { ...FAILED_SERVICE, signature, isDoubtful }
  return {
    kind: 'failed',
    decide: afterFailure,
    settlement: aSettlement(call.id, { certainty, costNano: 0, usage: null, error: 'no' }),
    failure: { errorClass, reason: 'no', service, retryAfterMs: null, jitter: 0.5 },
  }
}

/** As a timer does: works on whatever may be worked on now, and fails where that has no end. */
async function tick(store: Store, fates: ReadonlyMap<string, Fate>): Promise<void> {
  for (let stages = 0; ; stages += 1) {
    expect(stages).toBeLessThan(100)
    const claimed = await store.claims.claim(ANY)
    if (claimed === null) return
    await store.stages.finish(claimed.claim, await endOf(store, claimed, fates.get(claimed.run.id)), null)
  }
}

test('good runs get through beside any bad ones, which end; what may be billed for them is bounded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(FATE, { nil: undefined }), { minLength: 2, maxLength: 7 }),
      fc.integer({ min: 1, max: 20 }),
      async (kinds, everyMinutes) => {
        const files = testStore()
        const store = files.open('first')
        const fates = new Map<string, Fate>()
        const good: string[] = []
        for (const fate of kinds) {
          const { runId } = await addTo(store)
          if (fate === undefined) good.push(runId)
          else fates.set(runId, fate)
          await files.clock.advance(1)
        }
        for (let ticks = 0; ticks < 60; ticks += 1) {
          await tick(store, fates)
          await files.clock.advance(everyMinutes * MINUTE_MS)
        }
        for (const runId of good) expect((await store.runs.get(runId))?.state).toBe('waiting_human')
        for (const runId of fates.keys()) {
          const calls = await store.ledger.callsOfRun(runId)
          expect(calls.filter(({ certainty }) => certainty === 'unknown').length).toBeLessThanOrEqual(4 + 3)
        }
        // A good one that comes later is not kept waiting either, and then the bad ones end.
        const { runId } = await addTo(store, { priority: 'Low' })
        for (let ticks = 0; ticks < 120; ticks += 1) {
          await tick(store, fates)
          await files.clock.advance(15 * MINUTE_MS)
        }
        expect((await store.runs.get(runId))?.state).toBe('waiting_human')
        for (const bad of fates.keys()) expect((await store.runs.get(bad))?.state).toBe('failed_final')
        expect(await store.pauses.list()).toEqual([])
      },
    ),
    { seed: 20_261_129, numRuns: 25 },
  )
}, 300_000)

test('a paused model keeps no other waiting, and its probe is a run that asks it', async () => {
  const files = testStore()
  const store = files.open('first')
  const [writing = ALL_STAGES[0], ...rest] = ALL_STAGES
  if (writing === undefined) throw new Error('there are no stages')
  const stages = [
    { ...writing, types: ['Research'] as const, model: 'rare' },
    { ...writing, types: ['Drafting', 'Data-transform', 'Transcription', 'Other'] as const },
    ...rest,
  ]
  const wanted = { ...ANY, stages }
  const rare = await addTo(store, { type: 'Research' })
  const usual = [await addTo(store), await addTo(store)].map(({ runId }) => runId)
  const failing = await store.claims.claim({ ...wanted, runIds: [rare.runId] })
  if (failing === null) throw new Error('nothing is ready')
  const service = { ...FAILED_SERVICE, model: 'rare' }
  const failure = { errorClass: 'credential', reason: '404', service, retryAfterMs: null, jitter: 0 } as const
  await store.stages.finish(
    failing.claim,
    { kind: 'failed', decide: afterFailure, settlement: null, failure },
    null,
  )
  const given = [await store.claims.claim(wanted), await store.claims.claim(wanted)]
  expect(new Set(given.map(claimed => claimed?.run.id))).toEqual(new Set(usual))
  expect(await store.claims.claim(wanted)).toBeNull()
  expect(await store.runs.countWaiting(stages.slice(0, 1))).toBe(1)
  await files.clock.advance(5 * MINUTE_MS)
  expect(await store.claims.claim(wanted)).toMatchObject({ isProbe: true, run: { id: rare.runId } })
})
