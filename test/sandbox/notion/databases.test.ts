import { expect, test } from 'vitest'
import { isObject, objectOf, type JsonObject } from '../../../src/sandbox/lib/json.ts'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { notionServer, type NotionServer } from './support/server.ts'
import { text } from './support/text.ts'
import { makeDatabase, makeQueue, options } from './support/workspace.ts'

const PARENT = { type: 'page_id', page_id: PARENT_PAGE_ID }

async function refusal(server: NotionServer, method: string, path: string, body: unknown): Promise<string> {
  const answer = await server.call(method, path, body)
  expect(answer.body).toMatchObject({ object: 'error', status: answer.status })
  return `${String(answer.body['code'])}: ${String(answer.body['message'])}`
}

async function column(server: NotionServer, sourceId: string, name: string): Promise<JsonObject> {
  const { body } = await server.call('GET', `/v1/data_sources/${sourceId}`)
  return objectOf(objectOf(body, 'properties') ?? {}, name) ?? {}
}

function named(config: JsonObject, type: string): readonly string[] {
  const list = objectOf(config, type)?.['options']
  return Array.isArray(list)
    ? list.filter(isObject).map(option => `${String(option['name'])} ${String(option['color'])}`)
    : []
}

test('columns at the top level, where older versions had them, are an error', async () => {
  const server = await notionServer()
  expect(
    await refusal(server, 'POST', '/v1/databases', { parent: PARENT, properties: { Name: { title: {} } } }),
  ).toBe(
    'validation_error: body failed validation: body.properties should be not present, instead was `{"Name":{"title":{}}}`.',
  )
  expect(await server.writes()).toEqual([])
})

test.each<[string, unknown, RegExp]>([
  ['no parent', {}, /body\.parent should be defined, instead was `undefined`/],
  ['an empty parent', { parent: {} }, /Fix one:\nbody\.parent\.page_id should be defined/],
  ['the workspace', { parent: { type: 'workspace', workspace: true } }, /workspace/],
  [
    'a missing page',
    { parent: { page_id: '00000000-0000-4000-8000-000000000000' } },
    /^object_not_found: Could not find page/,
  ],
  [
    'no title column',
    { parent: PARENT, initial_data_source: { properties: { A: { number: {} } } } },
    /Title is not provided/,
  ],
  [
    'two titles',
    { parent: PARENT, initial_data_source: { properties: { A: { title: {} }, B: { title: {} } } } },
    /exactly one title/,
  ],
  [
    'an unknown type',
    { parent: PARENT, initial_data_source: { properties: { A: { colour: {} } } } },
    /body\.initial_data_source\.properties\.A\.title should be defined/,
  ],
  [
    'a formula',
    { parent: PARENT, initial_data_source: { properties: { A: { title: {} }, B: { formula: {} } } } },
    /The sandbox does not keep formula/,
  ],
  ['an icon', { parent: PARENT, icon: { emoji: '🗂️' } }, /The sandbox does not take body\.icon/],
  [
    'a relation to nothing',
    {
      parent: PARENT,
      initial_data_source: {
        properties: {
          A: { title: {} },
          B: { relation: { data_source_id: PARENT_PAGE_ID, single_property: {} } },
        },
      },
    },
    /^object_not_found: Could not find data source/,
  ],
  [
    'a comma in an option',
    {
      parent: PARENT,
      initial_data_source: { properties: { A: { title: {} }, B: { select: options('a,b') } } },
    },
    /commas not allowed: a,b/,
  ],
  [
    'a long option',
    {
      parent: PARENT,
      initial_data_source: { properties: { A: { title: {} }, B: { select: options('x'.repeat(101)) } } },
    },
    /name\.length should be ≤ `100`, instead was `101`/,
  ],
  [
    'a long title',
    { parent: PARENT, title: text('x'.repeat(2001)) },
    /body\.title\[0\]\.text\.content\.length should be ≤ `2000`, instead was `2001`/,
  ],
])('a database with %s is refused and leaves nothing', async (_what, body, message) => {
  const server = await notionServer()
  expect(await refusal(server, 'POST', '/v1/databases', body)).toMatch(message)
  expect(await server.writes()).toEqual([])
  const { results } = await server.notion.blocks.children.list({ block_id: PARENT_PAGE_ID })
  expect(results).toEqual([])
})

test('a database is a block of its parent and goes to the trash and back', async () => {
  const server = await notionServer()
  const { notion } = server
  const { databaseId, sourceId } = await makeDatabase(notion, 'Jobs', { Name: { title: {} } })
  const children = async (): Promise<unknown> =>
    (await notion.blocks.children.list({ block_id: PARENT_PAGE_ID })).results
  expect(await children()).toMatchObject([{ id: databaseId, child_database: { title: 'Jobs' } }])
  await notion.databases.update({ database_id: databaseId, in_trash: true })
  expect(await children()).toEqual([])
  expect(await notion.databases.retrieve({ database_id: databaseId })).toMatchObject({
    in_trash: true,
    archived: true,
  })
  const row = { parent: { data_source_id: sourceId }, properties: {} }
  expect(await refusal(server, 'POST', '/v1/pages', row)).toMatch(/Can't edit block that is archived/)
  await notion.databases.update({ database_id: databaseId, in_trash: false })
  expect(await children()).toHaveLength(1)
})

test('a database’s id is not a data source’s', async () => {
  const server = await notionServer()
  const { databaseId } = await makeDatabase(server.notion, 'Jobs', { Name: { title: {} } })
  expect(await refusal(server, 'POST', `/v1/data_sources/${databaseId}/query`, {})).toMatch(
    /^object_not_found: Could not find data source/,
  )
})

test('columns are added, renamed and removed', async () => {
  const server = await notionServer()
  const { queue } = await makeQueue(server.notion)
  const patch = async (properties: unknown): Promise<string | undefined> => {
    const answer = await server.call('PATCH', `/v1/data_sources/${queue.sourceId}`, { properties })
    return answer.status === 200 ? undefined : String(answer.body['message'])
  }
  const page = await server.notion.pages.create({
    parent: { data_source_id: queue.sourceId },
    properties: { 'Task Name': { title: text('T') }, Description: { rich_text: text('D') } },
  })
  const before = await column(server, queue.sourceId, 'Description')
  expect(
    await patch({ Description: { name: 'Brief' }, 'Task Name': { name: 'Aufgabe' }, Extra: { date: {} } }),
  ).toBeUndefined()
  expect(await column(server, queue.sourceId, 'Brief')).toMatchObject({ id: before['id'], type: 'rich_text' })
  expect(await column(server, queue.sourceId, 'Aufgabe')).toMatchObject({ id: 'title' })
  expect(await patch({ [String(before['id'])]: { name: 'Words' } })).toBeUndefined()
  const shown = await server.notion.pages.retrieve({ page_id: page.id })
  expect(shown).toMatchObject({
    properties: {
      Words: { rich_text: [{ plain_text: 'D' }] },
      Aufgabe: { title: [{ plain_text: 'T' }] },
    },
  })
  expect(await patch({ Extra: null })).toBeUndefined()
  expect(await column(server, queue.sourceId, 'Extra')).toEqual({})
  expect(await patch({ Aufgabe: null })).toMatch(/title/)
  expect(await patch({ Aufgabe: { number: {} } })).toMatch(/title/)
  expect(await patch({ Words: { number: {} } })).toMatch(/^The sandbox does not change the type/)
  expect(await patch({ Nope: null })).toBe('Could not find property with name or id: Nope')
  expect(await patch({ Words: { name: 'Status' } })).toMatch(/already exists/)
})

test('options are replaced as a list: kept by name or id, left out ones go, colours cannot change', async () => {
  const server = await notionServer()
  const { sourceId } = await makeDatabase(server.notion, 'Jobs', {
    Name: { title: {} },
    Kind: { select: { options: [{ name: 'A', color: 'red' }, { name: 'B' }] } },
    State: { status: options('Open', 'Closed') },
  })
  const patch = async (properties: unknown): Promise<string> => {
    const answer = await server.call('PATCH', `/v1/data_sources/${sourceId}`, { properties })
    return answer.status === 200 ? 'ok' : String(answer.body['message'])
  }
  expect(await patch({ Kind: { select: options('A', 'C') } })).toBe('ok')
  expect(named(await column(server, sourceId, 'Kind'), 'select')).toEqual(['A red', 'C default'])
  expect(await patch({ Kind: { select: { options: [{ name: 'A', color: 'blue' }] } } })).toBe(
    'Cannot update color of select with name: A.',
  )
  expect(await patch({ State: { status: options('Open', 'Closed', 'Late') } })).toBe('ok')
  const state = await column(server, sourceId, 'State')
  expect(named(state, 'status')).toEqual(['Open default', 'Closed default', 'Late default'])
  const groups = objectOf(state, 'status')?.['groups']
  expect(
    Array.isArray(groups) && groups.filter(isObject).map(group => [group['name'], group['option_ids']]),
  ).toMatchObject([
    ['To-do', { length: 3 }],
    ['In progress', { length: 0 }],
    ['Complete', { length: 0 }],
  ])
})
