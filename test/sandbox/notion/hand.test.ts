import { expect, test } from 'vitest'
import { BOT_USER_ID, PARENT_PAGE_ID, PERSON_USER_ID } from '../../../src/sandbox/notion/identity.ts'
import { fetched, isJsonObject } from '../support/wire.ts'
import { addRows, notionServer } from './support/server.ts'
import { text } from './support/text.ts'
import { makeQueue } from './support/workspace.ts'

test('rows by plain values, in the person’s name, with content and times', async () => {
  const server = await notionServer()
  await makeQueue(server.notion)
  await addRows(server, 'Clients', { 'Client Name': 'ACME' })
  const long = 'x'.repeat(4500)
  const [id = ''] = await addRows(
    server,
    'Automation Queue',
    {
      'Task Name': 'T',
      Description: long,
      Trigger: true,
      Status: 'New',
      Price: 12.5,
      Due: '2026-05-01',
      Client: 'ACME',
      'Payload Link': 'https://x.example/',
    },
    { body: 'first\nsecond', created_time: '2026-01-02T03:04:05Z' },
  )
  expect(await server.notion.pages.retrieve({ page_id: id })).toMatchObject({
    created_time: '2026-01-02T03:04:00.000Z',
    created_by: { id: PERSON_USER_ID },
    properties: {
      Description: { rich_text: { length: 3 } },
      Trigger: { checkbox: true },
      Status: { select: { name: 'New' } },
      Price: { number: 12.5 },
      Due: { date: { start: '2026-05-01' } },
      Client: { relation: { length: 1 } },
    },
  })
  expect((await server.notion.blocks.children.list({ block_id: id })).results).toHaveLength(2)
})

test('a wrong column, data source, client or count is refused and leaves nothing', async () => {
  const server = await notionServer()
  await makeQueue(server.notion)
  const before = (await server.writes()).length
  for (const body of [
    { data_source: 'Automation Queue', values: { Nope: 1 } },
    { data_source: 'Nope', values: {} },
    { data_source: 'Automation Queue', values: { Client: 'Nobody' } },
    { data_source: 'Automation Queue', values: {}, count: 0 },
    { data_source: 'Automation Queue', values: {}, created_time: 'x' },
  ]) {
    await expect(server.hand('rows', body)).rejects.toThrow('validation_error')
  }
  expect(await server.writes()).toHaveLength(before)
})

test('an edit bypasses the API: values, lines, trash', async () => {
  let nowMs = Date.parse('2026-05-01T10:00:00Z')
  const server = await notionServer({ now: () => nowMs })
  const { queue } = await makeQueue(server.notion)
  const page = await server.notion.pages.create({
    parent: { data_source_id: queue.sourceId },
    properties: { title: { title: text('T') } },
  })
  expect(page).toMatchObject({ last_edited_by: { id: BOT_USER_ID } })
  nowMs += 61_000
  await server.hand('edit', { page_id: page.id, values: { Trigger: true, Status: null }, body: 'more' })
  expect(await server.notion.pages.retrieve({ page_id: page.id })).toMatchObject({
    last_edited_time: '2026-05-01T10:01:00.000Z',
    last_edited_by: { id: PERSON_USER_ID },
    properties: { Trigger: { checkbox: true } },
  })
  await server.hand('edit', { page_id: page.id, in_trash: true })
  expect(await server.notion.pages.retrieve({ page_id: page.id })).toMatchObject({ in_trash: true })
})

test('state is kept over a restart and gone after a reset, but for the parent page', async () => {
  const first = await notionServer()
  const { queue } = await makeQueue(first.notion)
  await addRows(first, 'Automation Queue', { 'Task Name': 'T' }, { count: 3 })
  await first.hand('settings', { requests_per_second: 50 })
  await first.server.close()
  const second = await notionServer({ databaseFile: first.databaseFile })
  const { results } = await second.notion.dataSources.query({ data_source_id: queue.sourceId })
  expect(results).toHaveLength(3)
  const state = async (): Promise<unknown> => fetched(`${second.url}/__sandbox/state`, isJsonObject)
  expect(await state()).toMatchObject({
    service: 'notion',
    parent_page_id: PARENT_PAGE_ID,
    databases: [{ title: 'Clients' }, { title: 'Automation Queue', data_sources: [{ rows: 3 }] }],
    settings: { requests_per_second: 50 },
  })
  await fetch(`${second.url}/__sandbox/reset`, { method: 'POST' })
  expect(await state()).toMatchObject({ databases: [], writes: 0, settings: { requests_per_second: null } })
  expect(await second.notion.pages.retrieve({ page_id: PARENT_PAGE_ID })).toMatchObject({ in_trash: false })
  await expect(second.notion.dataSources.query({ data_source_id: queue.sourceId })).rejects.toMatchObject({
    status: 404,
  })
  // The same columns again: nothing of the old ones is remembered.
  const again = await makeQueue(second.notion)
  expect(again.queue.sourceId).not.toBe(queue.sourceId)
  await addRows(second, 'Automation Queue', { 'Task Name': 'U' })
  expect(
    (await second.notion.dataSources.query({ data_source_id: again.queue.sourceId })).results,
  ).toHaveLength(1)
})
