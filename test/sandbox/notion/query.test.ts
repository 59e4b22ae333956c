import { isFullPage, type QueryDataSourceParameters } from '@notionhq/client'
import { beforeEach, describe, expect, test } from 'vitest'
import { addRows, notionServer, type NotionServer } from './support/server.ts'
import { makeDatabase, makeQueue, options } from './support/workspace.ts'

type Filter = NonNullable<QueryDataSourceParameters['filter']>

const NOW = Date.parse('2026-05-13T12:00:00Z')

let server: NotionServer
let sourceId: string
let clientsId: string
let clientId: string

beforeEach(async () => {
  server = await notionServer({ now: () => NOW })
  const { queue, clients } = await makeQueue(server.notion)
  sourceId = queue.sourceId
  clientsId = clients.sourceId
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
      Priority: 'High',
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
    ['checkbox not ticked', { property: 'Trigger', checkbox: { equals: false } }, ['Two']],
    ['select', { property: 'Status', select: { equals: 'New' } }, ['one']],
    ['select not empty', { property: 'Priority', select: { is_not_empty: true } }, ['Two']],
    ['title', { property: 'title', title: { equals: 'one' } }, ['one']],
    ['text', { property: 'Description', rich_text: { equals: 'Hello World' } }, ['three']],
    ['text in another case', { property: 'Description', rich_text: { equals: 'hello world' } }, []],
    [
      'created on or after',
      { timestamp: 'created_time', created_time: { on_or_after: '2026-05-10T10:02:00Z' } },
      ['Two', 'three'],
    ],
    [
      'and',
      {
        and: [
          { property: 'Trigger', checkbox: { equals: true } },
          { property: 'Status', select: { equals: 'New' } },
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
    ['no operator', { filter: { property: 'Trigger', checkbox: {} } }, /checkbox\.equals should be defined/],
    [
      'an operator nobody uses',
      { filter: { property: 'Trigger', checkbox: { does_not_equal: true } } },
      /^The sandbox does not filter by body\.filter\.checkbox\.does_not_equal\.$/,
    ],
    [
      'a type nobody filters by',
      { filter: { property: 'Price', number: { equals: 1 } } },
      /^The sandbox does not filter by number properties\.$/,
    ],
    [
      'too deep',
      { filter: { and: [{ or: [{ and: [] }] }] } },
      /body\.filter\.and\[0\]\.or\[0\]\.and should be not present/,
    ],
    ['no kind', { filter: {} }, /body\.filter\.property should be defined/],
    [
      'a sort by a property',
      { sorts: [{ property: 'Price', direction: 'ascending' }] },
      /^The sandbox does not take body\.sorts\[0\]\.property\.$/,
    ],
    [
      'a wrong direction',
      { sorts: [{ timestamp: 'created_time', direction: 'up' }] },
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

test('by time of creation or of the last edit; without a sort the newest come first', async () => {
  expect(await titles(undefined, { sorts: [] })).toEqual(['three', 'Two', 'one'])
  const [one] = (await server.notion.dataSources.query({ data_source_id: sourceId })).results.toReversed()
  await server.hand('edit', { page_id: one?.id, values: { Notes: 'seen' } })
  const sorts = [{ timestamp: 'last_edited_time' as const, direction: 'descending' as const }]
  expect(await titles(undefined, { sorts })).toEqual(['one', 'three', 'Two'])
})

test('rows in the trash are left out', async () => {
  const filter = { property: 'title', title: { equals: 'Two' } }
  const { results } = await server.notion.dataSources.query({ data_source_id: sourceId, filter })
  await server.hand('edit', { page_id: results[0]?.id, in_trash: true })
  expect(await titles()).toEqual(['one', 'three'])
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
  const all = async (from: string | null): Promise<{ rows: number; last: unknown; cursors: string[] }> => {
    const cursors: string[] = []
    let rows = 0
    for (let cursor = from; ; cursor = cursors.at(-1) ?? null) {
      const answer = await server.notion.dataSources.query({
        data_source_id: clientsId,
        start_cursor: cursor,
      })
      rows += answer.results.length
      if (answer.next_cursor === null) return { rows, last: answer.request_status, cursors }
      cursors.push(answer.next_cursor)
    }
  }
  const exact = await all(null)
  expect(exact).toMatchObject({ rows: 10_000, last: undefined, cursors: { length: 99 } })
  await addRows(
    server,
    'Clients',
    { 'Client Name': 'D{n}' },
    { count: 50, created_time: '2026-05-13T12:05:00Z' },
  )
  // Row 9,901 is row 9,951 now: of the last hundred, the half.
  expect(await all(exact.cursors.at(-1) ?? null)).toMatchObject({
    rows: 50,
    last: { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' },
  })
})
