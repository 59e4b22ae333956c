import { isFullPage, collectAllDataSourceRows, type QueryDataSourceParameters } from '@notionhq/client'
import { beforeEach, describe, expect, test } from 'vitest'
import { addRows, notionServer, type NotionServer } from './support/server.ts'
import { makeDatabase, makeQueue, options } from './support/workspace.ts'

type Filter = NonNullable<QueryDataSourceParameters['filter']>

const NOW = Date.parse('2026-05-13T12:00:00Z')

let server: NotionServer
let sourceId: string
let clientId: string

beforeEach(async () => {
  server = await notionServer({ now: () => NOW })
  const { queue } = await makeQueue(server.notion)
  sourceId = queue.sourceId
  ;[clientId = ''] = await addRows(server, 'Clients', { 'Client Name': 'ACME' })
  const add = async (values: unknown, minute: number): Promise<unknown> =>
    addRows(server, sourceId, values, { created_time: `2026-05-10T10:0${String(minute)}:30Z` })
  await add(
    {
      'Task Name': 'one',
      Trigger: true,
      Status: 'New',
      Price: 10,
      Due: '2026-05-10',
      'Client Email': 'a@x.example',
      Client: 'ACME',
    },
    1,
  )
  await add(
    {
      'Task Name': 'Two',
      Status: 'Done',
      Price: 20,
      Due: '2026-05-13T09:30:00Z',
      'Payload Link': 'https://x.example/',
    },
    2,
  )
  await add({ 'Task Name': 'three', Trigger: true, Status: 'Queued', Description: 'Hello World' }, 3)
})

async function titles(
  filter?: Filter,
  more: Partial<QueryDataSourceParameters> = {},
): Promise<readonly string[]> {
  const answer = await server.notion.dataSources.query({
    data_source_id: sourceId,
    sorts: [{ timestamp: 'created_time', direction: 'ascending' }],
    ...(filter === undefined ? {} : { filter }),
    ...more,
  })
  return answer.results.filter(isFullPage).map(page => {
    const title = page.properties['Task Name']
    return title?.type === 'title' ? title.title.map(piece => piece.plain_text).join('') : ''
  })
}

describe('filters', () => {
  test.each<[string, Filter, readonly string[]]>([
    ['checkbox', { property: 'Trigger', checkbox: { equals: true } }, ['one', 'three']],
    ['checkbox not', { property: 'Trigger', checkbox: { does_not_equal: true } }, ['Two']],
    ['select', { property: 'Status', select: { equals: 'New' } }, ['one']],
    ['select of several', { property: 'Status', select: { equals: ['New', 'Done'] } }, ['one', 'Two']],
    ['select not', { property: 'Status', select: { does_not_equal: 'New' } }, ['Two', 'three']],
    ['select empty', { property: 'Priority', select: { is_empty: true } }, ['one', 'Two', 'three']],
    ['title', { property: 'Task Name', title: { contains: 'TWO' } }, ['Two']],
    ['title equals', { property: 'title', title: { equals: 'one' } }, ['one']],
    ['text', { property: 'Description', rich_text: { starts_with: 'hello' } }, ['three']],
    ['text empty', { property: 'Description', rich_text: { is_empty: true } }, ['one', 'Two']],
    ['number', { property: 'Price', number: { greater_than: 10 } }, ['Two']],
    ['number not', { property: 'Price', number: { does_not_equal: 10 } }, ['Two', 'three']],
    ['number empty', { property: 'Price', number: { is_empty: true } }, ['three']],
    ['email', { property: 'Client Email', email: { ends_with: '.example' } }, ['one']],
    ['url', { property: 'Payload Link', url: { is_not_empty: true } }, ['Two']],
    ['date on a day', { property: 'Due', date: { equals: '2026-05-13' } }, ['Two']],
    ['date before', { property: 'Due', date: { before: '2026-05-13' } }, ['one']],
    ['date after', { property: 'Due', date: { after: '2026-05-13T09:00:00Z' } }, ['Two']],
    ['date today', { property: 'Due', date: { on_or_after: 'today' } }, ['Two']],
    ['date past week', { property: 'Due', date: { past_week: {} } }, ['one', 'Two']],
    ['date empty', { property: 'Due', date: { is_empty: true } }, ['three']],
    [
      'created after',
      { timestamp: 'created_time', created_time: { after: '2026-05-10T10:02:00Z' } },
      ['three'],
    ],
    ['created on', { timestamp: 'created_time', created_time: { equals: '2026-05-10T10:02:00Z' } }, ['Two']],
    [
      'and',
      {
        and: [
          { property: 'Trigger', checkbox: { equals: true } },
          { property: 'Price', number: { is_not_empty: true } },
        ],
      },
      ['one'],
    ],
    [
      'or with and',
      {
        or: [
          { property: 'Status', select: { equals: 'Done' } },
          {
            and: [
              { property: 'Trigger', checkbox: { equals: true } },
              { property: 'Status', select: { equals: 'Queued' } },
            ],
          },
        ],
      },
      ['Two', 'three'],
    ],
  ])('%s', async (_name, filter, expected) => {
    expect(await titles(filter)).toEqual(expected)
  })

  test('relation', async () => {
    expect(await titles({ property: 'Client', relation: { contains: clientId } })).toEqual(['one'])
    expect(await titles({ property: 'Client', relation: { does_not_contain: clientId } })).toEqual([
      'Two',
      'three',
    ])
    expect(await titles({ property: 'Client', relation: { is_empty: true } })).toEqual(['Two', 'three'])
  })

  test('status', async () => {
    const { sourceId: other } = await makeDatabase(server.notion, 'S', {
      Name: { title: {} },
      State: { status: options('Open', 'Shut') },
    })
    await addRows(server, other, { Name: 'x', State: 'Shut' })
    const found = await server.notion.dataSources.query({
      data_source_id: other,
      filter: { property: 'State', status: { equals: 'Shut' } },
    })
    expect(found.results).toHaveLength(1)
  })

  test.each<[string, unknown, RegExp]>([
    [
      'unknown column',
      { filter: { property: 'Nope', number: { equals: 1 } } },
      /^Could not find property with name or id: Nope$/,
    ],
    [
      'another type',
      { filter: { property: 'Status', status: { equals: 'New' } } },
      /database property select does not match filter status$/,
    ],
    [
      'unknown option',
      { filter: { property: 'Status', select: { equals: 'Nope' } } },
      /^select option "Nope" not found for property "Status"\. Available options: "New", /,
    ],
    [
      'unknown operator',
      { filter: { property: 'Price', number: { above: 1 } } },
      /body\.filter\.number\.equals should be defined/,
    ],
    [
      'too deep',
      { filter: { and: [{ or: [{ and: [] }] }] } },
      /body\.filter\.and\[0\]\.or\[0\]\.and should be not present/,
    ],
    ['no kind', { filter: {} }, /body\.filter\.property should be defined/],
    [
      'a wrong sort',
      { sorts: [{ property: 'Nope', direction: 'ascending' }] },
      /^Could not find sort property with name or id: Nope$/,
    ],
    [
      'a wrong direction',
      { sorts: [{ property: 'Price', direction: 'up' }] },
      /direction should be `"ascending"` or `"descending"`, instead was `"up"`/,
    ],
    ['a big page', { page_size: 101 }, /body\.page_size should be ≤ `100`, instead was `101`/],
    ['an empty page', { page_size: 0 }, /body\.page_size should be ≥ `1`/],
    [
      'no cursor',
      { start_cursor: 'abc' },
      /body\.start_cursor should be a valid uuid or `undefined`, instead was `"abc"`/,
    ],
    ['an unknown key', { filters: [] }, /body\.filters should be not present/],
  ])('%s is refused', async (_name, body, expected) => {
    const answer = await server.call('POST', `/v1/data_sources/${sourceId}/query`, body)
    expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error'])
    expect(answer.body['message']).toMatch(expected)
  })
})

test('sorts: several, options in their order, empty values last', async () => {
  expect(await titles(undefined, { sorts: [{ property: 'Price', direction: 'descending' }] })).toEqual([
    'Two',
    'one',
    'three',
  ])
  expect(await titles(undefined, { sorts: [{ property: 'Status', direction: 'ascending' }] })).toEqual([
    'one',
    'three',
    'Two',
  ])
  expect(
    await titles(undefined, {
      sorts: [
        { property: 'Trigger', direction: 'descending' },
        { property: 'Task Name', direction: 'descending' },
      ],
    }),
  ).toEqual(['three', 'one', 'Two'])
})

test('without a sort the newest come first; trashed rows are asked for apart', async () => {
  expect(await titles(undefined, { sorts: [] })).toEqual(['three', 'Two', 'one'])
  const { results } = await server.notion.dataSources.query({
    data_source_id: sourceId,
    filter: { property: 'title', title: { equals: 'Two' } },
  })
  await server.hand('edit', { page_id: results[0]?.id, in_trash: true })
  expect(await titles()).toEqual(['one', 'three'])
  expect(await titles(undefined, { in_trash: true })).toEqual(['Two'])
})

test('pages go on where they were, even when the row of the cursor no longer matches', async () => {
  const ids = await addRows(server, 'Automation Queue', { 'Task Name': 'r{n}', Trigger: true }, { count: 5 })
  const ask = async (cursor?: string | null): Promise<{ ids: string[]; next: string | null }> => {
    const answer = await server.notion.dataSources.query({
      data_source_id: sourceId,
      page_size: 2,
      filter: { property: 'Trigger', checkbox: { equals: true } },
      ...(cursor === undefined ? {} : { start_cursor: cursor }),
    })
    return { ids: answer.results.map(({ id }) => id), next: answer.next_cursor }
  }
  const first = await ask()
  await server.hand('edit', { page_id: first.next, values: { Trigger: false } })
  const second = await ask(first.next)
  expect([...first.ids, ...second.ids]).toEqual([ids[4], ids[3], ids[1], ids[0]])
  const foreign = await server.call('POST', `/v1/data_sources/${sourceId}/query`, { start_cursor: clientId })
  expect(foreign.body['message']).toBe(`The start_cursor provided is invalid: ${clientId}`)
})

test('a query stops at 10,000 rows and says so; 10,000 exactly are complete', async () => {
  await addRows(
    server,
    'Clients',
    { 'Client Name': 'B{n}' },
    { count: 5_000, created_time: '2026-05-13T11:00:00Z' },
  )
  await addRows(server, 'Clients', { 'Client Name': 'C{n}' }, { count: 4_999 })
  const { results } = await server.notion.search({
    query: 'Clients',
    filter: { property: 'object', value: 'data_source' },
  })
  const data_source_id = results[0]?.id ?? ''
  const all = async (): Promise<{ rows: number; last: unknown }> => {
    let rows = 0
    let cursor: string | null = null
    for (;;) {
      const answer = await server.notion.dataSources.query({
        data_source_id,
        filter_properties: ['title'],
        start_cursor: cursor,
      })
      rows += answer.results.length
      if (!answer.has_more) return { rows, last: answer.request_status }
      cursor = answer.next_cursor
    }
  }
  expect(await all()).toEqual({ rows: 10_000, last: undefined })
  await addRows(
    server,
    'Clients',
    { 'Client Name': 'D{n}' },
    { count: 50, created_time: '2026-05-13T12:05:00Z' },
  )
  expect(await all()).toEqual({
    rows: 10_000,
    last: { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' },
  })
  const whole = await collectAllDataSourceRows(server.notion, {
    data_source_id,
    filter_properties: ['title'],
  })
  expect(whole).toHaveLength(10_050)
})
