/** The filing of a result in Drive by a process that is killed anywhere: it lies there once. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { realFiles, realProcesses } from '../../src/kernel/real-world.ts'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { openStore } from '../../src/store/index.ts'
import { finishRun } from '../roles/support/finished-run.ts'
import { keptAt } from '../roles/support/kept.ts'
import { googleServer, type GoogleServer } from '../sandbox/google/support/server.ts'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { aRun } from '../support/store.ts'
import { aTask } from '../support/tasks.ts'
import { fileFolder } from '../support/temporary.ts'
import { boundariesOf, expectRecoveries, workUntilKilled, type Place } from './support/matrix.ts'

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
let number = 0

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

async function anew(file: string): Promise<Place & { readonly google: GoogleServer }> {
  number += 1
  const stateDir = join(folder, String(number))
  mkdirSync(stateDir)
  copyFileSync(file, join(stateDir, 'echopilot.db'))
  const google = await googleServer()
  const env = {
    GOOGLE_BASE_URL: google.url,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
    OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
  }
  return { stateDir, env, google }
}

/** What may have been sent is looked for twice, ten seconds apart: they have passed. */
function tenSecondsLater({ stateDir }: Place): void {
  const db = new Database(join(stateDir, 'echopilot.db'))
  db.exec('UPDATE effects SET not_before_ms = 0, looked_up_ms = looked_up_ms - 10000')
  db.close()
}

async function expectOneFile({ stateDir, google }: Awaited<ReturnType<typeof anew>>): Promise<void> {
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
