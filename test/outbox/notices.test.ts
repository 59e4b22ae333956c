/** Notices on their way: each channel gets each once, in order, whatever befalls another or the process. */
import { opened } from '../support/deliverers.ts'
import { expect, test } from 'vitest'
import type { Observation } from '../../src/domain/alerts.ts'
import { NOTICE, type Notice } from '../../src/domain/notice.ts'
import { effectKinds } from '../../src/domain/effect-kind.ts'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { realFiles } from '../../src/kernel/real-world.ts'
import { ServiceFailure } from '../../src/kernel/service-failure.ts'
import { deliverDue } from '../../src/outbox/deliver.ts'
import { noticeDeliverer } from '../../src/outbox/deliverer.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { boundedStore } from '../crash/support/boundaries.ts'
import { rowsOf } from '../support/books.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fakeMachine } from '../support/fake-machine.ts'
import { emptyStoreIn } from '../support/store.ts'
import { temporaryFolder } from '../support/temporary.ts'

const CHANNELS = ['journal', 'webhook']
const MINUTE_MS = 60_000
const POLICY = {
  rules: { repeatMs: 12 * 60 * MINUTE_MS, calmMs: 15 * MINUTE_MS, quietHours: null },
  channels: CHANNELS,
}

function seen(state: 'bad' | 'good', cause = 'models down'): Observation {
  return { key: `service/${cause}`, cause, severity: 'critical', state, message: cause, next: null }
}

/** A store with two channels, and all that was taken by each, in order. */
function office() {
  const path = emptyStoreIn(temporaryFolder())
  const clock = fakeClock()
  const machine = fakeMachine()
  const random = seededRandom(1)
  const kinds = effectKinds(CHANNELS.map(name => ({ name, effects: [NOTICE] })))
  const taken: string[] = []
  const broken = new Map<string, 'refuses' | 'loses answers'>()
  const open = (name: string): Store => {
    const world = { clock, random, files: realFiles(), processes: machine.process(name) }
    const commit = 'c0ffee000000'
    return openStore({ path, world, commit, actor: 'test', programVersion: '0', kinds })
  }
  const tell = (service: string) => async (notice: Notice, key: string) => {
    const how = broken.get(service)
    const failure = new ServiceFailure('503', { errorClass: 'transient', billed: 'unknown' })
    if (how === 'refuses') throw failure
    taken.push(`${service} ${notice.what} ${notice.cause} ${key.split('/').slice(1).join('/')}`)
    if (how === 'loses answers') throw failure
  }
  const deliver = async (store: Store) => {
    await store.claims.recover()
    const silent = (): void => undefined
    return deliverDue({
      store,
      world: { clock, random },
      log: { error: silent, warn: silent, info: silent, debug: silent, tell: silent },
      stop: new AbortController().signal,
      deliverers: opened(CHANNELS.map(service => noticeDeliverer({ service, tell: tell(service) }))),
    })
  }
  return { path, clock, machine, open, deliver, taken, broken }
}

test('a channel that fails stops no other, and gets its notices in order when it is back', async () => {
  const { open, deliver, broken, taken, clock } = office()
  const store = open('first')
  broken.set('webhook', 'refuses')
  await store.alerts.observe({ observations: [seen('bad')], complete: [] }, POLICY)
  expect(await deliver(store)).toMatchObject({ delivered: 1, failed: [{ message: '503' }] })
  await clock.advance(MINUTE_MS)
  await store.alerts.observe({ observations: [seen('bad', 'no credit')], complete: [] }, POLICY)
  await store.alerts.observe({ observations: [seen('good')], complete: [] }, POLICY)
  await clock.advance(15 * MINUTE_MS)
  await store.alerts.observe({ observations: [seen('good')], complete: [] }, POLICY)
  await deliver(store)
  const said = ['opened models down notice/1', 'opened no credit notice/1', 'resolved models down notice/2']
  expect(taken).toEqual(said.map(line => `journal ${line}`))
  broken.clear()
  await clock.advance(60 * MINUTE_MS)
  expect(await deliver(store)).toMatchObject({ delivered: 3, failed: [] })
  expect(taken.slice(3)).toEqual(said.map(line => `webhook ${line}`))
  expect(await deliver(store)).toMatchObject({ delivered: 0 })
  store.close()
})

test('what was taken without an answer is sent once more, under the same key', async () => {
  const { open, deliver, broken, taken, clock } = office()
  const store = open('first')
  broken.set('webhook', 'loses answers')
  await store.alerts.observe({ observations: [seen('bad')], complete: [] }, POLICY)
  await deliver(store)
  broken.clear()
  await clock.advance(60 * MINUTE_MS)
  await deliver(store)
  expect(taken.filter(line => line.startsWith('webhook'))).toEqual([
    'webhook opened models down notice/1',
    'webhook opened models down notice/1',
  ])
  store.close()
})

class Killed extends Error {
  override readonly name = 'Killed'
}

test('killed at any boundary and begun again, alert and notices agree, and each channel got each once or, where it was sent when the process died, once more under its key', async () => {
  const day = async (store: Store, deliver: (store: Store) => Promise<unknown>): Promise<void> => {
    await store.alerts.observe({ observations: [seen('bad')], complete: [] }, POLICY)
    await deliver(store)
  }
  const names: string[] = []
  const whole = office()
  const undisturbed = whole.open('first')
  await day(
    boundedStore(undisturbed, name => void names.push(name)),
    whole.deliver,
  )
  undisturbed.close()
  expect(names.length).toBeGreaterThan(10)
  for (let killAt = 1; killAt <= names.length; killAt += 1) {
    const { open, deliver, machine, clock, taken, path } = office()
    const first = open('first')
    let passed = 0
    let isDead = false
    const bounded = boundedStore(first, () => {
      passed += 1
      isDead ||= passed === killAt
      if (isDead) throw new Killed('killed here')
    })
    await day(bounded, deliver).catch(() => undefined)
    first.close()
    machine.kill('first')
    const second = open('second')
    await clock.advance(60 * MINUTE_MS)
    await day(second, deliver)
    second.close()
    const place = `killed at ${killAt}, ${names[killAt - 1] ?? ''}`
    expect([...new Set(taken)].toSorted(), place).toEqual([
      'journal opened models down notice/1',
      'webhook opened models down notice/1',
    ])
    expect(taken.length, place).toBeLessThanOrEqual(4)
    expect(rowsOf(path, 'SELECT state, told_severity FROM alerts'), place).toEqual([
      { state: 'open', told_severity: 'critical' },
    ])
    expect(rowsOf(path, 'SELECT service, state FROM effects ORDER BY service'), place).toEqual(
      CHANNELS.map(service => ({ service, state: 'done' })),
    )
  }
})
