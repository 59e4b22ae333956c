/** Every implementer of `Mailer`: Gmail's, SMTP's, and the folder. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { OpenService } from '../../src/integrations/service.ts'
import { keysOf } from '../../src/domain/keys-of.ts'
import { lightFetch } from '../../src/kernel/http/fetch.ts'
import { realClock, realRandom } from '../../src/kernel/real-world.ts'
import type { Mailer } from '../../src/roles/mailer.ts'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { headerText, leavesOf, rawHeader, readMime, textOfType } from '../../src/sandbox/lib/mime.ts'
import { openSandboxServer } from '../../src/sandbox/lib/server.ts'
import { PASSWORD, USER } from '../../src/sandbox/smtp/identity.ts'
import { SMTP_SERVICE } from '../../src/sandbox/smtp/index.ts'
import type { Store } from '../../src/store/index.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { call as callOf, googleServer, type GoogleServer } from '../sandbox/google/support/server.ts'
import { testStore } from '../support/store.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { aCall, aMail, describeMailer, type Arrived } from './mailer-contract.ts'
import { openService } from './support/opened.ts'
import { FAULTS, type Trouble } from './support/troubles.ts'

const WORLD = { fetch: lightFetch(), clock: realClock(), random: realRandom() }
const MAIL = { mail: { from: 'Ana Muster <ana@sandbox.example>' } }
const SECRETS = {
  GOOGLE_CLIENT_ID: CLIENT_ID,
  GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
  GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
}

async function mailerOf({ roles }: OpenService, call = aCall()): Promise<Mailer> {
  if (roles.mailer === undefined) throw new Error('it sends no mails')
  return roles.mailer.mailer(call)
}

/** A mail as a stand-in shows it, or as it lies in a file. */
function arrivedIn(raw: Buffer): Arrived {
  const mime = readMime(raw)
  return {
    messageId: rawHeader(mime, 'X-Google-Original-Message-ID') ?? rawHeader(mime, 'Message-ID') ?? '',
    to: headerText(mime, 'To'),
    subject: headerText(mime, 'Subject'),
    text: textOfType(mime, 'text/plain'),
    html: textOfType(mime, 'text/html'),
    files: leavesOf(mime).flatMap(({ fileName, content }) =>
      fileName === null ? [] : [{ name: fileName, bytes: content.length }],
    ),
  }
}

/** What a stand-in took, oldest first. */
async function arrivedAt(url: string): Promise<Arrived[]> {
  const { body } = await callOf(url, 'GET', '/__sandbox/ledger')
  const rows: readonly { readonly id: string }[] = Array.isArray(body['rows']) ? body['rows'] : []
  return Promise.all(
    rows.map(async ({ id }) =>
      arrivedIn(Buffer.from(await (await fetch(`${url}/mail/${id}/raw`)).arrayBuffer())),
    ),
  )
}

async function openGoogle(
  server: GoogleServer,
  store: Store = testStore().open('one'),
  secrets: Readonly<Record<string, string>> = SECRETS,
): Promise<OpenService> {
  const settings = { google: { base_url: server.url }, ...MAIL }
  return openService('google', { world: WORLD, settings, secrets, store })
}

const SENDS = { method: 'POST', path: '/gmail/v1/users/me/messages/send' }

const ALL = keysOf(FAULTS).filter(trouble => trouble !== 'silence' && trouble !== 'a thing that is not there')

describeMailer('Gmail', ALL, async () => {
  const server = await googleServer()
  return {
    mailer: await mailerOf(await openGoogle(server)),
    looksUp: true,
    arrived: async () => arrivedAt(server.url),
    befall: async trouble => server.arm({ match: SENDS, action: FAULTS[trouble], times: 100 }),
    mend: server.mend,
  }
})

describeMailer('Gmail, where it gives Message-IDs of its own', ['an answer that is lost'], async () => {
  const server = await googleServer()
  await server.hand('replace-message-ids', { on: true })
  return {
    mailer: await mailerOf(await openGoogle(server)),
    looksUp: true,
    arrived: async () => arrivedAt(server.url),
    befall: async trouble => server.arm({ match: SENDS, action: FAULTS[trouble] }),
    mend: server.mend,
  }
})

describeMailer('Gmail, where the sign-in may only send', ['an answer that is lost'], async () => {
  const server = await googleServer()
  await server.hand('sign-in', { scopes: 'gmail.send' })
  return {
    mailer: await mailerOf(await openGoogle(server)),
    looksUp: false,
    arrived: async () => arrivedAt(server.url),
    befall: async trouble => server.arm({ match: SENDS, action: FAULTS[trouble] }),
    mend: server.mend,
  }
})

/** The same by SMTP: the command at which it befalls, and what is done. Others have no like there. */
const SMTP_FAULTS = new Map<Trouble, object>([
  [
    'a credential that is not accepted',
    { match: { method: 'AUTH' }, action: { type: 'status', status: 535 } },
  ],
  ['an error of its own', { match: { method: 'DATA' }, action: { type: 'status', status: 451 } }],
  ['a thing that is not there', { match: { method: 'RCPT' }, action: { type: 'status', status: 550 } }],
  ['a cut before the effect', { match: { method: 'DATA' }, action: { type: 'cut' } }],
  ['an answer that is lost', { match: { method: 'DATA' }, action: { type: 'lose-answer' } }],
])

async function smtpServer() {
  const databaseFile = join(temporaryFolder(), 'smtp.db')
  const server = await openSandboxServer({ definition: SMTP_SERVICE, databaseFile, port: 0 })
  onTestFinished(async () => server.close())
  const url = `http://127.0.0.1:${String(server.port)}`
  return { url, address: `smtp://${USER}:${PASSWORD}@127.0.0.1:${String(server.besidePort)}` }
}

async function openSmtp(address: string, settings: object = MAIL): Promise<OpenService> {
  return openService('smtp', { world: WORLD, settings: { ...settings }, secrets: { SMTP_URL: address } })
}

describeMailer('SMTP', [...SMTP_FAULTS.keys()], async () => {
  const { url, address } = await smtpServer()
  const control = async (path: string, body: unknown): Promise<void> =>
    void (await callOf(url, 'POST', `/__sandbox/faults${path}`, { body: JSON.stringify(body) }))
  return {
    mailer: await mailerOf(await openSmtp(address)),
    looksUp: false,
    arrived: async () => arrivedAt(url),
    befall: async trouble => control('', { ...SMTP_FAULTS.get(trouble), times: 100 }),
    mend: async () => control('/clear', {}),
  }
})

describeMailer('a folder', [], async () => {
  const stateDir = temporaryFolder()
  const service = await openService('mail_folder', { world: WORLD, settings: MAIL, secrets: {}, stateDir })
  return {
    mailer: await mailerOf(service),
    looksUp: true,
    arrived: async () =>
      globSync('mails/*.eml', { cwd: stateDir }).map(name => arrivedIn(readFileSync(join(stateDir, name)))),
    befall: async () => undefined,
    mend: async () => undefined,
  }
})

test('the first mail binds the store to the account, and another is refused', async () => {
  const server = await googleServer()
  const store = testStore().open('one')
  await mailerOf(await openGoogle(server, store), aCall(true))
  expect(await store.accounts.get('google')).toBe(null)
  await mailerOf(await openGoogle(server, store))
  expect(await store.accounts.get('google')).toMatchObject({ identity: 'ana@sandbox.example' })
  const other = { service: 'google', identity: 'b@x.example', label: 'b@x.example', credential: 'x' }
  await store.accounts.bind(other, true)
  await expect(mailerOf(await openGoogle(server, store))).rejects.toMatchObject({
    kind: 'config',
    message: textLike(/b@x\.example/),
  })
})

test('an access token that has ended is made anew, and the mail goes out once', async () => {
  const server = await googleServer()
  const mailer = await mailerOf(await openGoogle(server))
  await mailer.send(aMail(), 'a/mail/1')
  await server.hand('expire')
  await mailer.send(aMail(), 'a/mail/2')
  expect(await server.mails()).toHaveLength(2)
})

test('doctor proves that mails go out and are looked up, or says what is lacking', async () => {
  const server = await googleServer()
  const proofOf = async (secrets = SECRETS): Promise<unknown> =>
    (await (await openGoogle(server, undefined, secrets)).proofs?.(aCall()))?.[0]
  expect(await proofOf()).toMatchObject({ outcome: 'proved', detail: textLike(/ana@/) })
  await server.hand('sign-in', { scopes: 'gmail.send' })
  expect(await proofOf()).toMatchObject({ outcome: 'not_proved', fix: textLike(/all boxes ticked/) })
  await server.hand('sign-in', { scopes: 'gmail.metadata' })
  expect(await proofOf()).toMatchObject({ outcome: 'failed', detail: textLike(/no mail/) })
  await server.hand('revoke')
  expect(await proofOf()).toMatchObject({
    outcome: 'failed',
    detail: 'Google 400 invalid_grant: Token has been expired or revoked.',
    fix: textLike(/sign in again/),
  })
  expect(await proofOf({ ...SECRETS, GOOGLE_CLIENT_SECRET: 'wrong-secret' })).toMatchObject({
    detail: textLike(/invalid_client/),
    fix: textLike(/GOOGLE_CLIENT_ID/),
  })
})

test('a sign-in that was ended is told once for all: nothing is tried again', async () => {
  const server = await googleServer()
  const mailer = await mailerOf(await openGoogle(server))
  await server.hand('revoke')
  await expect(mailer.send(aMail(), 'a/mail/1')).rejects.toMatchObject({
    errorClass: 'credential',
    code: 'invalid_grant',
  })
})

test('with half of an app Google is not opened', async () => {
  const server = await googleServer()
  const { GOOGLE_CLIENT_SECRET: _, ...secrets } = SECRETS
  await expect(openGoogle(server, undefined, secrets)).rejects.toThrow(/missing: GOOGLE_CLIENT_SECRET/)
})

test('where nobody has signed in yet no other service takes its place: it says what to type', async () => {
  const server = await googleServer()
  const { GOOGLE_REFRESH_TOKEN: _, ...secrets } = SECRETS
  const opened = await openGoogle(server, undefined, secrets)
  const nobody = { kind: 'config', hint: textLike(/echopilot auth google/) }
  await expect(mailerOf(opened)).rejects.toMatchObject(nobody)
  expect(await opened.proofs?.(aCall())).toMatchObject([{ outcome: 'failed' }])
})

test('a mail server is proved by signing in, and its password is told nowhere', async () => {
  const { address, url } = await smtpServer()
  const proofOf = async (given: string): Promise<unknown> =>
    (await (await openSmtp(given)).proofs?.(aCall()))?.[0]
  expect(await proofOf(address)).toMatchObject({ outcome: 'proved' })
  expect(await arrivedAt(url)).toEqual([])
  const failed = await proofOf(address.replace(PASSWORD, 'another-password'))
  expect(failed).toMatchObject({ outcome: 'failed', fix: textLike(/SMTP_URL/) })
  expect(JSON.stringify(failed)).not.toContain('another-password')
})

test.each([
  ['https://smtp.example.com', MAIL, /no address of a mail server/],
  ['smtp.example.com', MAIL, /no address of a mail server/],
  ['smtps://smtp.example.com', {}, /nobody is named/],
])('%s is a fault of the configuration', async (address, settings, why) => {
  await expect(openSmtp(address, settings)).rejects.toMatchObject({
    kind: 'config',
    message: textLike(why),
  })
})

test('a server elsewhere that does not encrypt gets no password', async () => {
  const { address, url } = await smtpServer()
  // Another name of this machine, which is not known to be it.
  const mailer = await mailerOf(await openSmtp(address.replace('127.0.0.1', '0.0.0.0')))
  await expect(mailer.send(aMail(), 'a/mail/1')).rejects.toMatchObject({
    errorClass: 'credential',
    billed: 'no',
  })
  expect(await arrivedAt(url)).toEqual([])
})
