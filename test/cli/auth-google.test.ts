/** Signing in to Google: by the browser's way back to a port of this machine, and by pasting where it was sent. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { call, googleServer, type GoogleServer } from '../sandbox/google/support/server.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { callCli } from '../support/cli.ts'
import { listOf, parseDocument, type Document } from '../support/document.ts'
import { realWorld } from '../support/real-world.ts'
import { newHome, run, spawn, start, type Home } from './support/run.ts'

let google: GoogleServer
let home: Home

beforeEach(async () => {
  google = await googleServer()
  home = newHome({
    GOOGLE_BASE_URL: google.url,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
  })
})

const kept = (): string => join(home.stateDir, 'google-sign-in.json')

/** The person decides on the page; where the browser is sent then. */
async function decide(told: string, answer = 'allow', most = 9): Promise<string> {
  const url = new URL(/http:\/\/127\.0\.0\.1:\d+\/o\/oauth2\/v2\/auth\?\S+/.exec(told)?.[0] ?? '')
  expect((await fetch(url)).status).toBe(200)
  const body = new URLSearchParams(url.searchParams)
  body.set('answer', answer)
  const scopes = (url.searchParams.get('scope') ?? '').split(' ')
  for (const scope of scopes.slice(0, most)) body.append('granted', scope)
  const { headers, status } = await call(google.url, 'POST', '/o/oauth2/consent', { body })
  expect(status).toBe(303)
  return headers.get('location') ?? ''
}

/** By pasting, with a person who does this with what is told. */
async function paste(answer: (told: string) => Promise<string>) {
  const world = realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir })
  return callCli(['auth', 'google', '--paste'], { world, ask: answer })
}

async function proofs(env: Readonly<Record<string, string>> = {}, wanted = 'google'): Promise<Document[]> {
  const ran = await run(['doctor', '--no-spend', '--json'], { env: { ...home.env, ...env }, cwd: home.dir })
  return listOf(parseDocument(ran.stdout), 'proofs').filter(({ subject }) => subject === wanted)
}

test('by the browser: only the answer to this sign-in is taken, and what it gives is kept for its owner alone', async () => {
  expect(await proofs()).toMatchObject([{ outcome: 'failed', fix: textLike(/echopilot auth google/) }])
  const signing = start(['auth', 'google'], { env: home.env, cwd: home.dir })
  const told = await signing.errors(/oauth2\/v2\/auth\?\S+\n/)
  expect(told).toMatch(/to send mails \(gmail\.send\)/)
  const back = new URL(await decide(told))
  const foreign = new URL(back)
  foreign.searchParams.set('state', 'x')
  expect((await fetch(foreign)).status).toBe(404)
  expect(existsSync(kept())).toBe(false)
  expect((await fetch(back)).status).toBe(200)
  const ended = await signing.ended
  expect(ended).toMatchObject({ code: 0 })
  expect(ended.stdout).toMatch(/^signed in as ana@sandbox\.example\n/)
  await expect(fetch(back)).rejects.toThrow(/fetch failed/)
  expect(statSync(kept()).mode & 0o777).toBe(0o600)
  expect(await proofs()).toMatchObject([{ subject: 'google', outcome: 'proved' }])
  const refreshToken = String(parseDocument(readFileSync(kept(), 'utf8'))['refreshToken'])
  const { stdout, stderr } = await spawn(['doctor', '--no-spend', '--verbose'], {
    env: home.env,
    cwd: home.dir,
  })
  for (const text of [ended.stdout, ended.stderr, stdout, stderr]) expect(text).not.toContain(refreshToken)
})

test.each([
  [
    'who cancels',
    async (told: string) => decide(told, 'deny'),
    77,
    /did not let EchoPilot in: access_denied/,
  ],
  ['who allows too little', async (told: string) => decide(told, 'allow', 1), 77, /nothing was kept/],
  [
    'who pastes another address',
    async () => 'http://127.0.0.1:1/?code=4%2F0A&state=x',
    64,
    /not the address/,
  ],
  ['who pastes no address', async () => 'yes', 64, /not the address/],
])('a person %s is not signed in', async (_name, answer, code, why) => {
  const ran = await paste(answer)
  expect(ran.code).toBe(code)
  expect(ran.stderr).toMatch(why)
  expect(existsSync(kept())).toBe(false)
})

test('by pasting; the sign-in of an app in Testing is counted down', async () => {
  await google.hand('testing', { on: 'true' })
  const ran = await paste(decide)
  expect(ran).toMatchObject({ code: 0 })
  expect(ran.stdout).toMatch(/ends +\d{4}-\d\d-\d\d \d\d:\d\d UTC: the app is in Testing/)
  const [end] = await proofs({}, 'google sign-in')
  expect(end).toMatchObject({
    subject: 'google sign-in',
    outcome: 'not_proved',
    detail: textLike(/^ends in 7 d, /),
  })
  expect((await home.run('status')).stdout).toMatch(/google sign-in, .* ago: ends in 7 d/)
})

test('a kept sign-in wins over the configured one, until another is configured', async () => {
  const before = { GOOGLE_REFRESH_TOKEN: '1//that-is-over' }
  home = { ...home, env: { ...home.env, ...before } }
  expect(await proofs()).toMatchObject([{ outcome: 'failed' }])
  expect((await paste(decide)).code).toBe(0)
  expect(await proofs()).toMatchObject([{ outcome: 'proved' }])
  expect(await proofs({ GOOGLE_REFRESH_TOKEN: '1//another' })).toMatchObject([
    { outcome: 'failed', fix: textLike(/sign in again: echopilot auth google/) },
  ])
  expect(await proofs({ GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN })).toMatchObject([{ outcome: 'proved' }])
})

test('a sign-in that Google replaces is kept before it is used', async () => {
  expect((await paste(decide)).code).toBe(0)
  const first = readFileSync(kept(), 'utf8')
  await google.hand('rotate', { on: 'true' })
  for (const _ of [1, 2]) expect(await proofs()).toMatchObject([{ outcome: 'proved' }])
  expect(readFileSync(kept(), 'utf8')).not.toBe(first)
})
