/** Reading a chain that grows meanwhile. */
import { expect, test } from 'vitest'
import { verifyChain } from '../../src/figures/audit.ts'
import { changeStore } from '../store/support/store-file.ts'
import { addTo, testStore } from '../support/store.ts'

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
  const reading = {
    store: { audit: { ...store.audit, end } },
    world: { clock: { soon: (work: () => void) => void setImmediate(work) } },
    stop: new AbortController().signal,
    progress: () => undefined,
  }
  const { last, flaw } = await verifyChain(reading, null)
  expect({ seq: last.seq, what: flaw?.what ?? null }).toEqual({ seq: what === null ? 5 : 4, what })
})
