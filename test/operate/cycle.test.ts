/** One cycle after the other: what is bad is told once per cause, what may be healed is, and what is over is said to be. */
import { opened } from '../support/deliverers.ts'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { afterFailure } from '../../src/domain/after-failure.ts'
import { CHECKS } from '../../src/operate/cycle.ts'
import { measured, type Check } from '../../src/operate/check.ts'
import type { Store } from '../../src/store/index.ts'
import type { Rest } from '../../src/store/stage-end.ts'
import { rowsOf } from '../support/books.ts'
import {
  aCall,
  addTo,
  aSettlement,
  claimFrom,
  commitDraft,
  FAILED_SERVICE,
  NO_CAPS,
  TO_DONE,
  TO_FAILED,
} from '../support/store.ts'
import { found, MINUTE, watch, type Watch } from './support/watch.ts'

const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Has a run fail at the model service, which pauses it. */
async function failAtService({ store }: Watch): Promise<void> {
  await addTo(store)
  const { claim } = await claimFrom(store)
  const call = aCall()
  await store.stages.reserve(claim, call, NO_CAPS)
  const failure = {
    errorClass: 'credential',
    reason: 'no',
    service: FAILED_SERVICE,
    retryAfterMs: null,
    jitter: 0.5,
  } as const
  const settlement = aSettlement(call.id, { certainty: 'unbilled', costNano: 0, usage: null, error: 'no' })
  await store.stages.finish(claim, { kind: 'failed', decide: afterFailure, settlement, failure }, null)
}

async function end({ store }: Watch, next: Rest): Promise<string> {
  const { taskId } = await addTo(store)
  await work(store, next)
  return taskId
}

/** Works on what is next: a draft, and what is to come of it. */
async function work(store: Store, next: Rest): Promise<void> {
  if (next.state === 'done') await commitDraft(store, (await claimFrom(store)).claim)
  const { claim } = await claimFrom(store)
  await store.stages.finish(claim, { kind: 'rested', settlement: null, next }, null)
}

function sql({ files }: Watch, statement: string): void {
  const db = new Database(files.path)
  db.exec(statement)
  db.close()
}

test('each check has a name of its own, and so has each healing', () => {
  const names = CHECKS.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  expect(names.every(name => /^[a-z]+$/.test(name) && name !== 'check')).toBe(true)
  const healings = CHECKS.flatMap(({ healing }) => (healing === undefined ? [] : [healing.name]))
  expect(healings).toEqual([...new Set(healings)])
})

test('with nothing done yet nothing is bad, nobody is told, and what needs work to be measured is not proved', async () => {
  const place = watch()
  const report = await place.cycle()
  expect(report).toMatchObject({ ok: true, healed: [], notices: [] })
  const open = report.checks
    .filter(({ state }) => state !== 'ok')
    .map(({ check, state }) => `${check} ${state}`)
  const wanted = ['service', 'completion', 'quality', 'payer', 'scan', 'webhook', 'job', 'proof']
  expect(open).toEqual(wanted.map(check => `${check} not_proved`))
  expect(place.told).toEqual([])
  expect(await place.store.operate.lastReport()).toEqual(report)
})

test('a service that is paused is told of once, with what waits for it, and that it is back', async () => {
  const place = watch()
  await failAtService(place)
  expect(await place.cycle()).toMatchObject({ ok: false, notices: [{ kind: 'opened' }] })
  await place.files.clock.advance(2 * HOUR)
  const later = await place.cycle()
  expect(found(later, 'queue')).toMatchObject({ state: 'bad' })
  expect(found(later, 'service').bad).toMatchObject([
    { message: 'models.example (gpt-4o) is paused: credential' },
  ])
  expect(later.notices).toEqual([])
  await place.store.pauses.resume(FAILED_SERVICE.service)
  await work(place.store, TO_DONE)
  expect((await place.cycle()).ok).toBe(true)
  await place.files.clock.advance(20 * MINUTE)
  await place.cycle()
  expect(place.told).toEqual(['opened service/models.example', 'resolved service/models.example'])
})

test('200 tasks that failed in one way are one alert, and another way is another', async () => {
  const place = watch()
  for (let task = 0; task < 200; task += 1) await end(place, TO_FAILED)
  expect(found(await place.cycle(), 'failed').bad).toMatchObject([
    { message: '200 tasks failed for good (data)' },
  ])
  await end(place, { ...TO_FAILED, errorClass: 'permanent' })
  await place.files.clock.advance(5 * MINUTE)
  await place.cycle()
  expect(place.told.filter(line => line.includes('failed/'))).toEqual([
    'opened failed/data',
    'opened failed/permanent',
  ])
})

test('few are done: that is bad from five on, and over a day after', async () => {
  const place = watch()
  for (let task = 0; task < 3; task += 1) await end(place, TO_DONE)
  await end(place, TO_FAILED)
  expect(await place.stateOf('completion')).toBe('not_proved')
  await end(place, TO_FAILED)
  await place.files.clock.advance(1)
  expect(await place.stateOf('completion')).toBe('bad')
  await place.files.clock.advance(DAY)
  expect(await place.stateOf('completion')).toBe('not_proved')
})

test('scores that fall by ten points are bad; where too few were judged that is not proved', async () => {
  const place = watch()
  for (let task = 0; task < 5; task += 1) await end(place, { ...TO_DONE, score: 92 })
  await place.files.clock.advance(DAY)
  for (let task = 0; task < 4; task += 1) await end(place, { ...TO_DONE, score: 82 })
  await place.files.clock.advance(1)
  expect(await place.stateOf('quality')).toBe('not_proved')
  await end(place, { ...TO_DONE, score: 81 })
  await place.files.clock.advance(1)
  const { state, measured: told } = found(await place.cycle(), 'quality')
  expect([state, told]).toEqual(['bad', 'average score 81.8 of 5, before 92.0 of 5'])
})

test('what a process that died has left is taken back once, which is in the audit chain before and after', async () => {
  const place = watch()
  const other = place.files.open('worker')
  const { taskId } = await addTo(other)
  await claimFrom(other)
  expect(await place.stateOf('lease')).toBe('ok')
  place.files.machine.kill('worker')
  const report = await place.cycle()
  expect(report.healed).toEqual([
    { healing: 'release leases', thing: 'leases', outcome: 'done', detail: '1 run taken back' },
  ])
  expect(found(report, 'lease').state).toBe('ok')
  expect((await place.cycle()).healed).toEqual([])
  expect((await place.store.tasks.get(taskId))?.state).toBe('queued')
  const kinds = rowsOf<{ kind: string }>(place.files.path, 'SELECT kind FROM audit_log ORDER BY seq')
  expect(kinds.map(({ kind }) => kind).slice(-3)).toEqual(['heal.begin', 'run.recover', 'heal.end'])
})

test('a healing is done as often a day as it may be, also where processes die in it; then people are told', async () => {
  const place = watch()
  const worker = place.files.open('worker')
  await addTo(worker)
  for (let time = 0; time < 48; time += 1)
    await place.store.operate.beginHealing('release leases', 'leases', 48)
  await claimFrom(worker)
  place.files.machine.kill('worker')
  const report = await place.cycle()
  expect(report.healed).toMatchObject([{ outcome: 'capped' }])
  expect(found(report, 'lease').state).toBe('bad')
  expect(place.told).toEqual(['opened lease'])
  await place.files.clock.advance(12 * HOUR)
  expect((await place.cycle()).healed).toMatchObject([{ outcome: 'done' }])
})

test('what waits to be written is delivered after a quarter of an hour; a service that takes nothing is told of', async () => {
  const place = watch()
  await place.store.alerts.observe(
    {
      observations: [{ key: 'x/y', cause: 'x', severity: 'warning', state: 'bad', message: 'x', next: null }],
      complete: [],
    },
    { rules: { repeatMs: DAY, calmMs: HOUR, quietHours: null }, channels: ['webhook'] },
  )
  await place.files.clock.advance(16 * MINUTE)
  const refused = await place.cycle({
    deliverers: opened([
      {
        service: 'webhook',
        hasRoom: async () => true,
        whyAway: async () => null,
        deliver: async () => {
          throw new Error('no such host')
        },
      },
    ]),
  })
  expect(refused.healed).toMatchObject([{ healing: 'redeliver', thing: 'webhook', outcome: 'failed' }])
})

test('a check that cannot be made is unknown and told; nothing of it is over meanwhile', async () => {
  const place = watch()
  let isBroken = false
  let isBad = true
  const toy: Check = {
    name: 'toy',
    threshold: 'it is broken',
    look: async () => {
      if (isBroken) throw new Error('cannot look')
      const bad = {
        thing: 'it',
        cause: 'toy',
        severity: 'warning',
        message: 'it is bad',
        next: null,
      } as const
      return measured('looked at', isBad ? bad : null)
    },
  }
  const cycle = async () => {
    await place.files.clock.advance(10 * MINUTE)
    return place.cycleOf([toy])
  }
  await cycle()
  isBad = false
  await cycle()
  isBroken = true
  for (let time = 0; time < 12; time += 1) await cycle()
  expect(await cycle()).toMatchObject({
    ok: false,
    checks: [{ state: 'unknown', measured: 'internal error: cannot look' }],
  })
  expect(place.told).toEqual(['opened toy', 'opened check/toy'])
  isBroken = false
  for (let time = 0; time < 4; time += 1) await cycle()
  expect(place.told.slice(2).toSorted()).toEqual(['resolved check/toy', 'resolved toy'])
})

test('a flaw among the last rows of the audit chain, a cut end, and a clock that went back', async () => {
  const place = watch()
  for (let task = 0; task < 3; task += 1) await end(place, TO_DONE)
  expect(await place.stateOf('audit')).toBe('ok')
  sql(place, `UPDATE audit_log SET actor = 'nobody' WHERE seq = 3`)
  expect(found(await place.cycle(), 'audit').bad).toMatchObject([
    {
      message: 'the audit chain has a flaw: row 3 was changed after it was written',
      next: 'echopilot audit verify',
    },
  ])
  expect(place.told).toContain('opened audit')
  const cut = watch()
  for (let task = 0; task < 3; task += 1) await end(cut, TO_DONE)
  sql(cut, `DELETE FROM audit_log WHERE seq = (SELECT MAX(seq) FROM audit_log)`)
  expect(await cut.stateOf('audit')).toBe('bad')
  cut.files.clock.setBack(3 * HOUR)
  expect(await cut.stateOf('clock')).toBe('bad')
})

test('the disk is full, a model is shut down, prices are old', async () => {
  const place = watch()
  const { world } = place.context()
  const withFree = (freeBytes: number | null) => ({
    world: { ...world, files: { ...world.files, freeBytes: () => freeBytes } },
  })
  expect(found(await place.cycle(withFree(null)), 'disk').state).toBe('not_proved')
  expect(found(await place.cycle(withFree(2e9)), 'disk').state).toBe('ok')
  expect(found(await place.cycle(withFree(5e8)), 'disk')).toMatchObject({
    state: 'bad',
    measured: '476 MB free',
  })
  await place.files.clock.advance(30 * DAY)
  expect(found(await place.cycle(), 'model').bad).toMatchObject([
    { message: 'gpt-4o is shut down on 2027-01-14' },
    { message: 'gpt-4o-mini is shut down on 2027-01-14' },
  ])
  await place.files.clock.advance(60 * DAY)
  const later = await place.cycle()
  expect(found(later, 'model').bad[0]).toMatchObject({ message: 'gpt-4o is shut down since 2027-01-14' })
  expect(found(later, 'prices').state).toBe('bad')
})

test('what doctor found failed is told; found long ago, nobody knows', async () => {
  const place = watch()
  await place.store.proofs.save([{ subject: 'store', outcome: 'failed', detail: 'damaged', fix: 'mend it' }])
  expect(found(await place.cycle(), 'proof').bad).toMatchObject([{ next: 'echopilot doctor; mend it' }])
  await place.files.clock.advance(3 * DAY)
  await place.cycle()
  expect(place.told).toEqual(['opened proof/store', 'repeated proof/store'])
  expect(await place.store.alerts.open()).toMatchObject([{ cause: 'proof/store' }])
  await place.store.proofs.save([{ subject: 'store', outcome: 'proved', detail: 'whole', fix: null }])
  await place.cycle()
  await place.files.clock.advance(20 * MINUTE)
  await place.cycle()
  expect(place.told.at(-1)).toBe('resolved proof/store')
})

test('a dry run changes nothing', async () => {
  const place = watch()
  const worker = place.files.open('worker')
  await addTo(worker)
  await claimFrom(worker)
  place.files.machine.kill('worker')
  const report = await place.cycle({ dryRun: true })
  expect(report.healed).toMatchObject([{ healing: 'release leases', outcome: 'planned' }])
  expect(place.told).toEqual([])
  expect(await place.store.operate.lastReport()).toBeNull()
  expect(await place.store.operate.healedToday('release leases')).toBe(0)
})
