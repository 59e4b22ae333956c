/** The stand-in's answers against Notion's own description of its API: the official SDK through the contract proxy. */
import { APIResponseError, type BlockObjectRequest, type Client } from '@notionhq/client'
import { expect, test } from 'vitest'
import { PARENT_PAGE_ID } from '../../../src/sandbox/notion/identity.ts'
import { contractProxy, errorsOf, NO_CONTRACT_TOOL } from '../../support/contract.ts'
import { addRows, notionServer, sdk } from './support/server.ts'
import { paragraph, text } from './support/text.ts'
import { makeDatabase, makeQueue, options } from './support/workspace.ts'

const MISSING = '00000000-0000-4000-8000-000000000000'

/** One block of every type the stand-in keeps. */
const EVERY_BLOCK: BlockObjectRequest[] = [
  paragraph('one'),
  { heading_1: { rich_text: text('h') } },
  { heading_2: { rich_text: text('h') } },
  { heading_3: { rich_text: text('h'), color: 'blue_background' } },
  { bulleted_list_item: { rich_text: text('b'), children: [paragraph('below')] } },
  { numbered_list_item: { rich_text: text('n') } },
  { to_do: { rich_text: text('t'), checked: true } },
  { quote: { rich_text: text('q') } },
  { code: { rich_text: text('c'), language: 'typescript' } },
  { divider: {} },
  { callout: { rich_text: text('c') } },
  {
    toggle: {
      rich_text: text('t'),
      children: [{ toggle: { rich_text: [], children: [paragraph('deep')] } }],
    },
  },
  {
    table: {
      table_width: 2,
      has_column_header: true,
      children: [{ table_row: { cells: [text('a'), text('b')] } }, { table_row: { cells: [[], text('d')] } }],
    },
  },
  {
    paragraph: {
      rich_text: [
        {
          text: { content: 'bold', link: { url: 'https://example.com/' } },
          annotations: { bold: true, color: 'red' },
        },
        { mention: { page: { id: PARENT_PAGE_ID } } },
      ],
    },
  },
]

async function everyType(notion: Client, clientsId: string): Promise<string> {
  const { sourceId } = await makeDatabase(notion, 'Every type', {
    Title: { title: {} },
    Text: { rich_text: {} },
    Number: { number: { format: 'dollar' } },
    Select: { select: options('A', 'B') },
    Status: { status: options('Open', 'Closed') },
    Date: { date: {} },
    Tick: { checkbox: {} },
    Url: { url: {} },
    Mail: { email: {} },
    Single: { relation: { data_source_id: clientsId, type: 'single_property', single_property: {} } },
  })
  return sourceId
}

test('no answer of any kind breaks the vendor’s description', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const server = await notionServer()
  const proxy = await contractProxy('notion', server.url)
  const notion = sdk(proxy.url)
  const { clients, queue } = await makeQueue(notion)
  const sourceId = await everyType(notion, clients.sourceId)

  await notion.users.me({})
  await notion.databases.retrieve({ database_id: queue.databaseId })
  await notion.dataSources.retrieve({ data_source_id: sourceId })
  await notion.dataSources.update({
    data_source_id: sourceId,
    properties: {
      Text: { name: 'Words' },
      New: { rich_text: {} },
      Status: { status: options('Open') },
    },
  })
  await notion.dataSources.create({
    parent: { type: 'database_id', database_id: queue.databaseId },
    title: text('Second'),
    properties: { Name: { title: {} } },
  })
  const [client = ''] = await addRows(server, 'Clients', { 'Client Name': 'ACME' })
  const page = await notion.pages.create({
    parent: { type: 'data_source_id', data_source_id: sourceId },
    properties: {
      Title: { title: text('Row') },
      Words: { rich_text: text('words') },
      Number: { number: 1.5 },
      Select: { select: { name: 'C' } },
      Status: { status: { name: 'Open' } },
      Date: { date: { start: '2026-05-01T10:00:00Z', end: '2026-05-02T10:00:00+02:00' } },
      Tick: { checkbox: true },
      Url: { url: 'https://example.com/' },
      Mail: { email: 'a@example.com' },
      Single: { relation: [{ id: client }] },
    },
    children: [paragraph('body')],
  })
  const whole = await notion.pages.retrieve({ page_id: page.id })
  for (const property of Object.values('properties' in whole ? whole.properties : {})) {
    await notion.pages.properties.retrieve({ page_id: page.id, property_id: property.id })
  }
  await notion.pages.update({
    page_id: page.id,
    properties: { Number: { number: null }, Select: { select: null } },
  })
  await notion.dataSources.query({ data_source_id: sourceId, page_size: 1 })
  await notion.dataSources.query({
    data_source_id: sourceId,
    filter: { and: [{ property: 'Tick', checkbox: { equals: true } }, { or: [] }] },
    sorts: [{ timestamp: 'created_time', direction: 'ascending' }],
  })

  const { results } = await notion.blocks.children.append({ block_id: page.id, children: EVERY_BLOCK })
  expect(results).toHaveLength(EVERY_BLOCK.length)
  await notion.blocks.children.append({
    block_id: page.id,
    children: [{ divider: {} }],
  })
  await notion.blocks.children.list({ block_id: page.id, page_size: 3 })
  for (const block of results) {
    await notion.blocks.children.list({ block_id: block.id })
  }
  await notion.blocks.delete({ block_id: results[0]?.id ?? '' })
  await notion.blocks.children.list({ block_id: PARENT_PAGE_ID })

  const sub = await notion.pages.create({
    parent: { page_id: PARENT_PAGE_ID },
    properties: { title: { title: text('Sub') } },
  })
  await notion.pages.update({ page_id: sub.id, in_trash: true })
  await notion.databases.update({ database_id: clients.databaseId, in_trash: true })

  const ok = proxy.counts()['requests']
  expect(errorsOf(proxy)).toEqual([])
  await refusals(server.arm, proxy.url, page.id, sourceId)
  expect(proxy.counts()['requests']).toBeGreaterThan((ok ?? 0) + 15)
  expect(errorsOf(proxy)).toEqual([])
})

/** Every kind of error, by valid requests: the request side of the contract holds too. */
async function refusals(
  arm: (fault: unknown) => Promise<void>,
  url: string,
  pageId: string,
  sourceId: string,
): Promise<void> {
  const notion = sdk(url)
  const refused: readonly (() => Promise<unknown>)[] = [
    async () => notion.pages.retrieve({ page_id: MISSING }),
    async () => notion.databases.retrieve({ database_id: MISSING }),
    async () => notion.blocks.children.list({ block_id: MISSING }),
    async () => notion.pages.update({ page_id: pageId, properties: { Nope: { checkbox: true } } }),
    async () => notion.pages.update({ page_id: pageId, properties: { Title: { checkbox: true } } }),
    async () =>
      notion.pages.update({ page_id: pageId, properties: { Status: { status: { name: 'Nope' } } } }),
    async () => notion.dataSources.query({ data_source_id: sourceId, start_cursor: MISSING }),
    async () => sdk(url, 'ntn_invalid').users.me({}),
    async () => sdk(url, 'ntn_restricted').users.me({}),
  ]
  for (const call of refused) await expect(call()).rejects.toBeInstanceOf(APIResponseError)
  for (const status of [400, 401, 403, 404, 409, 429, 500, 503, 504, 529]) {
    await arm({ action: { type: 'status', status } })
    await expect(notion.users.me({})).rejects.toMatchObject({ status })
  }
  for (const type of ['rate-limit', 'conflict', 'overloaded']) {
    await arm({ action: { type } })
    await expect(notion.users.me({})).rejects.toBeInstanceOf(APIResponseError)
  }
}
