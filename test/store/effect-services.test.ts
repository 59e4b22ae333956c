/** Effects of several services, and of kinds that this program does not know, beside each other. */
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { aPage, aRun, testStore } from '../support/store.ts'

/** A row that another version of the program recorded. */
function recordForeign(
  path: string,
  values: { id: string; service: string; kind: string; key: string },
): void {
  const db = new Database(path)
  db.prepare(
    `INSERT INTO effects (id, seq, key, subject_kind, subject_id, service, kind, target, place, body, state, tries,
       uncertain, not_before_ms, claim_no, created_ms) VALUES (:id, (SELECT COALESCE(MAX(seq), 0) + 1 FROM effects),
       :key, 'alert', 'alert_1', :service, :kind, 'page-1', 'page-1', :body, 'pending', 0, 0, 0, 0, 0)`,
  ).run({ ...values, body: JSON.stringify({ kind: values.kind }) })
  db.close()
}

test('what waits for another service on the same target holds nothing up, and can be dismissed', async () => {
  const files = testStore()
  const store = files.open('first')
  recordForeign(files.path, { id: 'eff_1', service: 'gone', kind: 'toy', key: 'k1' })
  await store.pickUps.pickUp(aPage('page-1'), aRun({ cause: 'tick' }))
  expect((await store.outbox.claim('notion', 'all')).map(({ target }) => target)).toEqual(['page-1'])
  expect(await store.outbox.claim('gone', 'all')).toEqual([])
  expect(await store.effects.dismiss('eff_1', 'ana')).toEqual({ kind: 'decided', state: 'dismissed' })
  expect(await store.effects.list(['dismissed'], 9)).toMatchObject([{ id: 'eff_1', service: 'gone' }])
})

test('a kind that this program does not know waits for one that does', async () => {
  const files = testStore()
  const store = files.open('first')
  recordForeign(files.path, { id: 'eff_1', service: 'notion', kind: 'hologram', key: 'k1' })
  expect(await store.outbox.claim('notion', 'all')).toEqual([])
  expect(await store.outbox.counts()).toMatchObject({ pending: 1, dead: 0 })
})

test('two services may be told of one thing under the same key', () => {
  const files = testStore()
  files.open('first')
  recordForeign(files.path, { id: 'eff_1', service: 'notion', kind: 'log', key: 'run_1/log/started' })
  recordForeign(files.path, { id: 'eff_2', service: 'drive', kind: 'log', key: 'run_1/log/started' })
  expect(() =>
    recordForeign(files.path, { id: 'eff_3', service: 'drive', kind: 'log', key: 'run_1/log/started' }),
  ).toThrow(/UNIQUE/)
})
