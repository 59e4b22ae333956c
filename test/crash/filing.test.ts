/** The filing of a result in Drive by a process that is killed anywhere: it lies there once. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realFiles, realProcesses } from '../../src/kernel/real-world.ts'
import { openStore } from '../../src/store/index.ts'
import { finishRun } from '../roles/support/finished-run.ts'
import { keptAt } from '../roles/support/kept.ts'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { aRun } from '../support/store.ts'
import { aTask } from '../support/tasks.ts'
import { fileFolder } from '../support/temporary.ts'
import { googlePlace, tenSecondsLater, type GooglePlace } from './support/google-place.ts'
import { boundariesOf, expectRecoveries, workUntilKilled } from './support/matrix.ts'

const FILES = '/drive/v3/files'
const ALWAYS = [
  `before POST ${FILES}`,
  `after POST ${FILES}`,
  `before PUT /upload${FILES}`,
  `after PUT /upload${FILES}`,
  'after outbox.claim',
  'before outbox.delivered',
  'after outbox.delivered',
]
/** No process has this id. */
const NOBODY = 4_194_305

const folder = fileFolder()

/** A result that is to be filed. */
async function template(): Promise<string> {
  const file = join(folder, 'template.db')
  const options = realStoreOptions(file)
  const dead = { ...options.world, processes: realProcesses(realFiles(), NOBODY) }
  const store = openStore({ ...options, world: dead })
  const terms = { prices: [], billing: 'link', rates: {}, filing: 'drive' } as const
  await store.tasks.add(aTask(), aRun({ terms }))
  await finishRun(store)
  store.close()
  return file
}

const anew = async (file: string): Promise<GooglePlace> => googlePlace(folder, file)

async function expectOneFile({ stateDir, google }: GooglePlace): Promise<void> {
  const file = join(stateDir, 'echopilot.db')
  expect(rowsOf(file, `SELECT state FROM effects WHERE kind = 'file'`)).toEqual([{ state: 'done' }])
  expect(rowsOf(file, `SELECT COUNT(*) AS told FROM receipt_entries WHERE kind = 'file'`)).toEqual([
    { told: 1 },
  ])
  expect(await keptAt(google.url)).toHaveLength(1)
  expectAtRest(file)
}

test('killed at a boundary and run again', { timeout: 900_000 }, async () => {
  const file = await template()
  const undisturbed = await anew(file)
  const boundaries = await boundariesOf(undisturbed, 'deliver')
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  await expectOneFile(undisturbed)
  await expectRecoveries({ boundaries, always: ALWAYS, others: 4 }, async killAt => {
    const place = await anew(file)
    const { code, signal, stderr } = await workUntilKilled(place, killAt, 'deliver')
    expect({ signal, stderr }).toEqual({ signal: code === 0 ? null : 'SIGKILL', stderr: '' })
    await boundariesOf(place, 'deliver')
    tenSecondsLater(place)
    await boundariesOf(place, 'deliver')
    await expectOneFile(place)
  })
})
