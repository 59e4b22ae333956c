/** The audit chain: what is in it, and that it is written with what it tells of. */
import { expect, test } from 'vitest'
import { CHANGES } from '../../src/store/changes.ts'
import { rowsOf } from '../support/books.ts'
import { testStore } from '../support/store.ts'
import { busyDay } from './support/busy-day.ts'

interface Row {
  readonly seq: number
  readonly kind: string
  readonly subjects: string
}

function chainOf(path: string): Row[] {
  return rowsOf<Row>(path, 'SELECT * FROM audit_log ORDER BY seq')
}

const AUDITED = new Set(Object.entries(CHANGES).flatMap(([kind, { audited }]) => (audited ? [kind] : [])))

test('what is audited is in the chain, and says what it was about', async () => {
  const files = testStore()
  await busyDay(files)
  const chain = chainOf(files.path)
  const changes = chain.filter(({ kind }) => AUDITED.has(kind))
  expect(new Set(changes.map(({ kind }) => kind)).size).toBeGreaterThan(12)
  expect(changes.filter(({ subjects }) => subjects === '{}')).toEqual([])
  expect(chain.map(({ kind }) => kind).filter(kind => !AUDITED.has(kind))).toEqual([
    'audit.begin',
    'store.migrate',
  ])
})
