/** `init` on databases with several data sources, and ids in all the forms that they are copied in. */
import { beforeEach, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/sandbox/lib/json.ts'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { listOf, partOf } from '../../support/document.ts'
import type { Board } from './support/board.ts'
import { newDesk, openDesk, sharedOffice, type Desk } from './support/desk.ts'
import { runsOf, textLike } from './support/facts.ts'

const office = sharedOffice()
let board: Board

beforeEach(() => {
  board = office.board()
})

const IDEAS = { Name: { title: {} }, Notes: { rich_text: {} } }
const WORK = {
  Name: { title: {} },
  Description: { rich_text: {} },
  Trigger: { checkbox: {} },
  Status: { select: { options: [] } },
}

const titled = (content: string): JsonObject[] => [{ type: 'text', text: { content } }]

/** A database made by hand; its data sources in order, the first as Notion lists them. */
async function database(
  title: string,
  sources: Readonly<Record<string, JsonObject>>,
): Promise<{ id: string; sources: string[] }> {
  const [[, first] = ['', {}], ...rest] = Object.entries(sources)
  const made = await board.api('POST', 'databases', {
    parent: { type: 'page_id', page_id: PARENT_PAGE_ID },
    title: titled(title),
    initial_data_source: { properties: first },
  })
  const id = String(made['id'])
  for (const [name, properties] of rest) {
    const parent = { type: 'database_id', database_id: id }
    await board.api('POST', 'data_sources', { parent, title: titled(name), properties })
  }
  const whole = await board.api('GET', `databases/${id}`)
  return { id, sources: listOf(whole, 'data_sources').map(source => String(source['id'])) }
}

async function columnsOf(sourceId: string): Promise<string[]> {
  const source = await board.api('GET', `data_sources/${sourceId}`)
  return Object.keys(partOf(source, 'properties')).toSorted()
}

function queueOf(desk: Desk): unknown {
  const [queue] = desk.rows(`SELECT database_id, data_source_id FROM notion_databases WHERE key = 'queue'`)
  return queue
}

test('the data source that fits is used and repaired, the others stay as they are', async () => {
  const { id, sources } = await database('Agency', { Ideas: IDEAS, Work: WORK })
  const desk = newDesk(office)
  await desk.done('init', '--queue', id, '--repair')
  expect(queueOf(desk)).toEqual({ database_id: id, data_source_id: sources[1] })
  expect(await columnsOf(sources[0] ?? '')).toEqual(['Name', 'Notes'])
  expect(await columnsOf(sources[1] ?? '')).toContain('QA Score')
})

test('where none or several fit it is refused, with all there are, and nothing is changed', async () => {
  const { id, sources } = await database('Agency', { Ideas: IDEAS, Blank: { Name: { title: {} } } })
  const desk = newDesk(office)
  const called = await desk.call('init', '--queue', id, '--repair')
  expect(called).toMatchObject({
    code: 78,
    error: {
      message: textLike(
        new RegExp(
          `^the database "Agency" \\(${id}\\) holds several data sources, and .*\\n {2}${sources[0]} .* has 1 of 22 columns\\n {2}${sources[1]} {2}"Blank" has 0 of 22`,
        ),
      ),
      hint: textLike(/^echopilot .*init --queue ID, with the id of one of them$/),
    },
  })
  expect([await columnsOf(sources[0] ?? ''), await columnsOf(sources[1] ?? '')]).toEqual([
    ['Name', 'Notes'],
    ['Name'],
  ])
  const twins = await database('Twins', { Work: WORK, Copy: WORK })
  expect((await desk.call('init', '--queue', twins.id)).code).toBe(78)
})

test.for(['', 'collection://'])('a data source is named by its own id (%s…)', async before => {
  const { id, sources } = await database('Twins', { Work: WORK, Copy: WORK })
  const desk = newDesk(office)
  await desk.done('init', '--queue', `${before}${sources[1]}`)
  expect(queueOf(desk)).toEqual({ database_id: id, data_source_id: sources[1] })
  // Known now: the database is looked at again without a word of which.
  await desk.done('init')
  expect(queueOf(desk)).toEqual({ database_id: id, data_source_id: sources[1] })
})

test('one data source is never two of ours', async () => {
  const { id } = await database('Everything', { Work: WORK })
  const called = await newDesk(office).call('init', '--queue', id, '--clients', id, '--repair')
  expect(called).toMatchObject({ code: 78, error: { message: textLike(/already used as "Clients"/) } })
})

test('a queue is named by its address also while a row of it is open beside it; the row, by explain', async () => {
  const first = await openDesk(office)
  const pageId = await board.add({ 'Task Name': 'Note' })
  const [{ id } = { id: '' }] = first.rows<{ id: string }>(
    `SELECT database_id AS id FROM notion_databases WHERE key = 'queue'`,
  )
  const bare = (text: string): string => text.replaceAll('-', '')
  const address = `https://www.notion.so/acme/${bare(id)}?v=${'7'.repeat(32)}&p=${bare(pageId)}&pm=s`
  const desk = newDesk(office)
  await desk.done('init', '--queue', address)
  expect(queueOf(desk)).toMatchObject({ database_id: id })
  await desk.done('poll')
  const [run] = runsOf(desk, pageId)
  expect((await desk.done('explain', address))['kind']).toBe('task')
  expect(await desk.done('task', 'show', address)).toMatchObject({ task: { runId: run?.id } })
})
