/** Money that came by bank, as the operator records it: by the program, against the stand-in of Stripe. */
import { beforeEach, expect, test } from 'vitest'
import { TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { stripeServer, type StripeServer } from '../sandbox/stripe/support/server.ts'
import { dumpStore, expectChainHolds } from '../support/books.ts'
import { listOf, type Document } from '../support/document.ts'
import { errorOf, type Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

const COVERED = { open: '0.00 USD', isCovered: true }

let stripe: StripeServer
let home: Home
let taskId: string

beforeEach(async () => {
  stripe = await stripeServer()
  home = await sandboxHome({ STRIPE_BASE_URL: stripe.url, STRIPE_SECRET_KEY: TEST_KEY })
  taskId = String((await home.json('task', 'add', BRIEF, '--price', '100', '--title', 'Study'))['taskId'])
  await home.json('poll', '--drain')
})

function words(amount: string, reference: string, ...more: readonly string[]): string[] {
  return [
    'payments',
    'record',
    taskId,
    '--amount',
    amount,
    '--date',
    '2025-11-28',
    '--reference',
    reference,
    ...more,
  ]
}

async function bill(): Promise<Document> {
  return listOf(await home.json('task', 'show', taskId), 'bills')[0] ?? {}
}

/** Open links at the service, by what they ask for. */
async function asked(): Promise<(number | undefined)[]> {
  const { data } = await stripe.stripe.paymentLinks.list({ active: true, expand: ['data.line_items'] })
  return data.map(({ line_items }) => line_items?.data[0]?.amount_total)
}

test('a part leaves a balance, which its next link asks for; the rest covers the bill, and ends that link', async () => {
  expect(await asked()).toEqual([10_000])
  const part = await home.spawn(...words('60', 'RF18 1'))
  expect(part).toMatchObject({ code: 0 })
  expect(part.stdout).toMatch(
    /60\.00 USD of 2025-11-28 \(RF18 1\) recorded by hand as pay_\w+\n40\.00 USD of task_\w+ is open/,
  )
  expect(await bill()).toMatchObject({ status: 'Unpaid', amount: '100.00 USD', open: '40.00 USD' })
  await home.json('deliver')
  await home.json('deliver')
  expect(await asked()).toEqual([4000])
  expect(await home.json(...words('40', 'RF18 2'))).toMatchObject(COVERED)
  await home.json('deliver')
  expect(await asked()).toEqual([])
  expect(await bill()).toMatchObject({ status: 'Paid', open: null })
  expect(listOf(await home.json('payments', 'list'), 'payments')).toMatchObject([
    { amount: '40.00 USD', seenBy: 'hand', service: 'hand', outsideId: 'RF18 2', live: false, problem: null },
    { amount: '60.00 USD', seenBy: 'hand', service: 'hand', outsideId: 'RF18 1', live: false, problem: null },
  ])
  for (const shown of [await home.run('task', 'show', taskId), await home.run('explain', taskId)]) {
    expect(shown.stdout).toMatch(/recorded by hand/)
    expect(shown.stdout).toContain('RF18 2')
  }
  expect((await home.run('payments', 'list')).stdout).toContain('by hand')
  expectChainHolds(`${home.stateDir}/echopilot.db`)
})

test('a part by bank and the rest by the link for it pay the bill', async () => {
  await home.json(...words('60', 'RF18 1'))
  await home.json('deliver')
  await home.json('deliver')
  const [link] = (await stripe.stripe.paymentLinks.list({ active: true })).data
  await stripe.hand('pay', { link: link?.id ?? '' })
  await home.json('payments-scan')
  expect(await bill()).toMatchObject({ status: 'Paid' })
  expect(listOf(await home.json('payments', 'list'), 'payments').map(one => one['problem'])).toEqual([
    null,
    null,
  ])
})

test('the same again changes nothing; the same reference for anything else is refused', async () => {
  const first = await home.json(...words('60', 'RF18'))
  const before = dumpStore(`${home.stateDir}/echopilot.db`)['payments']
  const again = await home.json(...words('60', ' RF18 '))
  expect(again).toMatchObject({
    did: 'was recorded before',
    paymentId: first['paymentId'],
    open: '40.00 USD',
  })
  const other = await home.run(...words('30', 'RF18'), '--json')
  expect(other.code).toBe(65)
  expect(errorOf(other)['message']).toContain(String(first['paymentId']))
  expect(dumpStore(`${home.stateDir}/echopilot.db`)['payments']).toEqual(before)
})

test.each([
  ['another currency', ['--amount', '60', '--currency', 'EUR'], 65, /billed in USD, not in EUR/],
  [
    'more than what is open',
    ['--amount', '100.01'],
    65,
    /100\.01 USD is more than the 100\.00 USD that is open/,
  ],
  ['a day to come', ['--amount', '60', '--date', '2999-01-01'], 64, /in the future/],
  ['no day', ['--amount', '60', '--date', '2025-02-30'], 64, /a date such as/],
  ['no amount', ['--amount', '60.123'], 64, /no amount of USD/],
  ['nothing', ['--amount', '0'], 64, /no amount of USD/],
  ['less than nothing', ['--amount=-5'], 64, /no amount of USD/],
  ['a reference of nothing', ['--amount', '60', '--reference', '  '], 64, /reference/],
] as const)('%s is refused, and nothing changes', async (_name, given, code, why) => {
  const usual = ['--date', '2025-11-28', '--reference', 'RF18']
  const left = usual.filter((_word, at) => !given.some(word => word === usual[at - (at % 2)]))
  const before = dumpStore(`${home.stateDir}/echopilot.db`)
  const ran = await home.run('payments', 'record', taskId, ...left, ...given, '--json')
  expect(ran.code).toBe(code)
  expect(errorOf(ran)['message']).toMatch(why)
  const after = dumpStore(`${home.stateDir}/echopilot.db`)
  for (const table of ['payments', 'bills', 'effects']) expect(after[table]).toEqual(before[table])
})

test('what is unknown, or not billed yet, is not paid', async () => {
  const unknown = await home.run('payments', 'record', 'task_unknown', ...words('60', 'RF18').slice(3))
  expect(unknown.code).toBe(66)
  const added = await home.json('task', 'add', BRIEF)
  const early = await home.run(
    'payments',
    'record',
    String(added['taskId']),
    ...words('60', 'RF18').slice(3),
    '--json',
  )
  expect(early.code).toBe(65)
  expect(errorOf(early)['message']).toMatch(/not done yet/)
})

test('too much is taken only where that is meant, and then said', async () => {
  expect(await home.json(...words('150', 'RF18', '--force'))).toMatchObject(COVERED)
  expect(await bill()).toMatchObject({ status: 'Paid' })
  expect((await home.run('payments', 'list')).stdout).toContain('paid, test: overpaid')
  await home.run('payments-scan')
  expect((await home.run('alert', 'list')).stdout).toMatch(/more came than its bill asks for/)
})

test('what was recorded in error is withdrawn: the bill is open, and has a link again', async () => {
  const { paymentId } = await home.json(...words('100', 'RF18'))
  await home.json('deliver')
  expect(await asked()).toEqual([])
  const asTyped = ['payments', 'withdraw', String(paymentId), '--reason', 'of another client']
  expect(await home.json(...asTyped, '--dry-run')).toMatchObject({ did: 'would be withdrawn' })
  expect(await bill()).toMatchObject({ status: 'Paid' })
  expect((await home.spawn(...asTyped)).stdout).toContain('100.00 USD (RF18) withdrawn: of another client')
  expect(await home.json(...asTyped)).toMatchObject({ did: 'was withdrawn before' })
  expect(await bill()).toMatchObject({ status: 'Unpaid', open: null })
  await home.json('deliver')
  expect(await asked()).toEqual([10_000])
  const shown = await home.run('payments', 'show', String(paymentId))
  expect(shown.stdout).toMatch(/withdrawn +of another client/)
  // The reference is free.
  expect(await home.json(...words('60', 'RF18'))).toMatchObject({
    did: 'recorded by hand',
    open: '40.00 USD',
  })
})

test('only what was recorded by hand is withdrawn', async () => {
  const [link] = (await stripe.stripe.paymentLinks.list({ active: true })).data
  await stripe.hand('pay', { link: link?.id ?? '' })
  await home.json('payments-scan')
  const [paid] = listOf(await home.json('payments', 'list'), 'payments')
  const ran = await home.run('payments', 'withdraw', String(paid?.['id']), '--reason', 'x', '--json')
  expect(ran.code).toBe(65)
  expect(errorOf(ran)['message']).toMatch(/not recorded by hand/)
})

test('a dry run says what is open after it, and writes nothing', async () => {
  const ran = await home.run(...words('60', 'RF18'), '--dry-run')
  expect(ran.stdout).toMatch(/would be recorded\n40\.00 USD of task_\w+ is open/)
  expect(listOf(await home.json('payments', 'list'), 'payments')).toEqual([])
})
