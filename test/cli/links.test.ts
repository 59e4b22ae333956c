/** Payment links as the operator sees them: the whole way by the program, against the stand-in of Stripe. */
import { beforeEach, expect, test } from 'vitest'
import { LIVE_KEY, TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../../src/sandbox/paypal/identity.ts'
import { paypalServer } from '../sandbox/paypal/support/server.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { listOf, parseDocument, type Document } from '../support/document.ts'
import { spawn, type Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

let stripe: StripeServer
let home: Home

beforeEach(async () => {
  stripe = await stripeServer()
  home = await sandboxHome({ STRIPE_BASE_URL: stripe.url, STRIPE_SECRET_KEY: TEST_KEY })
})

/** A result that is billed; what waits is not delivered yet. */
async function work(): Promise<string> {
  const added = await home.json('task', 'add', BRIEF, '--price', '49.90', '--title', 'Study')
  await home.json('process')
  await home.json('qa')
  return String(added['taskId'])
}

async function linkOf(taskId: string): Promise<unknown> {
  return listOf(await home.json('task', 'show', taskId), 'bills')[0]?.['link']
}

/** A call as a child process, with another key. */
async function withKey(key: string | null, ...words: readonly string[]) {
  const { STRIPE_SECRET_KEY: _, ...env } = home.env
  return spawn(words, { env: key === null ? env : { ...env, STRIPE_SECRET_KEY: key }, cwd: home.dir })
}

test('from a result to an address at which it can be paid, and what is said of it', async () => {
  const taskId = await work()
  expect(await home.json('deliver', '--dry-run')).toMatchObject({
    links: [{ taskId, title: 'Study', amount: '49.90 USD' }],
  })
  expect((await home.run('deliver', '--dry-run')).stdout).toMatch(/would make 1 payment link\n.*49\.90 USD/)
  const planned = await home.run('poll', '--drain', '--dry-run')
  expect(planned.stdout).toMatch(/would make 1 payment link\n.*49\.90 USD/)
  expect(await home.json('status')).toMatchObject({ unpaid: { open: 0, without: 1 } })
  const ran = await home.spawn('poll', '--drain')
  // No Notion is set up here.
  expect(ran.code).toBe(0)
  expect(ran.stdout).toMatch(/^1 write delivered$/m)
  expect(ran.stdout).not.toContain('Notion')
  const { data } = await stripe.stripe.paymentLinks.list()
  const url = data[0]?.url
  expect(data).toHaveLength(1)
  expect(await linkOf(taskId)).toMatchObject({ state: 'open', service: 'stripe', livemode: false, url })
  const shown = await home.run('task', 'show', taskId)
  expect(shown.stdout).toContain(`payment link open (stripe, no real money)`)
  expect(shown.stdout).toContain(String(url))
  expect((await home.run('task', 'list')).stdout).toContain('Unpaid, link open')
  expect((await home.run('status')).stdout).toMatch(/Payment links\n.*1 bill can be paid/)
  for (const { stdout, stderr } of [ran, shown]) expect(stdout + stderr).not.toContain(TEST_KEY)
  expect(await home.json('deliver')).toMatchObject({ delivered: 0, links: [] })
})

test('a refused link says why and what to type, which makes it', async () => {
  const taskId = await work()
  await stripe.arm({
    match: { method: 'POST', path: '/v1/payment_links' },
    action: { type: 'status', status: 400 },
  })
  expect((await home.run('deliver')).code).not.toBe(0)
  const link = await linkOf(taskId)
  expect(link).toMatchObject({ state: 'refused', url: null })
  const effect = String(/eff_\w+/.exec(JSON.stringify(link))?.[0])
  expect((await home.run('status')).stdout).toMatch(/refused: 1 bill without a link/)
  expect(listOf(await home.json('effect', 'list'), 'effects')).toMatchObject([{ id: effect, title: 'Study' }])
  await home.json('effect', 'retry', effect)
  await home.json('deliver')
  expect(await linkOf(taskId)).toMatchObject({ state: 'open', why: null, next: null })
})

test('without a service for payments it is said what the bills wait for', async () => {
  await work()
  expect((await withKey(null, 'status')).stdout).toMatch(
    /1 bill waits for a link, and no service for payments is set up: set STRIPE_SECRET_KEY/,
  )
  const planned = await withKey(null, 'deliver', '--dry-run', '--json')
  expect(parseDocument(planned.stdout)).toMatchObject({ links: [] })
})

test('a key of the other mode is exit 78: in commands, and in doctor', async () => {
  await work()
  await home.json('deliver')
  const delivered = await withKey(LIVE_KEY, 'deliver', '--json')
  expect(delivered.code).toBe(78)
  const doctor = await withKey(LIVE_KEY, 'doctor', '--no-spend', '--json')
  expect(doctor.code).toBe(78)
  expect(proofOf(parseDocument(doctor.stdout), 'stripe')).toMatchObject({ outcome: 'failed' })
  expect((await withKey(TEST_KEY, 'doctor', '--no-spend')).code).not.toBe(78)
})

function proofOf(document: Document, subject: string): unknown {
  return listOf(document, 'proofs').find(proof => proof['subject'] === subject)
}

test('the auto-operator makes the links that nobody made', async () => {
  const taskId = await work()
  const planned = await home.json('operate', '--dry-run')
  expect(listOf(planned, 'healed')).toMatchObject([{ healing: 'renew links', outcome: 'planned' }])
  const ran = await home.json('operate')
  expect(listOf(ran, 'healed')).toMatchObject([
    { healing: 'renew links', outcome: 'done', detail: '1 made, 0 not' },
  ])
  expect(await linkOf(taskId)).toMatchObject({ state: 'open' })
  expect(listOf(await home.json('operate'), 'healed')).toEqual([])
})

test('a store is bound to the account of another mode only when that is asked for, and asks for new links there', async () => {
  const taskId = await work()
  await home.json('deliver')
  expect((await withKey(TEST_KEY, 'init', '--rebind', '--json')).code).toBe(78)
  const planned = await withKey(LIVE_KEY, 'init', '--rebind', '--dry-run', '--json')
  expect(parseDocument(planned.stdout)).toMatchObject({ released: [{ service: 'stripe' }] })
  expect(await linkOf(taskId)).toMatchObject({ state: 'open' })
  const done = await withKey(LIVE_KEY, 'init', '--rebind')
  expect(done.stdout).toMatch(/stripe: let go of the account .*; close 1 payment link there by hand/)
  expect((await withKey(LIVE_KEY, 'deliver')).code).toBe(0)
  const shown = await withKey(LIVE_KEY, 'task', 'show', taskId, '--json')
  expect(listOf(parseDocument(shown.stdout), 'bills')[0]?.['link']).toMatchObject({
    number: 2,
    state: 'open',
    livemode: true,
  })
})

test('PayPal makes links only where Stripe is not set up', async () => {
  const taskId = await work()
  const { url } = await paypalServer()
  const paypal = { PAYPAL_BASE_URL: url, PAYPAL_CLIENT_ID: CLIENT_ID, PAYPAL_CLIENT_SECRET: CLIENT_SECRET }
  const deliver = async (env: Readonly<Record<string, string>>) =>
    spawn(['deliver'], { env: { ...env, ...paypal }, cwd: home.dir })
  const { STRIPE_SECRET_KEY: _, ...withoutStripe } = home.env
  expect((await deliver(withoutStripe)).code).toBe(0)
  expect(await linkOf(taskId)).toMatchObject({ service: 'paypal', state: 'open' })
  const other = await work()
  expect((await deliver(home.env)).code).toBe(0)
  expect(await linkOf(other)).toMatchObject({ service: 'stripe', state: 'open' })
})
