/** Mailing results as the operator does it: by the program, against the stand-ins of Google and Stripe. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN } from '../../src/sandbox/google/identity.ts'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { googleServer, type GoogleServer } from '../sandbox/google/support/server.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { listOf } from '../support/document.ts'
import { errorOf, type Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

let stripe: StripeServer
let google: GoogleServer
let home: Home

beforeEach(async () => {
  stripe = await stripeServer()
  google = await googleServer()
  home = await sandboxHome({
    STRIPE_BASE_URL: stripe.url,
    STRIPE_SECRET_KEY: TEST_KEY,
    GOOGLE_BASE_URL: google.url,
    GOOGLE_CLIENT_ID: CLIENT_ID,
    GOOGLE_CLIENT_SECRET: CLIENT_SECRET,
    GOOGLE_REFRESH_TOKEN: REFRESH_TOKEN,
  })
  await home.json('client', 'set', 'Acme', '--email', 'ana@acme.example')
})

async function add(...words: readonly string[]): Promise<string> {
  const added = await home.json('task', 'add', BRIEF, '--price', '49.90', '--title', 'Study', ...words)
  return String(added['taskId'])
}

/** A result of a client that has an address. */
async function work(...words: readonly string[]): Promise<string> {
  const taskId = await add('--client', 'Acme', ...words)
  await home.run('poll', '--drain')
  return taskId
}

async function mailingsOf(taskId: string): Promise<unknown[]> {
  return listOf(await home.json('task', 'show', taskId), 'mailings')
}

test('shown, sent once with its payment link, and told of everywhere', async () => {
  const taskId = await work()
  const planned = await home.run('task', 'send', taskId, '--dry-run')
  expect(planned.stdout).toMatch(
    /would be mailed: Study[^]*Acme <ana@acme\.example>[^]*Your result: Study[^]*Please pay 49\.90 USD here/,
  )
  expect(await google.mails()).toHaveLength(0)
  expect((await home.run('task', 'send', taskId)).code).toBe(65)
  const sent = await home.run('task', 'send', taskId, '--yes')
  expect(sent).toMatchObject({ code: 0, stderr: '' })
  expect(sent.stdout).toMatch(
    /mailed: Study\n.*sent .* to ana@acme\.example by google, with its payment link/,
  )
  expect(await google.mails()).toHaveLength(1)
  const second = await home.run('task', 'send', taskId, '--yes')
  expect(second).toMatchObject({ code: 0 })
  expect(second.stdout).toMatch(/was mailed before: Study\n.*sent \d.*--again --yes/s)
  expect(await google.mails()).toHaveLength(1)
  const [mailing] = await mailingsOf(taskId)
  expect(mailing).toMatchObject({ state: 'sent', to: 'ana@acme.example', hasPaymentLink: true })
  const explained = await home.run('explain', taskId)
  expect(explained.stdout).toMatch(/mailed to its client: mail_\w+ \(/)
  expect(explained.stdout).toMatch(/mail \{"id":"mail_\w+","state":"sent"/)
  const id = String(/mail_\w+/.exec(JSON.stringify(mailing))?.[0])
  expect(await home.json('explain', id)).toMatchObject({ kind: 'mailing', receipts: [{ core: { taskId } }] })
  expect((await home.run('task', 'send', taskId, '--again', '--yes')).code).toBe(0)
  expect(await google.mails()).toHaveLength(2)
  expect(await mailingsOf(taskId)).toHaveLength(2)
})

test('refused where nothing is accepted, and where the client has no address', async () => {
  expect((await home.run('task', 'send', 'task_0000000', '--yes')).code).toBe(66)
  const taskId = await add('--client', 'Nobody')
  const early = await home.run('task', 'send', taskId, '--yes', '--json')
  expect(early.code).toBe(65)
  expect(errorOf(early)['message']).toMatch(/has no accepted result to be mailed: it is Queued/)
  await home.json('poll', '--drain')
  const late = await home.run('task', 'send', taskId, '--yes', '--json')
  expect(late.code).toBe(65)
  expect(errorOf(late)['message']).toMatch(/has no e-mail address/)
  expect(await google.mails()).toHaveLength(0)
})

test('while its payment link cannot be made, it is not sent without one', async () => {
  await stripe.arm({
    match: { method: 'POST', path: '/v1/payment_links' },
    action: { type: 'status', status: 503 },
    times: 9,
  })
  const taskId = await work()
  const early = await home.run('task', 'send', taskId, '--yes', '--json')
  expect(early.code).toBe(75)
  expect(errorOf(early)['message']).toMatch(/payment link of task \S+ is not made yet/)
  expect(await google.mails()).toHaveLength(0)
})

test('what Google does not take now is sent by the next deliver', async () => {
  const taskId = await work()
  await google.arm({
    match: { method: 'POST', path: '/gmail/v1/users/me/messages/send' },
    action: { type: 'status', status: 429 },
  })
  const sent = await home.run('task', 'send', taskId, '--yes')
  expect(sent.code).toBe(75)
  expect(sent.stdout).toMatch(/recorded, and not sent yet: Study[^]*echopilot deliver/)
  expect(listOf(await home.json('effect', 'list', '--state', 'pending'), 'effects')).toMatchObject([
    { what: 'mail', title: 'Study' },
  ])
  expect((await home.run('task', 'send', taskId, '--yes')).stdout).not.toMatch(/to be sent.*\n.*to be sent/)
  expect(await mailingsOf(taskId)).toHaveLength(1)
})

test('with send = "on-done" it goes by itself, once it is Done and its link is made', async () => {
  mkdirSync(dirname(home.configFile), { recursive: true })
  writeFileSync(home.configFile, '[mail]\nsend = "on-done"\n')
  const taskId = await add('--client', 'Acme', '--config', home.configFile)
  await home.json('poll', '--drain')
  expect(await google.mails()).toHaveLength(1)
  expect(await mailingsOf(taskId)).toMatchObject([{ state: 'sent', hasPaymentLink: true }])
  await home.json('deliver')
  expect(await google.mails()).toHaveLength(1)
})
