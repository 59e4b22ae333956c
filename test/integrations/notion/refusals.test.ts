/** What Notion refuses is said in a plain sentence, with what to type; its own words stand behind. */
import { beforeEach, expect, test } from 'vitest'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { listOf, partOf } from '../../support/document.ts'
import { briefThat } from '../../support/tasks.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { textLike } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const PASSES = { 'Task Name': 'Note', Description: briefThat('score=95') }

async function withoutTrigger(): Promise<void> {
  const path = `data_sources/${await board.sourceId('Automation Queue')}`
  await board.api('PATCH', path, { properties: { Trigger: null } })
}

const REFUSALS: readonly {
  what: string
  befalls: () => Promise<void>
  said: RegExp
  next: RegExp
  code: number
}[] = [
  {
    what: 'a Trigger column that was taken off',
    befalls: withoutTrigger,
    said: /^a column that EchoPilot uses is not in the database any more \(Notion 400 /,
    next: /^add it again with echopilot .*init --repair, then run the same command again$/,
    code: 78,
  },
  {
    what: 'a queue that is not shared any more',
    befalls: async () => board.arm({ type: 'status', status: 404 }, { path: '/v1/data_sources/*' }, 100),
    said: /^there is no such page or database, or it is not shared with the integration \(Notion 404 /,
    next: /^share the page or database with the integration .* then run the same command again$/,
    code: 78,
  },
  {
    what: 'a token that is not accepted',
    befalls: async () => board.arm({ type: 'status', status: 401 }, { path: '/v1/*' }, 100),
    said: /^Notion does not accept the token \(Notion 401 /,
    next: /^check NOTION_TOKEN, then run the same command again$/,
    code: 78,
  },
  {
    what: 'a right that the integration lacks',
    befalls: async () => board.arm({ type: 'status', status: 403 }, { path: '/v1/*' }, 100),
    said: /^Notion does not allow the integration to do this \(Notion 403 /,
    next: /^let the integration read, insert and update content/,
    code: 78,
  },
  {
    what: 'a service that is down',
    befalls: async () => board.arm({ type: 'status', status: 502 }, { path: '/v1/*' }, 100),
    said: /^Notion has trouble of its own \(Notion 502/,
    next: /^wait a minute, then run the same command again$/,
    code: 75,
  },
]

test.for(REFUSALS)('$what: poll says it, and what to type', async ({ befalls, said, next, code }) => {
  const desk = await openDesk(office)
  await befalls()
  const called = await desk.call('poll', '--drain')
  expect(called.code).toBe(code)
  const unreachable = partOf(partOf(called.document, 'notion'), 'unreachable')
  expect(unreachable).toMatchObject({ message: textLike(said), next: textLike(next) })
  expect((await desk.read('poll', '--drain')).out).toContain(`  next: ${String(unreachable['next'])}`)
})

test('a taken off Trigger is mended by what is said', async () => {
  const desk = await openDesk(office)
  await withoutTrigger()
  await desk.call('poll')
  await desk.done('init', '--repair')
  await board.add(PASSES)
  expect(listOf(partOf(await desk.done('poll', '--drain'), 'notion'), 'picked')).toHaveLength(1)
})

/** A desk with something to write and to compare. */
async function written(): Promise<Desk> {
  const desk = await openDesk(office)
  await board.add(PASSES)
  await desk.done('poll', '--drain')
  await board.add(PASSES)
  await desk.done('poll')
  await desk.done('process')
  return desk
}

test('deliver and notion sync name each cause once, with what to type', async () => {
  const desk = await written()
  await board.arm({ type: 'status', status: 403 }, { path: '/v1/*' }, 100)
  for (const words of [['deliver'], ['notion', 'sync']]) {
    desk.clock.forward(3_600_000)
    const called = await desk.call(...words)
    expect(called.code).toBe(78)
    expect(listOf(called.document, 'failed')).toContainEqual(
      expect.objectContaining({
        message: textLike(/^Notion does not allow the integration to do this \(Notion 403/),
        next: textLike(
          /^let the integration read, insert and update content, .*then run the same command again$/,
        ),
      }),
    )
    desk.clock.forward(3_600_000)
    const { out } = await desk.read(...words)
    expect(out.match(/ {2}next: let the integration/g)).toHaveLength(1)
  }
})

test.for([
  ['notion', 'diff'],
  ['notion', 'sync', '--rebuild'],
])('%s %s: a database that is not shared is an error with what to type', async words => {
  const desk = await openDesk(office)
  await board.add(PASSES)
  await desk.done('poll', '--drain')
  await board.arm({ type: 'status', status: 404 }, { path: '/v1/data_sources/*' }, 100)
  expect((await desk.call(...words)).error).toMatchObject({
    message: textLike(/^there is no such page or database/),
    hint: textLike(/^share the page or database with the integration .*then run the same command again$/),
  })
})

test('init and doctor say the same of a root page that is not shared', async () => {
  const desk = newDesk(office)
  await board.arm({ type: 'status', status: 404 }, { path: `/v1/blocks/${PARENT_PAGE_ID}/*` }, 10)
  expect((await desk.call('init')).error).toMatchObject({
    message: textLike(/there is no such page or database, or it is not shared/),
    hint: textLike(/^share the page or database with the integration .*then run the same command again$/),
  })
  await board.disarm()
  await desk.done('init')
  await board.arm({ type: 'status', status: 404 }, { path: '/v1/data_sources/*' }, 100)
  const proofs = listOf((await desk.call('doctor')).document, 'proofs')
  expect(proofs.find(({ subject }) => subject === 'notion Automation Queue')).toMatchObject({
    outcome: 'failed',
    detail: textLike(/^there is no such page or database/),
    fix: textLike(/share .*with the integration/),
  })
})
