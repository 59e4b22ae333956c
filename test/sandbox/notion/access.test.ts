import { expect, test } from 'vitest'
import {
  BOT_USER_ID,
  PARENT_PAGE_ID,
  SANDBOX_TOKEN,
  WORKSPACE_ID,
} from '../../../src/sandbox/notion/identity.ts'
import { fetched, isJsonObject } from '../support/wire.ts'
import { notionServer } from './support/server.ts'

test('users/me names the bot and the workspace', async () => {
  const { notion } = await notionServer()
  const me = await notion.users.me({})
  expect(me).toMatchObject({ id: BOT_USER_ID, type: 'bot', bot: { workspace_id: WORKSPACE_ID } })
})

test('a token that is missing or invalid is 401, a restricted one 403', async () => {
  const { call } = await notionServer()
  const real = 'Bearer ntn_x73621845219g4pQ1mZ0aBcDeFgHiJkLmNoPqRsTuVwX'
  for (const authorization of ['', 'Bearer ntn_invalid', 'Basic x', real, `Bearer ${SANDBOX_TOKEN}0`]) {
    const { status, body } = await call('GET', '/v1/users/me', undefined, { authorization })
    expect([status, body['code'], body['message']]).toEqual([401, 'unauthorized', 'API token is invalid.'])
  }
  const { status, body } = await call('GET', '/v1/users/me', undefined, {
    authorization: 'Bearer ntn_restricted',
  })
  expect([status, body['code']]).toEqual([403, 'restricted_resource'])
})

test.each([
  ['', /should be ".*", or "2026-03-11", instead was `""`/],
  ['2026-03-11', /speaks Notion-Version 2025-09-03 only/],
  ['2022-06-28', /speaks Notion-Version 2025-09-03 only/],
  ['2025-09-04', /^Notion-Version header failed validation: Notion-Version header should be "2021-05-11"/],
])('version %j is refused', async (version, message) => {
  const { call } = await notionServer()
  const { status, body } = await call('GET', '/v1/users/me', undefined, { 'notion-version': version })
  expect([status, body['code']]).toEqual([400, 'missing_version'])
  expect(body['message']).toMatch(message)
})

test('no version at all is refused in Notion’s words', async () => {
  const { url } = await notionServer()
  const answer = await fetch(`${url}/v1/users/me`, { headers: { authorization: `Bearer ${SANDBOX_TOKEN}` } })
  expect(await answer.json()).toMatchObject({
    code: 'missing_version',
    message:
      'Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`.',
  })
})

test('errors have the vendor’s shape', async () => {
  const { call } = await notionServer()
  const unknown = await call('GET', '/v1/nothing')
  expect(Object.keys(unknown.body).toSorted()).toEqual(['code', 'message', 'object', 'request_id', 'status'])
  expect(unknown.headers.get('x-notion-request-id')).toBe(unknown.body['request_id'])
  expect(await call('PUT', '/v1/pages')).toMatchObject({ status: 400, body: { code: 'invalid_request_url' } })
  expect(await call('POST', '/v1/pages', '{"parent":')).toMatchObject({
    status: 400,
    body: { code: 'invalid_json', message: 'Error parsing JSON body.' },
  })
  const bad = await call('GET', '/v1/pages/abc')
  expect(bad.body['message']).toBe(
    'path failed validation: path.page_id should be a valid uuid, instead was `"abc"`.',
  )
})

test('a request of more than 500 KB is refused', async () => {
  const { call } = await notionServer()
  const body = `{"parent":{"page_id":"${PARENT_PAGE_ID}"}}`
  const padded = (bytes: number): string => body + ' '.repeat(bytes - body.length)
  expect((await call('POST', '/v1/pages', padded(500 * 1024))).status).toBe(200)
  expect(await call('POST', '/v1/pages', padded(500 * 1024 + 1))).toMatchObject({
    status: 400,
    body: { code: 'validation_error' },
  })
})

test('a fresh workspace holds one page, with and without dashes in its id, and nothing else', async () => {
  const { notion, call, url } = await notionServer()
  expect(await notion.pages.retrieve({ page_id: PARENT_PAGE_ID })).toMatchObject({
    parent: { type: 'workspace' },
  })
  expect((await notion.blocks.children.list({ block_id: PARENT_PAGE_ID })).results).toEqual([])
  expect(await fetched(`${url}/__sandbox/state`, isJsonObject)).toMatchObject({ databases: [], writes: 0 })
  const bare = await call('GET', `/v1/pages/${PARENT_PAGE_ID.replaceAll('-', '').toUpperCase()}`)
  expect(bare.body['id']).toBe(PARENT_PAGE_ID)
  const trashed = await call('PATCH', `/v1/pages/${PARENT_PAGE_ID}`, { in_trash: true })
  expect(trashed.status).toBe(400)
  expect((await call('DELETE', `/v1/blocks/${PARENT_PAGE_ID}`)).status).toBe(400)
})
