/** The OAuth server: the page of consent, codes, refreshing, ending. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { CLIENT_ID, REFRESH_TOKEN, SCOPES } from '../../../src/sandbox/google/identity.ts'
import { stringOf } from '../../../src/sandbox/lib/json.ts'
import { accessToken, askToken, call, googleServer, sdk, type Answer } from './support/server.ts'

const REDIRECT = 'http://127.0.0.1:53682/callback'
const VERIFIER = 'v'.repeat(64)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

const ASKED = {
  client_id: CLIENT_ID,
  redirect_uri: REDIRECT,
  response_type: 'code',
  scope: `${SCOPES.send} ${SCOPES.files}`,
  state: 'st&te',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
  access_type: 'offline',
}

async function page(url: string, asked: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(`${url}/o/oauth2/v2/auth?${new URLSearchParams(asked).toString()}`)
  return `${String(answer.status)} ${await answer.text()}`
}

/** The person decides; where the browser is sent. */
async function consent(url: string, answer: string, granted: readonly string[]): Promise<URL> {
  const body = new URLSearchParams({ ...ASKED, answer })
  for (const scope of granted) body.append('granted', scope)
  const { headers, status } = await call(url, 'POST', '/o/oauth2/consent', { body })
  expect(status).toBe(303)
  return new URL(headers.get('location') ?? '')
}

async function exchange(
  url: string,
  code: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER }
  return askToken(url, { ...form, ...changes })
}

async function refresh(url: string, refresh_token: string): Promise<Answer> {
  return askToken(url, { grant_type: 'refresh_token', refresh_token })
}

test('a person lets an application in: the code comes to its port, and is good once, for who asked', async () => {
  const { url } = await googleServer()
  const shown = await page(url, ASKED)
  expect(shown).toContain('200 ')
  expect(shown).toContain(SCOPES.send)
  const back = await consent(url, 'allow', [SCOPES.send])
  expect(back.href.startsWith(`${REDIRECT}?`)).toBe(true)
  expect(back.searchParams.get('state')).toBe('st&te')
  const code = back.searchParams.get('code') ?? ''
  expect((await exchange(url, code, { code_verifier: 'w'.repeat(64) })).body['error']).toBe('invalid_grant')
  expect((await exchange(url, code, { redirect_uri: 'http://127.0.0.1:1/' })).body['error']).toBe(
    'redirect_uri_mismatch',
  )
  const { body } = await exchange(url, code)
  expect(body).toMatchObject({ token_type: 'Bearer', scope: SCOPES.send, expires_in: 3599 })
  expect((await exchange(url, code)).body['error']).toBe('invalid_grant')
  expect((await refresh(url, stringOf(body, 'refresh_token') ?? '')).body).toMatchObject({
    scope: SCOPES.send,
  })
})

test('a person who cancels, or ticks nothing, lets nobody in', async () => {
  const { url } = await googleServer()
  const answers = [await consent(url, 'deny', [SCOPES.send]), await consent(url, 'allow', [])]
  for (const { searchParams } of answers) {
    expect(Object.fromEntries(searchParams)).toEqual({ state: 'st&te', error: 'access_denied' })
  }
})

test.each([
  ['client_id', 'other', 'invalid_client'],
  ['redirect_uri', 'https://evil.example/', 'redirect_uri_mismatch'],
  ['response_type', 'token', 'invalid_request'],
  ['scope', 'https://www.googleapis.com/auth/calendar', 'invalid_scope'],
  ['code_challenge', 'short', 'invalid_request'],
])('what is asked for with another %s is shown as an error and sent nowhere', async (name, value, error) => {
  const { url } = await googleServer()
  expect(await page(url, { ...ASKED, [name]: value })).toMatch(new RegExp(`^400[^]*${error}`))
})

test.each([
  [{ client_secret: 'no' }, 401, 'invalid_client'],
  [{ client_id: 'no' }, 401, 'invalid_client'],
  [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
  [{ refresh_token: 'no' }, 400, 'invalid_grant'],
  [{ refresh_token: '' }, 400, 'invalid_request'],
])('the token endpoint refuses %o', async (changes, status, error) => {
  const { url } = await googleServer()
  const answer = await askToken(url, {
    grant_type: 'refresh_token',
    refresh_token: REFRESH_TOKEN,
    ...changes,
  })
  expect([answer.status, answer.body['error']]).toEqual([status, error])
})

test('access tokens end after an hour, and are made anew', async () => {
  const { url, hand } = await googleServer()
  const authorization = `Bearer ${await accessToken(url)}`
  const profile = async (): Promise<number> =>
    (await call(url, 'GET', '/gmail/v1/users/me/profile', { headers: { authorization } })).status
  expect(await profile()).toBe(200)
  await hand('clock', { seconds: 3600 })
  expect(await profile()).toBe(401)
  expect(await accessToken(url)).not.toBe('')
})

test('a sign-in that is ended takes its access tokens with it, and cannot be refreshed', async () => {
  const { url, hand } = await googleServer()
  const { gmail, auth } = sdk(url)
  await gmail.users.getProfile({ userId: 'me' })
  await hand('revoke')
  await expect(gmail.users.getProfile({ userId: 'me' })).rejects.toMatchObject({ status: 401 })
  await expect(auth.refreshAccessToken()).rejects.toMatchObject({ message: 'invalid_grant' })
  await hand('sign-in')
  expect((await gmail.users.getProfile({ userId: 'me' })).status).toBe(200)
})

test('an application in Testing loses its sign-in after 7 days', async () => {
  const { url, hand } = await googleServer()
  await hand('testing', { on: true })
  await hand('clock', { seconds: 7 * 86_400 - 10 })
  expect((await refresh(url, REFRESH_TOKEN)).status).toBe(200)
  await hand('clock', { seconds: 20 })
  expect((await refresh(url, REFRESH_TOKEN)).body['error']).toBe('invalid_grant')
})

test('where refresh tokens rotate, the old one is good for nothing any more', async () => {
  const { url, hand } = await googleServer()
  await hand('rotate', { on: true })
  const first = await refresh(url, REFRESH_TOKEN)
  expect((await refresh(url, REFRESH_TOKEN)).body['error']).toBe('invalid_grant')
  expect((await refresh(url, stringOf(first.body, 'refresh_token') ?? '')).status).toBe(200)
  const authorization = `Bearer ${stringOf(first.body, 'access_token') ?? ''}`
  expect((await call(url, 'GET', '/gmail/v1/users/me/profile', { headers: { authorization } })).status).toBe(
    200,
  )
})
