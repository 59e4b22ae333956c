/** `init`: finds what is there, makes the rest once, and binds the store to one workspace. */
import { beforeEach, expect, test } from 'vitest'
import { isObject } from '../../../src/sandbox/lib/json.ts'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { listOf } from '../../support/document.ts'
import { spawn } from '../../cli/support/run.ts'
import { dumpStore } from '../../support/books.ts'
import { PACKED, startScript } from '../../support/child.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Called, type Desk } from './support/desk.ts'
import { runsOf, statesOf, textLike } from './support/facts.ts'
import { OTHER_WORKSPACE, otherWorkspace } from './support/other-workspace.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }
const ALL_SIX = ['Automation Log', 'Automation Queue', 'Clients', 'DSR Requests', 'Job Log', 'Status']

function didOf(called: Called): string[] {
  return listOf(called.document, 'steps').map(({ did }) => String(did))
}

const times = (count: number, what: string): string[] => Array.from({ length: count }, () => what)

async function databasesMade(): Promise<string[]> {
  const writes = await board.writes()
  return writes.flatMap(({ kind, changed }) =>
    kind === 'database.create' && isObject(changed) ? [String(changed['title'])] : [],
  )
}

test('repeated, from another store too, it finds all six and makes none', async () => {
  const desk = newDesk(office)
  expect(didOf(await desk.call('init'))).toEqual(times(6, 'made'))
  expect(didOf(await desk.call('init'))).toEqual(times(6, 'found'))
  expect(didOf(await newDesk(office).call('init'))).toEqual(times(6, 'found'))
  expect((await databasesMade()).toSorted()).toEqual(ALL_SIX)
})

test('databases that are there are adopted by id and by address, wherever they stand', async () => {
  await openDesk(office)
  const found = listOf(await board.api('GET', `blocks/${PARENT_PAGE_ID}/children`), 'results')
  const idOf = (title: string): string => {
    const block = found.find(
      one => isObject(one['child_database']) && one['child_database']['title'] === title,
    )
    return String(block?.['id'])
  }
  const [queue, clients] = [idOf('Automation Queue'), idOf('Clients')]
  const desk = newDesk(office)
  const address = `https://www.notion.so/acme/Work-${clients.replaceAll('-', '')}?v=0123456789abcdef0123456789abcdef`
  const called = await desk.call('init', '--queue', queue, '--clients', address)
  expect(called.code).toBe(0)
  expect(
    desk.rows(`SELECT key, database_id FROM notion_databases WHERE key IN ('queue', 'clients') ORDER BY key`),
  ).toEqual([
    { key: 'clients', database_id: clients },
    { key: 'queue', database_id: queue },
  ])
  expect(await newDesk(office).call('init', '--queue', 'nonsense')).toMatchObject({ code: 64 })
  const gone = await newDesk(office).call('init', '--queue', '0123456789abcdef0123456789abcdef')
  expect(gone).toMatchObject({ code: 78, error: { hint: textLike(/share the page/) } })
})

test.for([1, 3, 5])(
  'cut down while it makes the databases (%i made): the next one finds them',
  async made => {
    let seen = 0
    const dying = newDesk(office, {
      fetch: async (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input)
        if (pathname === '/v1/databases' && init?.method?.toUpperCase() === 'POST') {
          seen += 1
          // As after a crash: what follows is never sent.
          if (seen > made) throw new TypeError('fetch failed')
        }
        return fetch(input, init)
      },
    })
    expect((await dying.call('init')).code).toBe(75)
    const desk = newDesk(office, { stateDir: dying.stateDir })
    expect(didOf(await desk.call('init')).toSorted()).toEqual([
      ...times(made, 'found'),
      ...times(6 - made, 'made'),
    ])
    expect((await databasesMade()).toSorted()).toEqual(ALL_SIX)
  },
)

test('a database whose answer was lost is found by the next init', async () => {
  await board.arm(
    { type: 'lose-answer' },
    { method: 'POST', path: '/v1/databases', bodyIncludes: 'Automation Log' },
  )
  const desk = newDesk(office)
  expect((await desk.call('init')).code).toBe(75)
  expect((await desk.call('init')).code).toBe(0)
  expect((await databasesMade()).toSorted()).toEqual(ALL_SIX)
})

test('killed in the middle, as a process, and started again', async () => {
  await board.arm({ type: 'hang' }, { method: 'POST', path: '/v1/databases', bodyIncludes: 'Job Log' })
  const desk = newDesk(office)
  const words = ['--state-dir', desk.stateDir, 'init', '--json']
  const running = startScript(PACKED, words, { env: desk.env })
  await expect.poll(async () => (await databasesMade()).length, { interval: 20 }).toBe(3)
  running.child.kill('SIGKILL')
  expect((await running.ended).signal).toBe('SIGKILL')
  await board.disarm()
  expect(await spawn(words, { env: desk.env })).toMatchObject({ code: 0 })
  expect((await databasesMade()).toSorted()).toEqual(ALL_SIX)
})

test('a database in the trash is not used', async () => {
  const desk = await openDesk(office)
  const [{ id } = { id: '' }] = desk.rows<{ id: string }>(
    `SELECT database_id AS id FROM notion_databases WHERE key = 'jobLog'`,
  )
  await board.api('PATCH', `databases/${id}`, { in_trash: true })
  const called = await desk.call('init')
  expect(called).toMatchObject({
    code: 78,
    error: { message: textLike(/"Job Log".*in the trash/) },
  })
})

/** The same store with the token of another workspace. */
async function elsewhere(desk: Desk): Promise<Desk> {
  const url = await otherWorkspace(office.url('notion'))
  return newDesk(office, { stateDir: desk.stateDir, env: { NOTION_BASE_URL: url } })
}

test('the token of another workspace is refused by everything, until init --rebind', async () => {
  const desk = await openDesk(office)
  const pageId = await board.add(PASSES)
  await desk.done('poll')
  const other = await elsewhere(desk)
  const before = [dumpStore(desk.storeFile)['effects'], await board.writes()]
  for (const words of [
    ['init'],
    ['poll', '--drain'],
    ['process'],
    ['qa'],
    ['notion', 'sync'],
    ['notion', 'sync', '--rebuild'],
    ['notion', 'diff'],
  ]) {
    const called = await other.call(...words)
    expect(called.code, words.join(' ')).toBe(78)
    expect(called.error).toMatchObject({
      kind: 'config',
      message: textLike(
        /belongs to the Notion workspace "EchoPilot sandbox", the token opens "Somebody else"/,
      ),
      hint: textLike(/init --rebind/),
    })
  }
  // Notices of alerts go on.
  expect(await other.call('deliver')).toMatchObject({
    code: 78,
    document: {
      failed: [
        {
          id: 'notion',
          message: textLike(/belongs to the Notion workspace "EchoPilot sandbox"/),
          next: textLike(/init --rebind/),
        },
      ],
    },
  })
  expect([dumpStore(desk.storeFile)['effects'], await board.writes()]).toEqual(before)

  expect((await other.call('init', '--rebind', '--dry-run')).code).toBe(0)
  expect((await other.call('poll')).code).toBe(78)
  const rebound = await other.call('init', '--rebind')
  expect(rebound).toMatchObject({ code: 0, document: { workspace: OTHER_WORKSPACE.name } })
  await other.done('poll', '--drain')
  expect(statesOf(desk, pageId)).toEqual(['done'])
  expect((await desk.call('poll')).code).toBe(78)
})

test('where Notion does not tell whose workspace a new token opens, nothing is read or written in it', async () => {
  const desk = await openDesk(office)
  await board.add(PASSES, { count: 2 })
  await desk.done('poll', '--limit', '1')
  const [{ page_id: pageId } = { page_id: '' }] = runsOf(desk)
  await desk.done('process')
  const other = await elsewhere(desk)
  await board.arm({ type: 'status', status: 503 }, { path: '/v1/users/me' }, 1000)
  const before = await board.writes()
  expect(await other.call('poll', '--drain')).toMatchObject({
    code: 3,
    document: {
      runs: [{ status: 'Done' }],
      notion: { picked: [], delivered: 0, unreachable: { next: textLike(/./) } },
    },
  })
  for (const words of [['poll'], ['deliver']]) expect((await other.call(...words)).code, words[0]).toBe(75)
  expect((await other.call('process')).code).toBe(0)
  expect(await board.writes()).toEqual(before)
  expect(desk.rows(`SELECT 1 FROM effects WHERE state = 'dead'`)).toEqual([])
  expect(statesOf(desk)).toEqual(['done'])
  await board.disarm()
  await desk.done('poll')
  expect((await board.row(pageId)).cells['Status']).toBe('Done')
})

test('a workspace is asked who it is once for each token, not at every call', async () => {
  const desk = await openDesk(office)
  await board.arm({ type: 'status', status: 503 }, { path: '/v1/users/me' }, 100)
  await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect(runsOf(desk).map(({ state }) => state)).toEqual(['done'])
})

test('after a reset of the sandbox, init makes everything anew', async () => {
  const desk = await openDesk(office)
  await fetch(`${office.url('notion')}/__sandbox/reset`, { method: 'POST' })
  const stale = await desk.call('init')
  expect(stale.code).toBe(78)
  // The workspace is the same by name, but what was known of it is not there: --rebind forgets it.
  const called = await desk.call('init', '--rebind')
  expect([called.code, didOf(called)]).toEqual([0, times(6, 'made')])
  await board.add(PASSES)
  await desk.done('poll', '--drain')
  expect(statesOf(desk)).toEqual(['done'])
})

test('without a token, or with a wrong one, it says what to set', async () => {
  const none = await newDesk(office, { env: { NOTION_TOKEN: '' } }).call('init')
  expect(none.code).toBe(78)
  const wrong = await newDesk(office, { env: { NOTION_TOKEN: 'ntn_invalid' } }).call('init')
  expect(wrong).toMatchObject({ code: 78, error: { hint: textLike(/check NOTION_TOKEN/) } })
  expect(wrong.err).not.toContain('ntn_invalid')
})
