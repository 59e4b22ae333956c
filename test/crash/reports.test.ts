/** The mail of a report, asked for and sent by a process that is killed anywhere: of a period there is one. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { googleServer, type GoogleServer } from '../sandbox/google/support/server.ts'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { emptyStoreIn } from '../support/store.ts'
import { fileFolder } from '../support/temporary.ts'
import { boundariesOf, expectRecoveries, workUntilKilled, type Place } from './support/matrix.ts'

const SENDING = 'POST /gmail/v1/users/me/messages/send'
const ALWAYS = [
  `before ${SENDING}`,
  `after ${SENDING}`,
  'before reports.mail',
  'after reports.mail',
  'after outbox.claim',
  'before outbox.delivered',
  'after outbox.delivered',
]

const folder = fileFolder()
let number = 0

async function anew(): Promise<Place & { readonly google: GoogleServer }> {
  number += 1
  const stateDir = join(folder, String(number))
  mkdirSync(stateDir)
  emptyStoreIn(stateDir)
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

async function expectMails(
  place: Awaited<ReturnType<typeof anew>>,
  periods: readonly string[],
): Promise<void> {
  const file = join(place.stateDir, 'echopilot.db')
  expect(rowsOf(file, 'SELECT key, state FROM effects ORDER BY seq')).toEqual(
    periods.map(period => ({ key: `report_executive_${period}/mail/1`, state: 'done' })),
  )
  expect(await place.google.mails()).toHaveLength(periods.length)
  expectAtRest(file)
}

test('killed at a boundary and run again, of each period one is mailed', { timeout: 900_000 }, async () => {
  const work = 'report:2020-01-01'
  const undisturbed = await anew()
  const boundaries = await boundariesOf(undisturbed, work)
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  await expectMails(undisturbed, ['2020-01-01'])
  await boundariesOf(undisturbed, work)
  await boundariesOf(undisturbed, 'report:2020-01-02')
  await expectMails(undisturbed, ['2020-01-01', '2020-01-02'])
  await expectRecoveries({ boundaries, always: ALWAYS, others: 4 }, async killAt => {
    const place = await anew()
    const { code, signal, stderr } = await workUntilKilled(place, killAt, work)
    expect({ signal, stderr }).toEqual({ signal: code === 0 ? null : 'SIGKILL', stderr: '' })
    await boundariesOf(place, work)
    tenSecondsLater(place)
    await boundariesOf(place, work)
    await expectMails(place, ['2020-01-01'])
  })
})
