/** A store that belongs to a workspace, without its token: everything else would look well. */
import { expect, test } from 'vitest'
import { AppError } from '../../../src/kernel/errors.ts'
import { lostCredentials } from '../../../src/settings/bound.ts'
import { dumpStore } from '../../support/books.ts'
import { listOf } from '../../support/document.ts'
import { briefThat } from '../../support/tasks.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { textLike } from './support/facts.ts'

const office = sharedOffice()

async function withoutToken(): Promise<Desk> {
  const { stateDir } = await openDesk(office)
  return newDesk(office, { stateDir, env: { NOTION_TOKEN: '' } })
}

test.for([
  ['poll'],
  ['poll', '--drain'],
  ['process'],
  ['qa'],
  ['notion', 'sync'],
  ['notion', 'sync', '--rebuild'],
  ['notion', 'diff'],
  ['init'],
])('%s: 78, with the name of the credential', async words => {
  const desk = await withoutToken()
  const before = dumpStore(desk.storeFile)['effects']
  const called = await desk.call(...words)
  expect(called).toMatchObject({
    code: 78,
    error: {
      kind: 'config',
      message: textLike(/^NOTION_TOKEN is not set, and .*"EchoPilot sandbox"$/),
      hint: textLike(/^set NOTION_TOKEN again .*secrets\/notion_token with mode 0600\)/),
    },
  })
  expect(dumpStore(desk.storeFile)['effects']).toEqual(before)
})

test.for([['deliver'], ['deliver', '--dry-run']])(
  '%s: 78 as well, and notices of alerts go on',
  async words => {
    const desk = await withoutToken()
    const before = dumpStore(desk.storeFile)['effects']
    expect(await desk.call(...words)).toMatchObject({
      code: 78,
      document: {
        failed: [
          {
            id: 'notion',
            message: textLike(/^NOTION_TOKEN is not set, and .*"EchoPilot sandbox"$/),
            next: textLike(/^set NOTION_TOKEN again .*secrets\/notion_token with mode 0600\)/),
          },
        ],
      },
    })
    expect(dumpStore(desk.storeFile)['effects']).toEqual(before)
  },
)

test('what waits is written also where the key of the model service is missing', async () => {
  const before = await openDesk(office)
  await before.done('poll')
  const desk = newDesk(office, {
    stateDir: before.stateDir,
    env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: 'https://api.openai.com/v1' },
  })
  expect((await desk.call('deliver')).code).toBe(0)
  expect((await desk.call('notion', 'sync')).code).toBe(0)
})

test('status and doctor show the whole screen, and then 78 outranks 1', async () => {
  const before = await openDesk(office)
  const { taskId } = await before.done('task', 'add', briefThat('refuse'))
  await before.done('process')
  const desk = newDesk(office, { stateDir: before.stateDir, env: { NOTION_TOKEN: '' } })
  const read = await desk.read('status')
  expect(read.code).toBe(78)
  expect(read.out).toMatch(
    /Queue\n.*AI cost\n.*Credentials\n {2}missing NOTION_TOKEN \(echopilot .*doctor\)\n.*Failed-Final\n/s,
  )
  const status = await desk.call('status')
  expect([status.code, listOf(status.document, 'failed').map(item => item['taskId'])]).toEqual([78, [taskId]])
  expect(listOf(status.document, 'credentials')).toMatchObject([{ secret: 'NOTION_TOKEN' }])
  const doctor = await desk.call('doctor')
  expect(doctor.code).toBe(78)
  expect(listOf(doctor.document, 'proofs')).toContainEqual(
    expect.objectContaining({ subject: 'notion', outcome: 'failed', detail: textLike(/NOTION_TOKEN/) }),
  )
})

test('a store that never met a workspace is as it was: only the local queue', async () => {
  const desk = newDesk(office, { env: { NOTION_TOKEN: '' } })
  await desk.done('task', 'add', briefThat('score=95'))
  for (const words of [['poll', '--drain'], ['deliver'], ['status'], ['doctor']]) {
    expect((await desk.call(...words)).code, words.join(' ')).toBe(0)
  }
})

test('a credential that cannot be read is as missing as one that is not there', () => {
  const accounts = [
    { service: 'notion', label: 'Acme' },
    { service: 'of later', label: 'x' },
  ]
  const loose = (): never => {
    throw new AppError('config', 'the secret can be read by others', 'what to do')
  }
  expect(lostCredentials(accounts, loose)).toEqual([
    { secret: 'NOTION_TOKEN', why: 'the secret can be read by others' },
  ])
  expect(lostCredentials(accounts, () => 'environment NOTION_TOKEN')).toEqual([])
})
