/** Deliveries to several services at once: what happens to one stops no other, and is told. */
import { expect, test } from 'vitest'
import { createLog } from '../../src/kernel/log.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { effectKinds, type EffectKind } from '../../src/domain/effect-kind.ts'
import { deliverDue, stillUndelivered, type OutboxContext } from '../../src/outbox/deliver.ts'
import type { Deliverer } from '../../src/outbox/deliverer.ts'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { openStore } from '../../src/store/index.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { opened } from '../support/deliverers.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { fakeClock } from '../support/fake-clock.ts'
import Database from 'better-sqlite3'
import { join } from 'node:path'

const RING: EffectKind = {
  kind: 'ring',
  writes: 'a ring',
  shape: {},
  isMerged: false,
  isInParts: false,
  placeOf: () => 'bell',
  stillToSay: body => body,
}

function deliverer(service: string, deliver: Deliverer['deliver']): Deliverer {
  return { service, deliver, hasRoom: async () => true, whyAway: async () => null }
}

test('one that cannot be opened, and one that breaks, stop no other; both are told', async () => {
  const path = join(temporaryFolder(), 'echopilot.db')
  const services = ['good', 'closed', 'broken'].map(name => ({ name, effects: [RING] }))
  const store = openStore({ ...realStoreOptions(path), kinds: effectKinds(services) })
  const db = new Database(path)
  services.forEach(({ name }, index) => {
    db.prepare(
      `INSERT INTO effects (id, seq, key, subject_kind, subject_id, service, kind, target, place, body, state, tries,
         uncertain, not_before_ms, claim_no, created_ms) VALUES (:id, :seq, 'k', 'alert', 'a', :name, 'ring', 't', 'bell',
         '{"kind":"ring"}', 'pending', 0, 0, 0, 0, 0)`,
    ).run({ id: `eff_${name}`, seq: index + 1, name })
  })
  const broken = deliverer('broken', async () => ({ kind: 'done', thing: null }))
  const closed = [{ service: 'closed', error: new AppError('config', 'no key', 'set it') }]
  const context: OutboxContext = {
    world: { clock: fakeClock(), random: seededRandom(1) },
    store,
    log: createLog({
      now: () => 0,
      redact: text => text,
      write: () => {},
      format: 'text',
      least: 'error',
      fixed: {},
    }),
    stop: new AbortController().signal,
    deliverers: opened(
      [
        {
          ...broken,
          whyAway: () => Promise.reject(new Error('a defect')),
          hasRoom: () => Promise.reject(new Error('a defect')),
        },
        deliverer('good', async () => ({ kind: 'done', thing: null })),
      ],
      closed,
    ),
  }
  // Beside work room is asked for first, which is where the broken one breaks.
  const beside = await deliverDue(context, true)
  expect(beside).toMatchObject({ delivered: 1, failed: [{ id: 'broken', message: textLike(/defect/) }] })
  const after = await deliverDue({ ...context, deliverers: opened([], closed) })
  expect(after).toMatchObject({ delivered: 0, failed: [{ id: 'closed', message: 'no key', next: 'set it' }] })
  const told = await stillUndelivered(context, [...beside.failed, ...after.failed])
  expect(told.map(({ id }) => id)).toEqual(['broken', 'closed'])
  expect(db.prepare('SELECT service, state FROM effects ORDER BY seq').all()).toEqual([
    { service: 'good', state: 'done' },
    { service: 'closed', state: 'pending' },
    { service: 'broken', state: 'pending' },
  ])
  db.close()
  store.close()
})
