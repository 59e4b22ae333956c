/** Reading a chain that grows meanwhile. */
import { expect, test } from 'vitest'
import { chainPages, verifyChain, type ChainReading } from '../../src/figures/audit.ts'
import { changeStore } from '../store/support/store-file.ts'
import { addTo, testStore } from '../support/store.ts'

function readingOf(store: ChainReading['store']): ChainReading {
  return {
    store,
    world: { clock: { soon: (work: () => void) => void setImmediate(work) } },
    stop: new AbortController().signal,
    progress: () => undefined,
  }
}

test.each([
  ['is no flaw', null, null],
  [
    'is read too',
    `UPDATE audit_log SET actor = 'mallory' WHERE seq = 5`,
    'row 5 was changed after it was written',
  ],
])('what is appended while the chain is read %s', async (_, sql, what) => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  let added = 0
  const end = async (): ReturnType<typeof store.audit.end> => {
    added += 1
    if (added <= 2) await addTo(store)
    if (added === 2 && sql !== null) changeStore(files.path, sql)
    return store.audit.end()
  }
  const { last, flaw } = await verifyChain(readingOf({ audit: { ...store.audit, end } }), null)
  expect({ seq: last.seq, what: flaw?.what ?? null }).toEqual({ seq: what === null ? 5 : 4, what })
})

test.each(['9007199254740993', '9223372036854775807'])('a row of number %s is read once', async seq => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store)
  changeStore(
    files.path,
    `INSERT INTO audit_log SELECT ${seq}, at_ms, actor, kind, subjects, program_commit, previous, digest FROM audit_log WHERE seq = 3`,
  )
  const read: string[] = []
  for await (const rows of chainPages(readingOf(store))) {
    read.push(...rows.map(row => row.seq))
    if (read.length > 10) break
  }
  expect(read).toEqual(['1', '2', '3', seq])
})
