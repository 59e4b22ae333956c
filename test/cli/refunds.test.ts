/** Refunds as the operator makes them: by the program, against the stand-in of Stripe. */
import { beforeEach, expect, test } from 'vitest'
import { LIVE_KEY, TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../../src/sandbox/paypal/identity.ts'
import { isObject } from '../../src/sandbox/lib/json.ts'
import { paypalServer } from '../sandbox/paypal/support/server.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { dumpStore, expectChainHolds } from '../support/books.ts'
import { listOf, partOf, type Document } from '../support/document.ts'
import { errorOf, spawn, type Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

const REASON = ['--reason', 'a part was wrong']

let stripe: StripeServer
let home: Home
let taskId: string
let paymentId: string

beforeEach(async () => {
  stripe = await stripeServer()
  home = await sandboxHome({ STRIPE_BASE_URL: stripe.url, STRIPE_SECRET_KEY: TEST_KEY })
  taskId = String((await home.json('task', 'add', BRIEF, '--price', '1200', '--title', 'Study'))['taskId'])
  await home.json('poll', '--drain')
  const [link] = (await stripe.stripe.paymentLinks.list({ active: true })).data
  await stripe.hand('pay', { link: link?.id ?? '' })
  await home.json('payments-scan')
  paymentId = String(listOf(await home.json('payments', 'list'), 'payments')[0]?.['id'])
})

async function refundsThere(): Promise<number[]> {
  return (await stripe.stripe.refunds.list()).data.map(({ amount }) => amount)
}

async function refund(...words: readonly string[]): Promise<Document> {
  return partOf(await home.json('refund', ...words, '--yes'), 'refund')
}

test('planned, looked at, and made; by the task that was paid', async () => {
  const planned = await home.spawn('refund', 'plan', taskId, '--amount', '12.50', ...REASON)
  expect(planned.code).toBe(0)
  const id = /ref_\w+/.exec(planned.stdout)?.[0] ?? ''
  expect(planned.stdout).toMatch(/12\.50 USD of pay_\w+: planned\n/)
  expect(planned.stdout).toContain(`echopilot refund run ${id}`)
  expect((await home.run('refund', 'list')).stdout).toMatch(/12\.50 USD {2}planned \(no real money\)/)
  expect(await refundsThere()).toEqual([])
  const unconfirmed = await home.run('refund', 'run', id, '--json')
  expect(unconfirmed.code).toBe(65)
  expect(errorOf(unconfirmed)['hint']).toContain('--yes')
  expect(await refundsThere()).toEqual([])
  const made = await home.spawn('refund', 'run', id, '--yes')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toMatch(/12\.50 USD of pay_\w+: given back\n/)
  expect(await refund('run', id)).toMatchObject({ id, state: 'succeeded' })
  expect(await refundsThere()).toEqual([1250])
  expect((await home.run('explain', id)).stdout).toContain('12.50 USD')
  expect((await home.run('refund', 'show', id)).stdout).toMatch(/reason +a part was wrong\nby +cli:/)
  expect((await home.run('task', 'show', taskId)).stdout).toContain('Partly Refunded')
  expectChainHolds(`${home.stateDir}/echopilot.db`)
})

test('a dry run tells what would be given back, and changes nothing', async () => {
  for (const verb of [['plan'], []]) {
    const ran = await home.json('refund', ...verb, paymentId, ...REASON, '--dry-run')
    expect(ran).toMatchObject({ dryRun: true, refund: { id: null, amount: '1200.00 USD' } })
  }
  expect(listOf(await home.json('refund', 'list'), 'refunds')).toEqual([])
  expect(await refundsThere()).toEqual([])
})

test('above a ceiling the amount has to be repeated', async () => {
  const ran = await home.run('refund', paymentId, ...REASON, '--yes', '--json')
  expect(ran.code).toBe(65)
  expect(errorOf(ran)['message']).toMatch(/above the 1000\.00 USD of one refund/)
  expect(errorOf(ran)['hint']).toMatch(/--above-ceiling/)
  expect(await refundsThere()).toEqual([])
  const [planned] = listOf(await home.json('refund', 'list', '--of', paymentId), 'refunds')
  const id = String(planned?.['id'])
  const wrong = await home.run('refund', 'run', id, '--yes', '--above-ceiling', '1200.01 USD')
  expect(wrong.code).toBe(65)
  expect(await refund('run', id, '--above-ceiling', '1200 USD')).toMatchObject({ id, state: 'succeeded' })
  expect(await refundsThere()).toEqual([120_000])
})

test('a plan is given up once; what was made is not', async () => {
  const { id } = partOf(await home.json('refund', 'plan', paymentId, '--amount', '5', ...REASON), 'refund')
  const given = ['refund', 'cancel', String(id)]
  expect(await home.json(...given, '--dry-run')).toMatchObject({ refund: { state: 'planned' } })
  expect(await home.json(...given)).toMatchObject({ refund: { state: 'cancelled' } })
  expect((await home.run(...given)).code).toBe(65)
  expect((await home.run('refund', 'run', String(id), '--yes')).code).toBe(65)
  expect(await refundsThere()).toEqual([])
})

test.each<[string, readonly string[], number, RegExp]>([
  ['an unknown payment', ['pay_unknown', ...REASON], 66, /nothing with the id pay_unknown/],
  ['no payment', ['--yes', ...REASON], 64, /payment/],
  ['more than was paid', ['PAID', '--amount', '1200.01', ...REASON], 65, /only 1200\.00 USD is left of it/],
  ['another currency', ['PAID', '--amount', '5 EUR', ...REASON], 65, /it was paid in USD/],
  ['no amount', ['PAID', '--amount', '5.001', ...REASON], 64, /"5\.001" is no amount/],
  ['less than nothing', ['PAID', '--amount=-5', ...REASON], 64, /"-5" is no amount/],
  ['nothing', ['PAID', '--amount', '0', ...REASON], 65, /an amount above zero/],
  ['no reason', ['PAID'], 64, /without a reason/],
  ['a reason of nothing', ['PAID', '--reason', '  '], 64, /say why/],
])('%s is refused, and nothing changes', async (_name, given, code, why) => {
  const words = given.map(word => (word === 'PAID' ? paymentId : word))
  const before = dumpStore(`${home.stateDir}/echopilot.db`)
  for (const verb of [['plan'], []]) {
    const ran = await home.run('refund', ...verb, ...words, '--yes', '--json')
    expect(ran.code).toBe(code)
    expect(errorOf(ran)['message']).toMatch(why)
    expect(String(errorOf(ran)['hint'])).toMatch(/echopilot/)
  }
  const after = dumpStore(`${home.stateDir}/echopilot.db`)
  for (const name of ['payments', 'refunds', 'bills', 'effects']) expect(after[name]).toEqual(before[name])
  expect(await refundsThere()).toEqual([])
})

test('a second refund of all names the first, and a refund is no payment', async () => {
  const { id } = partOf(await home.json('refund', 'plan', paymentId, ...REASON), 'refund')
  const second = await home.run('refund', 'plan', paymentId, '--reason', 'another', '--json')
  expect(second.code).toBe(65)
  expect(errorOf(second)['message']).toMatch(/nothing is left of it/)
  expect(errorOf(second)['hint']).toContain(String(id))
  const wrong = await home.run('refund', 'plan', String(id), ...REASON, '--json')
  expect(wrong.code).toBe(64)
  expect(errorOf(wrong)['hint']).toContain(`refund run ${String(id)}`)
})

test('with a key of live mode, or none, nothing of a test payment is given back', async () => {
  for (const STRIPE_SECRET_KEY of [LIVE_KEY, '']) {
    const words = ['refund', paymentId, '--amount', '5', ...REASON, '--yes', '--json']
    const ran = await spawn(words, { env: { ...home.env, STRIPE_SECRET_KEY }, cwd: home.dir })
    expect(ran.code).toBe(78)
    expect(ran.stderr).not.toContain(LIVE_KEY)
  }
  expect(listOf(await home.json('refund', 'list'), 'refunds')).toEqual([])
  expect(await refundsThere()).toEqual([])
})

test('what came by bank goes back by bank', async () => {
  const other = String((await home.json('task', 'add', BRIEF, '--price', '60', '--title', 'Two'))['taskId'])
  await home.json('poll', '--drain')
  const reference = ['--date', '2025-11-28', '--reference', 'RF18']
  await home.json('payments', 'record', other, '--amount', '60', ...reference)
  const ran = await home.run('refund', other, ...REASON, '--yes', '--json')
  expect(ran.code).toBe(65)
  expect(errorOf(ran)['message']).toMatch(/recorded by hand: send the money back by bank/)
  expect(errorOf(ran)['hint']).toMatch(/echopilot payments withdraw pay_/)
})

test('at PayPal, a refund whose answer was lost is there once, a day later too', async () => {
  const { url, hand, arm } = await paypalServer()
  const own = await sandboxHome({
    PAYPAL_BASE_URL: url,
    PAYPAL_CLIENT_ID: CLIENT_ID,
    PAYPAL_CLIENT_SECRET: CLIENT_SECRET,
  })
  const paid = String((await own.json('task', 'add', BRIEF, '--price', '60'))['taskId'])
  await own.json('poll', '--drain')
  const link = listOf(await own.json('task', 'show', paid), 'bills')[0]?.['link']
  const order = new URL(isObject(link) ? String(link['url']) : '').searchParams.get('token') ?? ''
  await hand('approve', { order })
  await own.json('payments-scan')
  await arm({ match: { path: '/v2/payments/captures/*', method: 'POST' }, action: { type: 'lose-answer' } })
  const words = ['refund', paid, '--amount', '20', ...REASON, '--yes', '--json']
  const lost = await own.run(...words)
  expect(lost.code).toBe(75)
  expect(errorOf(lost)['message']).toMatch(/nobody knows yet whether ref_\w+ was made/)
  expect(listOf(await own.json('refund', 'list'), 'refunds')).toMatchObject([{ state: 'sent' }])
  await hand('clock', { seconds: String(25 * 3600) })
  await own.json('payments-scan')
  expect(listOf(await own.json('refund', 'list'), 'refunds')).toMatchObject([
    { state: 'succeeded', amount: '20.00 USD', origin: 'ours', service: 'paypal' },
  ])
  expect(listOf(await own.json('payments', 'list'), 'payments')).toMatchObject([{ refunded: '20.00 USD' }])
  expect(await own.json('refund', paid, ...REASON, '--yes')).toMatchObject({
    refund: { state: 'succeeded', amount: '40.00 USD' },
  })
})
