/** Clients, prices and what work earned, as the operator types and reads them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { listOf, partOf } from '../support/document.ts'
import { errorOf, type Home } from './support/run.ts'
import { BRIEF, sandboxHome } from './support/sandbox.ts'

const EURO = '2026-01-01 EUR 1.1'

let home: Home

function configure(rates: readonly string[]): void {
  mkdirSync(dirname(home.configFile), { recursive: true })
  const lines = [`[fx]`, `rates = ${JSON.stringify(rates)}`, '[types.Research]', 'price = "120 EUR, 130 USD"']
  writeFileSync(home.configFile, lines.join('\n'))
}

const run: Home['run'] = async (...words) => home.run('--config', home.configFile, ...words)
const json: Home['json'] = async (...words) => home.json('--config', home.configFile, ...words)

beforeEach(async () => {
  home = await sandboxHome()
  configure([EURO])
  await json('client', 'set', 'Clinic', '--currency', 'EUR', '--email', 'Ana@Clinic.example')
  await json('client', 'set', 'Acme', '--currency', 'GBP', '--billing', 'invoice')
})

/** A result for each client, one of no client, one without a price, and one that failed. */
async function work(): Promise<void> {
  await json('task', 'add', BRIEF, '--type', 'Research', '--client', 'ana@clinic.example', '--title', 'Study')
  await json('task', 'add', BRIEF, '--client', 'Acme', '--price', '49.90', '--title', 'Letter')
  await json('task', 'add', BRIEF, '--price', '0.30', '--title', 'Small')
  await json('task', 'add', BRIEF, '--title', 'Forgotten')
  await json('task', 'add', `${BRIEF} [sandbox:refuse]`, '--price', '99', '--title', 'Refused')
  expect((await run('poll', '--drain', '--quiet')).code).toBe(0)
}

test('what was billed stands apart by currency, and what has no rate is not computed', async () => {
  await work()
  const report = await json('report', 'cost')
  expect(partOf(report, 'total')).toMatchObject({
    accepted: 4,
    unpriced: 1,
    billed: ['120.00 EUR', '49.90 GBP', '0.30 USD'],
    grossUsd: null,
    feesUsd: '0.000000',
    profitUsd: null,
    marginPercent: null,
  })
  expect(report).toMatchObject({ withoutRate: ['GBP'], unpriced: [{ title: 'Forgotten' }] })
  const shown = (await run('report', 'cost')).stdout
  expect(shown).toMatch(/gross +not computed/)
  expect(shown).toMatch(/there is no rate for GBP/)
  expect(shown).toMatch(/Without a price\n.*Forgotten/)
})

test('a rate of its time that is told later makes the figures whole; one that begins later does not', async () => {
  await work()
  configure([EURO, '2999-01-01 GBP 2'])
  expect(partOf(await json('report', 'cost'), 'total')['grossUsd']).toBeNull()
  // What was billed keeps the rate of its time.
  configure(['2026-01-01 EUR 9', '2026-01-01 GBP 1.25'])
  const report = await json('report', 'cost')
  configure([EURO])
  const total = partOf(report, 'total')
  // 120.00 EUR at 1.1, 49.90 GBP at 1.25, and 0.30 USD.
  expect(total['grossUsd']).toBe('194.675000')
  const costUsd = Number(total['costUsd'])
  expect(costUsd).toBeGreaterThan(0)
  expect(Number(total['profitUsd'])).toBeCloseTo(194.675 - costUsd, 6)
})

test('the cost of an accepted result is that of all work, the failed one with it', async () => {
  await work()
  const report = await json('report', 'cost')
  const total = partOf(report, 'total')
  const tasks = listOf(await json('task', 'list'), 'tasks')
  const spent = tasks.reduce((sum, task) => sum + Number(task['costUsd']), 0)
  expect(Number(total['costUsd'])).toBeCloseTo(spent, 5)
  expect(Number(total['costPerAcceptedUsd'])).toBeCloseTo(spent / 4, 5)
  for (const by of ['byClient', 'byType', 'byTask']) {
    const shares = listOf(report, by).reduce((sum, share) => sum + Number(share['costUsd']), 0)
    expect(shares, by).toBeCloseTo(spent, 5)
  }
  expect(await json('report', 'cost', '--period', '2020')).toMatchObject({
    total: { accepted: 0, billed: [], costUsd: '0.000000', costPerAcceptedUsd: null },
  })
})

test('a client shows what it was billed, what that cost, and what is not paid', async () => {
  await work()
  const shown = await json('client', 'show', 'Clinic')
  expect(shown).toMatchObject({
    client: { name: 'Clinic', email: 'ana@clinic.example', currency: 'EUR', source: 'local' },
    figures: { total: { accepted: 1, billed: ['120.00 EUR'], grossUsd: '132.000000' } },
    open: [{ status: 'Unpaid', amount: '120.00 EUR', why: 'price of Research 120.00 EUR' }],
  })
  expect(await json('client', 'show', 'Acme')).toMatchObject({
    open: [{ status: 'On Invoice', amount: '49.90 GBP' }],
  })
  expect(listOf(await json('client', 'list'), 'clients')).toMatchObject([
    { name: 'Acme', revenueUsd: null },
    { name: 'Clinic', revenueUsd: '132.000000' },
  ])
})

test('a task and its receipt say what was billed', async () => {
  await work()
  const task = listOf(await json('task', 'list'), 'tasks').find(({ title }) => title === 'Study')
  const id = String(task?.['id'])
  expect((await run('task', 'show', id)).stdout).toContain(
    'Unpaid: 120.00 EUR (price of Research 120.00 EUR)',
  )
  const receipt = (await run('explain', id)).stdout
  expect(receipt).toMatch(/billed +120\.00 EUR, Unpaid, bill_/)
  const bill = String(/bill_\w+/.exec(receipt)?.[0])
  expect((await run('explain', bill)).stdout).toContain('is a bill')
})

test.each([
  ['no such client', ['client', 'show', 'Nobody'], 66],
  ['an id of none', ['client', 'set', 'client_01zzzzzzzz', '--currency', 'EUR'], 66],
  ['a currency that is none', ['client', 'set', 'Acme', '--currency', 'EURO'], 64],
  ['an address that is none', ['client', 'set', 'Acme', '--email', 'ana'], 64],
  ['a rate that is none', ['client', 'set', 'Acme', '--rate', '-1'], 64],
  ['an empty name', ['client', 'set', ' '], 64],
  ['a price with too many decimals', ['task', 'add', BRIEF, '--price', '1.234'], 64],
  ['a price in another currency', ['task', 'add', BRIEF, '--client', 'Acme', '--price', '10 EUR'], 64],
  ['a period that is none', ['report', 'cost', '--period', '2026-13'], 64],
])('%s is refused, and changes nothing', async (_name, words, code) => {
  const before = await json('client', 'show', 'Acme')
  const ran = await run(...words, '--json')
  expect(ran.code).toBe(code)
  expect(String(errorOf(ran)['message'])).not.toBe('')
  expect(partOf(await json('client', 'show', 'Acme'), 'client')).toEqual(partOf(before, 'client'))
})

test('two clients of one address are not guessed between', async () => {
  await json('client', 'set', 'Twin', '--email', 'ana@clinic.example')
  const ran = await run('client', 'show', 'ana@clinic.example', '--json')
  expect(ran.code).toBe(64)
  expect(errorOf(ran)['message']).toMatch(/fits several clients: client_\w+, client_\w+/)
  // What is empty is emptied.
  await json('client', 'set', 'Twin', '--email', '')
  expect(await json('client', 'show', 'ana@clinic.example')).toMatchObject({ client: { name: 'Clinic' } })
})

test('wrong prices and rates of the configuration are named with their line', async () => {
  writeFileSync(
    home.configFile,
    '[fx]\nrates = ["EUR 1.1"]\n[types.Research]\nprice = "49"\n[billing]\ncurrency = "EURO"\n',
  )
  const ran = await run('config', 'check')
  configure([EURO])
  expect(ran.code).toBe(78)
  for (const fault of [/line 2: fx\.rates/, /line 4: types\.Research\.price/, /line 6: billing\.currency/]) {
    expect(ran.stdout + ran.stderr).toMatch(fault)
  }
})
