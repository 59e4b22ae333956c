import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { startScript } from '../support/child.ts'
import { isTextList, parsed } from '../sandbox/support/wire.ts'
import { addTo, testStore } from '../support/store.ts'
import { temporaryFolder } from '../support/temporary.ts'

const STORES = 25
const RIVALS = 3
const EVERY_MS = 40
/** Long enough for all of them to have started and loaded. */
const START_MS = 1200

test('processes that make the same new store at the same instant all get it', async () => {
  const folder = temporaryFolder()
  const first = Date.now() + START_MS
  const args = [folder, String(first), String(EVERY_MS), String(STORES)]
  const opener = new URL('./support/opener.ts', import.meta.url)
  const rivals = Array.from({ length: RIVALS }, () => startScript(opener, args))
  const ends = await Promise.all(rivals.map(async rival => rival.ended))
  const wrong = ends.flatMap(({ stdout, stderr }) => (stdout === '' ? [stderr] : [stdout]))
  // A machine so slow that a rival is late has still to get a whole store.
  expect(wrong.map(list => list.replaceAll(/"late for \d+",?/g, ''))).toEqual(ends.map(() => '[]'))
  for (let number = 0; number < STORES; number += 1) {
    const steps = rowsOf<{ number: number }>(
      join(folder, `${String(number)}.db`),
      'SELECT number FROM schema_migrations ORDER BY number',
    )
    expect(steps.map(step => step.number)).toEqual(steps.map((_, index) => index + 1))
    expect(rowsOf(join(folder, `${String(number)}.db`), 'SELECT * FROM queue_pause')).toHaveLength(1)
  }
})

test('processes that take each next run with a commit are each given another one', async () => {
  const files = testStore()
  const store = files.open('first')
  const runIds: string[] = []
  for (let tasks = 0; tasks < 120; tasks += 1) runIds.push((await addTo(store)).runId)
  const finisher = new URL('./support/finisher.ts', import.meta.url)
  const args = [files.path, String(RIVALS)]
  const rivals = Array.from({ length: RIVALS }, () => startScript(finisher, args))
  const ends = await Promise.all(rivals.map(async rival => rival.ended))
  const taken = ends.map(({ stdout }) => parsed(stdout, isTextList))
  expect(taken.flat().toSorted()).toEqual(runIds.toSorted())
  for (const own of taken) expect(own.length).toBeGreaterThan(0)
  expectAtRest(files.path)
})
