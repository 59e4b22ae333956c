import { APIErrorCode, Client, isNotionClientError } from '@notionhq/client'
import { describe, expect, test } from 'vitest'
import { PARENT_PAGE_ID, SANDBOX_TOKEN } from '../../../src/sandbox/notion/identity.ts'
import { notionServer, type NotionServer } from './support/server.ts'
import { paragraph } from './support/text.ts'
import { makeQueue } from './support/workspace.ts'

async function append(server: NotionServer): Promise<unknown> {
  return server.notion.blocks.children
    .append({ block_id: PARENT_PAGE_ID, children: [paragraph('once')] })
    .catch((error: unknown) => error)
}

async function appended(server: NotionServer): Promise<number> {
  return (await server.notion.blocks.children.list({ block_id: PARENT_PAGE_ID })).results.length
}

describe('before the effect', () => {
  test.each([
    [{ type: 'rate-limit', retryAfterSeconds: 7 }, 429, APIErrorCode.RateLimited, '7'],
    [{ type: 'rate-limit' }, 429, APIErrorCode.RateLimited, '1'],
    [{ type: 'overloaded' }, 529, APIErrorCode.ServiceOverload, '1'],
    [{ type: 'conflict' }, 409, APIErrorCode.ConflictError, null],
    [{ type: 'status', status: 500 }, 500, APIErrorCode.InternalServerError, null],
    [{ type: 'status', status: 503 }, 503, APIErrorCode.ServiceUnavailable, null],
    [{ type: 'status', status: 504 }, 504, APIErrorCode.GatewayTimeout, null],
    [{ type: 'status', status: 404 }, 404, APIErrorCode.ObjectNotFound, null],
    [{ type: 'status', status: 429, headers: { 'retry-after': '30' } }, 429, APIErrorCode.RateLimited, '30'],
  ])('%j', async (action, status, code, retryAfter) => {
    const server = await notionServer()
    await server.arm({ action })
    const answer = await server.call('GET', '/v1/users/me')
    expect([answer.status, answer.body['code'], answer.headers.get('retry-after')]).toEqual([
      status,
      code,
      retryAfter,
    ])
    await server.arm({ match: { method: 'PATCH' }, action })
    expect(await append(server)).toMatchObject({ status, code })
    expect(await appended(server)).toBe(0)
    expect(await server.writes()).toEqual([])
  })

  test('cut, garbage, plain-error: no effect', async () => {
    const server = await notionServer()
    for (const type of ['cut', 'garbage', 'plain-error']) {
      await server.arm({ action: { type } })
      expect(await append(server)).toBeInstanceOf(Error)
    }
    expect(await appended(server)).toBe(0)
  })
})

test.each(['lose-answer', 'cut-body'])('%s: written once, answer lost', async type => {
  const server = await notionServer()
  await server.arm({ match: { method: 'PATCH', kind: 'children' }, action: { type } })
  expect(isNotionClientError(await append(server))).toBe(false)
  expect(await appended(server)).toBe(1)
  expect(await server.writes()).toMatchObject([{ kind: 'blocks.append', changed: [{ text: 'once' }] }])
})

test('kinds select rows, queries and children', async () => {
  const server = await notionServer()
  const { queue } = await makeQueue(server.notion)
  const broken = { type: 'status', status: 500 }
  for (const kind of ['row', 'query', 'children']) await server.arm({ match: { kind }, action: broken })
  const status = async (method: string, path: string, body?: unknown): Promise<number> =>
    (await server.call(method, path, body)).status
  expect(await status('POST', '/v1/pages', { parent: { page_id: PARENT_PAGE_ID }, properties: {} })).toBe(200)
  expect(
    await status('POST', '/v1/pages', { parent: { data_source_id: queue.sourceId }, properties: {} }),
  ).toBe(500)
  expect(await status('POST', `/v1/data_sources/${queue.sourceId}/query`, {})).toBe(500)
  expect(await status('GET', `/v1/blocks/${PARENT_PAGE_ID}/children`)).toBe(500)
  expect(await status('GET', `/v1/data_sources/${queue.sourceId}`)).toBe(200)
})

test('the rate limit is off, and 3 a second when it is set; the SDK’s retry then succeeds', async () => {
  let nowMs = Date.parse('2026-05-01T10:00:00Z')
  const server = await notionServer({ now: () => nowMs })
  const burst = async (count: number): Promise<readonly number[]> => {
    const statuses: number[] = []
    for (let call = 0; call < count; call += 1)
      statuses.push((await server.call('GET', '/v1/users/me')).status)
    return statuses
  }
  expect(new Set(await burst(20))).toEqual(new Set([200]))
  await server.hand('settings', { requests_per_second: 3 })
  expect(await burst(5)).toEqual([200, 200, 200, 429, 429])
  const refused = await server.call('GET', '/v1/users/me')
  expect([refused.body['code'], refused.headers.get('retry-after')]).toEqual(['rate_limited', '1'])
  nowMs += 1000
  expect(await burst(4)).toEqual([200, 200, 200, 429])
  await server.hand('settings', { requests_per_second: null })
  expect(new Set(await burst(20))).toEqual(new Set([200]))
  await server.arm({ action: { type: 'rate-limit', retryAfterSeconds: 0 }, times: 2 })
  const patient = new Client({
    auth: SANDBOX_TOKEN,
    baseUrl: server.url,
    retry: { initialRetryDelayMs: 1 },
    logger: () => undefined,
  })
  expect(await patient.users.me({})).toMatchObject({ type: 'bot' })
})
