/** The mail of a report, asked for and sent by a process that is killed anywhere: of a period there is one. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { fileFolder } from '../support/temporary.ts'
import { googlePlace, tenSecondsLater, type GooglePlace } from './support/google-place.ts'
import { boundariesOf, expectRecoveries, workUntilKilled } from './support/matrix.ts'

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

const anew = async (): Promise<GooglePlace> => googlePlace(folder, null)

async function expectMails(place: GooglePlace, periods: readonly string[]): Promise<void> {
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
