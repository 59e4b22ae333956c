/** Lists that have no end: a server that is broken, or means harm, must not keep a process reading for ever. */
import { expect, test } from 'vitest'
import { notionClient, type Notion } from '../../../src/integrations/notion/api/client.ts'
import { realClock, realRandom } from '../../../src/kernel/real-world.ts'
import type { JsonObject } from '../../../src/sandbox/lib/json.ts'

/** A Notion that answers by a function of the path and of how often it was asked. */
function answering(answer: (path: string, times: number) => JsonObject): {
  readonly api: Notion
  readonly asked: string[]
} {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async input => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    asked.push(pathname)
    const headers = { 'content-type': 'application/json' }
    return new Response(JSON.stringify(answer(pathname, asked.length)), { status: 200, headers })
  }
  const api = notionClient({
    baseUrl: 'http://127.0.0.1:1',
    token: 'ntn_test',
    timeoutMs: 60_000,
    world: { fetch, clock: realClock(), random: realRandom() },
    throttle: async () => {},
    hasRoom: async () => true,
  })
  return { api, asked }
}

const list = (
  results: readonly JsonObject[],
  cursor: string | null,
  hasMore = cursor !== null,
): JsonObject => ({
  object: 'list',
  results: [...results],
  has_more: hasMore,
  next_cursor: cursor,
})
const block = (id: string, hasChildren = false): JsonObject => ({
  object: 'block',
  id,
  type: 'toggle',
  toggle: { rich_text: [] },
  has_children: hasChildren,
})

const LISTS: readonly [string, (api: Notion) => Promise<unknown>][] = [
  ['a query', async api => api.query('source', {})],
  ['children of a block', async api => api.blocks('page', () => true)],
  ['child databases', async api => api.childDatabases('page')],
  ['items of a property', async api => api.propertyItems('page', 'property')],
]

test.for(LISTS)('%s whose cursor repeats is refused at once', async ([, read]) => {
  const { api, asked } = answering((_, times) => list([], times % 2 === 0 ? 'even' : 'odd'))
  await expect(read(api)).rejects.toMatchObject({ errorClass: 'permanent', message: /cursor repeats/ })
  expect(asked.length).toBeLessThanOrEqual(4)
})

test.for(LISTS)('%s that says it has more, and not where, is refused at once', async ([, read]) => {
  const { api, asked } = answering(() => list([], null, true))
  await expect(read(api)).rejects.toMatchObject({ errorClass: 'permanent', message: /no cursor/ })
  expect(asked).toHaveLength(1)
})

test.for(LISTS)('%s that never ends is given up', async ([, read]) => {
  const { api, asked } = answering((_, times) => list([], `page ${String(times)}`))
  await expect(read(api)).rejects.toMatchObject({ errorClass: 'permanent', message: /more than 100 pages/ })
  expect(asked.length).toBeLessThanOrEqual(100)
})

test('a block that lies within itself, however far down, is refused', async () => {
  const below: Readonly<Record<string, string>> = { page: 'a', a: 'b', b: 'a' }
  const { api, asked } = answering(path => {
    const [, , , parent = ''] = path.split('/')
    return list([block(below[parent] ?? '', true)], null)
  })
  await expect(api.blocks('page', () => true)).rejects.toMatchObject({
    errorClass: 'permanent',
    message: /lies within itself/,
  })
  expect(asked).toHaveLength(3)
})

test('blocks nested for ever, or side by side without end, are given up', async () => {
  const deep = answering((_, times) => list([block(`block ${String(times)}`, true)], null))
  await expect(deep.api.blocks('page', () => true)).rejects.toMatchObject({ message: /nested more than/ })
  expect(deep.asked.length).toBeLessThanOrEqual(51)
  const wide = answering((path, times) =>
    path.includes('/page/')
      ? list(
          Array.from({ length: 100 }, (_, at) => block(`${String(times)}-${String(at)}`, true)),
          String(times),
        )
      : list([], null),
  )
  await expect(wide.api.blocks('page', () => true)).rejects.toMatchObject({ errorClass: 'permanent' })
  expect(wide.asked.length).toBeLessThanOrEqual(700)
})

test('a list of several pages is read to its end', async () => {
  const { api } = answering((_, times) =>
    list([block(`block ${String(times)}`)], times < 3 ? String(times) : null),
  )
  expect((await api.blocks('page', () => true)).map(({ id }) => id)).toEqual([
    'block 1',
    'block 2',
    'block 3',
  ])
})
