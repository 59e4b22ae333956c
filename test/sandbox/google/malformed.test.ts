/** Calls as no program should make them: each is taken or refused in Google's shape, and none shows a bug of the sandbox. */
import { assert, asyncProperty, constant, constantFrom, object, oneof, string } from 'fast-check'
import { expect, test } from 'vitest'
import { accessToken, call, googleServer, sdk } from './support/server.ts'

const FILES = '/drive/v3/files'
const SENDS = '/gmail/v1/users/me/messages/send'
const JSON_TYPE = 'application/json'
const RELATED = 'multipart/related; boundary=x'

const VALUES = [
  '',
  '0',
  '-1',
  'x',
  '1.5',
  '%00',
  '~',
  '~99',
  "'",
  "name = '",
  'a(b',
  'a/',
  '*',
  'rfc822msgid:',
]

test('odd parameters of the query are taken or refused', async () => {
  const { url } = await googleServer()
  const headers = { authorization: `Bearer ${await accessToken(url)}` }
  await sdk(url).drive.files.create({ requestBody: { name: 'a' } })
  const names = ['q', 'pageSize', 'maxResults', 'pageToken', 'fields', 'labelIds', 'format', 'upload_id']
  for (const path of [
    FILES,
    '/drive/v3/about',
    '/gmail/v1/users/me/messages',
    '/gmail/v1/users/me/profile',
  ]) {
    for (const name of names) {
      for (const value of VALUES) {
        const asked = `${path}?${name}=${encodeURIComponent(value)}`
        expect((await call(url, 'GET', asked, { headers })).status, asked).toBeLessThan(500)
      }
    }
  }
})

test('odd bodies are taken or refused', { timeout: 60_000 }, async () => {
  const { url } = await googleServer()
  const authorization = `Bearer ${await accessToken(url)}`
  const paths = [
    ['POST', SENDS],
    ['POST', `/upload${SENDS}?uploadType=media`],
    ['POST', `/upload${SENDS}?uploadType=multipart`],
    ['POST', FILES],
    ['PATCH', `${FILES}/none`],
    ['POST', `/upload${FILES}?uploadType=multipart`],
    ['POST', `/upload${FILES}?uploadType=resumable`],
    ['POST', `/upload${FILES}`],
    ['PUT', `/upload${FILES}?uploadType=resumable&upload_id=none`],
    ['POST', '/token'],
    ['POST', '/revoke'],
  ] as const
  const key = constantFrom('raw', 'name', 'parents', 'appProperties', 'mimeType', 'id', 'x')
  const body = oneof(
    object({ maxDepth: 3, maxKeys: 4, key }).map(given => JSON.stringify(given)),
    string(),
    constant('[[['),
    constant('--x\r\ncontent-type: application/json\r\n\r\n{}\r\n--x\r\n\r\nbytes\r\n--x--'),
    constant('Content-Type: multipart/mixed; boundary=y\r\nTo: a@b.c\r\n\r\n--y\r\n'),
  )
  const types = constantFrom(JSON_TYPE, RELATED, 'message/rfc822', 'application/x-www-form-urlencoded')
  const odd = asyncProperty(constantFrom(...paths), types, body, async ([method, path], type, text) => {
    const headers = { authorization, 'content-type': type }
    const answer = await call(url, method, path, { headers, body: text })
    expect(answer.status, `${method} ${path} ${text}`).toBeLessThan(500)
    expect(answer.headers.get('x-sandbox-bug')).toBe(null)
  })
  await assert(odd, { seed: 7, numRuns: 400 })
})

test('odd acts of the person are refused, and change nothing', async () => {
  const { url, hand } = await googleServer()
  const before = (await call(url, 'GET', '/__sandbox/state')).body['ways']
  const acts = [
    ['sign-in', { scopes: 'calendar' }],
    ['rotate', { on: 'maybe' }],
    ['testing', {}],
    ['quota', { bytes: -1 }],
    ['quota', { bytes: 'x' }],
    ['replace-message-ids', {}],
    ['clock', { seconds: 1e15 }],
  ] as const
  for (const [act, given] of acts) await expect(hand(act, given), act).rejects.toThrow(/is|no such/)
  expect((await call(url, 'GET', '/__sandbox/state')).body['ways']).toEqual(before)
})
