import { isFullPage } from '@notionhq/client'
import { beforeEach, describe, expect, test } from 'vitest'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { addRows, notionServer, type NotionServer } from './support/server.ts'
import { paragraph, text } from './support/text.ts'
import { makeDatabase, makeQueue, options, type MadeDatabase } from './support/workspace.ts'

const MISSING = '00000000-0000-4000-8000-000000000000'
const NOW = Date.parse('2026-05-01T10:20:30.456Z')

let server: NotionServer
let queue: MadeDatabase
let clients: MadeDatabase

beforeEach(async () => {
  server = await notionServer({ now: () => NOW })
  ;({ queue, clients } = await makeQueue(server.notion))
})

async function create(
  properties: unknown,
  more: Record<string, unknown> = {},
): Promise<ReturnType<NotionServer['call']>> {
  return server.call('POST', '/v1/pages', { parent: { data_source_id: queue.sourceId }, properties, ...more })
}

async function message(properties: unknown): Promise<string> {
  const before = (await server.writes()).length
  const { status, body } = await create(properties)
  expect((await server.writes()).length).toBe(before)
  return `${String(status)} ${String(body['code'])} ${String(body['message'])}`
}

test('a page has minute times, its parents and every column; id and name both write', async () => {
  const { body } = await create({ title: { title: text('By id') }, Trigger: { checkbox: true } })
  expect(body).toMatchObject({
    object: 'page',
    created_time: '2026-05-01T10:20:00.000Z',
    last_edited_time: '2026-05-01T10:20:00.000Z',
    parent: { type: 'data_source_id', data_source_id: queue.sourceId, database_id: queue.databaseId },
    properties: {
      'Task Name': { id: 'title', title: [{ plain_text: 'By id', href: null }] },
      Trigger: { checkbox: true },
    },
  })
  const page = await server.notion.pages.retrieve({ page_id: String(body['id']) })
  if (!isFullPage(page)) throw new Error('partial')
  expect(Object.keys(page.properties)).toHaveLength(19)
  const trigger = page.properties['Trigger']?.id ?? ''
  await server.notion.pages.update({ page_id: page.id, properties: { [trigger]: { checkbox: false } } })
  expect(await server.notion.pages.retrieve({ page_id: page.id })).toMatchObject({
    properties: { Trigger: { id: trigger, type: 'checkbox', checkbox: false } },
  })
})

describe('a value is refused', () => {
  const LONG = 'x'.repeat(2001)
  test.each<[string, unknown, string]>([
    [
      'unknown columns, all at once',
      { A: { number: 1 }, Price: { rich_text: [] } },
      '400 validation_error A is not a property that exists. Price is expected to be number.',
    ],
    [
      'a wrong type',
      { Description: { number: 1 } },
      '400 validation_error Description is expected to be rich_text.',
    ],
    [
      'text too long',
      { Description: { rich_text: text(LONG) } },
      '400 validation_error body failed validation: body.properties.Description.rich_text[0].text.content.length should be ≤ `2000`, instead was `2001`.',
    ],
    [
      'too many pieces',
      { Description: { rich_text: Array.from({ length: 101 }, () => text('a')[0]) } },
      '400 validation_error body failed validation: body.properties.Description.rich_text.length should be ≤ `100`, instead was `101`.',
    ],
    [
      'a number as text',
      { Price: { number: '1' } },
      '400 validation_error body failed validation: body.properties.Price.number should be a number, instead was `"1"`.',
    ],
    [
      'an empty url',
      { 'Payload Link': { url: '' } },
      '400 validation_error body failed validation: body.properties.Payload Link.url should be populated, instead was `""`.',
    ],
    [
      'a url too long',
      { 'Payload Link': { url: LONG } },
      '400 validation_error body failed validation: body.properties.Payload Link.url.length should be ≤ `2000`, instead was `2001`.',
    ],
    [
      'an email too long',
      { 'Client Email': { email: 'x'.repeat(201) } },
      '400 validation_error body failed validation: body.properties.Client Email.email.length should be ≤ `200`, instead was `201`.',
    ],
    [
      'no date',
      { Due: { date: { start: 'tomorrow' } } },
      '400 validation_error body failed validation: body.properties.Due.date.start should be a valid ISO 8601 date string, instead was `"tomorrow"`.',
    ],
    [
      'a checkbox of null',
      { Trigger: { checkbox: null } },
      '400 validation_error body failed validation: body.properties.Trigger.checkbox should be a boolean, instead was `null`.',
    ],
    [
      'a missing page',
      { Client: { relation: [{ id: MISSING }] } },
      `404 object_not_found Could not find page with ID: ${MISSING}. Make sure the relevant pages and databases are shared with your integration "EchoPilot".`,
    ],
    [
      'an option with a comma',
      { Status: { select: { name: 'a,b' } } },
      '400 validation_error Invalid select option, commas not allowed: a,b',
    ],
    [
      'a bad link',
      { Description: { rich_text: [{ text: { content: 'a', link: { url: 'nowhere' } } }] } },
      '400 validation_error Invalid URL for link.',
    ],
  ])('%s', async (_what, properties, expected) => {
    expect(await message(properties)).toBe(expected)
  })

  test('101 relations, and a page of another data source', async () => {
    expect(
      await message({ Client: { relation: Array.from({ length: 101 }, () => ({ id: MISSING })) } }),
    ).toMatch(/relation\.length should be ≤ `100`, instead was `101`/)
    expect(await message({ Client: { relation: [{ id: PARENT_PAGE_ID }] } })).toMatch(
      /does not belong to the data source/,
    )
  })
})

test('the boundaries themselves are fine', async () => {
  const pieces = Array.from({ length: 100 }, () => ({ text: { content: 'x'.repeat(2000) } }))
  const { status } = await create({
    Description: { rich_text: pieces },
    'Client Email': { email: 'x'.repeat(200) },
  })
  expect(status).toBe(200)
})

test('select makes an option by being written, status does not', async () => {
  const made = await create({ Status: { select: { name: 'Brand new' } } })
  expect(made.body).toMatchObject({ properties: { Status: { select: { name: 'Brand new' } } } })
  const again = await create({ Status: { select: { name: 'Brand new' } } })
  expect(JSON.stringify(again.body['properties'])).toContain(
    /"select":\{"id":"([^"]+)","name":"Brand new"/.exec(JSON.stringify(made.body))?.[1],
  )
  const { sourceId } = await makeDatabase(server.notion, 'S', {
    Name: { title: {} },
    State: { status: options('Open', 'Shut') },
  })
  const parent = { data_source_id: sourceId }
  const fresh = await server.call('POST', '/v1/pages', { parent, properties: {} })
  expect(fresh.body).toMatchObject({ properties: { State: { status: { name: 'Open' } } } })
  const wrong = await server.call('POST', '/v1/pages', {
    parent,
    properties: { State: { status: { name: 'Ajar' } } },
  })
  expect(wrong.body['message']).toBe('Invalid status option. Status option "Ajar" does not exist".')
  const read = await server.call('POST', '/v1/pages', {
    parent,
    properties: { State: { select: { name: 'Open' } } },
  })
  expect(read.body['message']).toBe('State is expected to be status.')
})

test('dates lose their seconds and get an offset', async () => {
  const { body } = await create({
    Due: { date: { start: '2026-05-01T10:11:12Z', end: '2026-05-02T08:00:00+02:00' } },
  })
  expect(body).toMatchObject({
    properties: {
      Due: {
        date: {
          start: '2026-05-01T10:11:00.000+00:00',
          end: '2026-05-02T08:00:00.000+02:00',
          time_zone: null,
        },
      },
    },
  })
})

test('empty pieces of text vanish', async () => {
  const { body } = await create({ Description: { rich_text: [...text(''), ...text('a'), ...text('')] } })
  expect(body).toMatchObject({ properties: { Description: { rich_text: [{ plain_text: 'a' }] } } })
})

test('more than 25 references are cut, and had whole from the property endpoint by pages', async () => {
  const ids = await addRows(server, 'Clients', { 'Client Name': 'C{n}' }, { count: 30 })
  const mentions = ids.map(id => ({ mention: { page: { id } } }))
  const { body } = await create({
    Client: { relation: ids.map(id => ({ id })) },
    Description: { rich_text: mentions },
  })
  const page = await server.notion.pages.retrieve({ page_id: String(body['id']) })
  if (!isFullPage(page)) throw new Error('partial')
  const [client, description] = [page.properties['Client'], page.properties['Description']]
  expect(client).toMatchObject({ has_more: true, relation: { length: 25 } })
  expect(description).toMatchObject({ rich_text: { length: 25 } })
  const pages: string[] = []
  let cursor: string | null | undefined
  do {
    const item = await server.notion.pages.properties.retrieve({
      page_id: page.id,
      property_id: client?.id ?? '',
      page_size: 20,
      ...(cursor === undefined ? {} : { start_cursor: cursor }),
    })
    if (item.object !== 'list') throw new Error('no list')
    pages.push(...item.results.map(one => ('relation' in one ? one.relation.id : '')))
    expect(item.property_item.next_url === null).toBe(item.next_cursor === null)
    cursor = item.next_cursor
  } while (cursor !== null)
  expect(pages).toEqual(ids)
  const price = await server.notion.pages.properties.retrieve({
    page_id: page.id,
    property_id: page.properties['Price']?.id ?? '',
  })
  expect(price).toMatchObject({ object: 'property_item', type: 'number', number: null })
})

test('a trashed page is read, not edited, and its relations hide it', async () => {
  const [client = ''] = await addRows(server, 'Clients', { 'Client Name': 'ACME' })
  const { body } = await create({ Client: { relation: [{ id: client }] } })
  await server.notion.pages.update({ page_id: client, in_trash: true })
  expect(await server.notion.pages.retrieve({ page_id: client })).toMatchObject({
    in_trash: true,
    archived: true,
  })
  const edit = await server.call('PATCH', `/v1/pages/${client}`, {
    properties: { Active: { checkbox: true } },
  })
  expect(edit.body['message']).toBe(
    "Can't edit block that is archived. You must unarchive the block before editing.",
  )
  expect(await server.notion.pages.retrieve({ page_id: String(body['id']) })).toMatchObject({
    properties: { Client: { relation: [] } },
  })
  expect(await message({ Client: { relation: [{ id: client }] } })).toMatch(/^404/)
  await server.notion.pages.update({ page_id: client, archived: false })
  expect(await server.notion.pages.retrieve({ page_id: String(body['id']) })).toMatchObject({
    properties: { Client: { relation: [{ id: client }] } },
  })
})

test('an error half way leaves no half effect', async () => {
  expect(
    await message({ Status: { select: { name: 'Half' } }, Client: { relation: [{ id: MISSING }] } }),
  ).toMatch(/^404/)
  const source = await server.notion.dataSources.retrieve({ data_source_id: queue.sourceId })
  expect(JSON.stringify(source)).not.toContain('Half')
})

test('a page under a page has a title alone, and is a block of it', async () => {
  const page = await server.notion.pages.create({
    parent: { page_id: PARENT_PAGE_ID },
    properties: { title: { title: text('Config snapshots') } },
    children: [paragraph('first')],
  })
  const { results } = await server.notion.blocks.children.list({ block_id: PARENT_PAGE_ID })
  expect(results).toMatchObject([
    { type: 'child_database' },
    { type: 'child_database' },
    { id: page.id, child_page: { title: 'Config snapshots' } },
  ])
  const wrong = await server.call('POST', '/v1/pages', {
    parent: { page_id: PARENT_PAGE_ID },
    properties: { Status: { number: 1 } },
  })
  expect(wrong.body['message']).toBe('Status is not a property that exists.')
  const top = await server.call('POST', '/v1/pages', { parent: { workspace: true }, properties: {} })
  expect(top.body['message']).toMatch(/internal integration/)
})

test('the ledger tells who wrote what, in order', async () => {
  const { body } = await create(
    { 'Task Name': { title: text('T') }, Status: { select: { name: 'New' } } },
    { children: [paragraph('b')] },
  )
  const id = String(body['id'])
  await server.notion.pages.update({ page_id: id, properties: { Trigger: { checkbox: true } } })
  await server.hand('edit', { page_id: id, values: { Trigger: false } })
  expect(await server.writes(id)).toMatchObject([
    {
      by: 'api',
      kind: 'page.create',
      changed: {
        properties: { 'Task Name': 'T', Status: 'New' },
        blocks: [{ type: 'paragraph', text: 'b' }],
      },
    },
    {
      by: 'api',
      kind: 'page.update',
      method: 'PATCH',
      path: `/v1/pages/${id}`,
      changed: { properties: { Trigger: 'Yes' } },
    },
    { by: 'hand', kind: 'page.update', changed: { properties: { Trigger: 'No' } } },
  ])
  expect(clients.sourceId).not.toBe(queue.sourceId)
})
