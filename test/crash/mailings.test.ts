/** The mail of a result, asked for and sent by a process that is killed anywhere: the client gets one. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newClient } from '../../src/domain/client.ts'
import { realFiles, realProcesses } from '../../src/kernel/real-world.ts'
import { openStore } from '../../src/store/index.ts'
import { finishRun } from '../roles/support/finished-run.ts'
import { expectAtRest, rowsOf } from '../support/books.ts'
import { realStoreOptions } from '../support/real-world.ts'
import { aRun } from '../support/store.ts'
import { aTask } from '../support/tasks.ts'
import { fileFolder } from '../support/temporary.ts'
import { googlePlace, tenSecondsLater, type GooglePlace } from './support/google-place.ts'
import { boundariesOf, expectRecoveries, workUntilKilled, type Work } from './support/matrix.ts'

const SENDING = 'POST /gmail/v1/users/me/messages/send'
const ALWAYS = [
  `before ${SENDING}`,
  `after ${SENDING}`,
  'after outbox.claim',
  'before outbox.delivered',
  'after outbox.delivered',
]
/** No process has this id. */
const NOBODY = 4_194_305

const folder = fileFolder()

/** A result whose client has an address; wanted to be mailed by itself, or not. */
async function templateOf(send: 'by-hand' | 'on-done'): Promise<{ file: string; taskId: string }> {
  const file = join(folder, `${send}.db`)
  const options = realStoreOptions(file)
  const dead = { ...options.world, processes: realProcesses(realFiles(), NOBODY) }
  const store = openStore({ ...options, world: dead })
  const clientId = await store.clients.add(
    'Acme',
    { ...newClient('Acme'), email: 'ana@acme.example' },
    'cli:ana',
  )
  const terms = { prices: [], billing: 'link', rates: {}, send } as const
  const { taskId } = await store.tasks.add(aTask({ clientId }), aRun({ terms }))
  await finishRun(store)
  store.close()
  return { file, taskId }
}

const anew = async (file: string): Promise<GooglePlace> => googlePlace(folder, file)

async function expectOneMail({ stateDir, google }: GooglePlace): Promise<void> {
  const file = join(stateDir, 'echopilot.db')
  expect(rowsOf(file, 'SELECT number, sent_ms IS NOT NULL AS sent FROM mailings')).toEqual([
    { number: 1, sent: 1 },
  ])
  expect(rowsOf(file, `SELECT state FROM effects WHERE kind = 'mail'`)).toEqual([{ state: 'done' }])
  expect(await google.mails()).toHaveLength(1)
  expectAtRest(file)
}

test.each(['by-hand', 'on-done'] as const)(
  'killed at a boundary and run again: %s',
  { timeout: 900_000 },
  async send => {
    const { file, taskId } = await templateOf(send)
    const work: Work = send === 'by-hand' ? `send:${taskId}` : 'deliver'
    const asking = send === 'by-hand' ? 'mailings.send' : 'mailings.askWanted'
    const undisturbed = await anew(file)
    const boundaries = await boundariesOf(undisturbed, work)
    const always = [...ALWAYS, `before ${asking}`, `after ${asking}`]
    expect(boundaries).toEqual(expect.arrayContaining(always))
    await expectOneMail(undisturbed)
    await expectRecoveries({ boundaries, always, others: 4 }, async killAt => {
      const place = await anew(file)
      const { code, signal, stderr } = await workUntilKilled(place, killAt, work)
      expect({ signal, stderr }).toEqual({ signal: code === 0 ? null : 'SIGKILL', stderr: '' })
      await boundariesOf(place, work)
      tenSecondsLater(place)
      await boundariesOf(place, work)
      await expectOneMail(place)
    })
  },
)
