/** What `doctor` proves of models by asking them, and what that costs. */
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listOf, parseDocument, partOf, type Document } from '../support/document.ts'
import { textLike } from '../integrations/notion/support/facts.ts'
import { newHome } from './support/run.ts'
import { gatedHome, sandboxHome } from './support/sandbox.ts'

function calls(document: Document): Document[] {
  return listOf(document, 'proofs').filter(({ subject }) => String(subject).startsWith('call of '))
}

test('each model answers a real call, whose cost is booked and shown', async () => {
  const home = await sandboxHome()
  const ran = await home.json('doctor')
  expect(calls(ran)).toMatchObject([
    {
      subject: 'call of gpt-4o',
      outcome: 'proved',
      detail: textLike(/^answered a tiny request \(\$0\.00\d+\)$/),
    },
    { subject: 'call of gpt-4o-mini', outcome: 'proved' },
  ])
  const spent = (await home.server.ledger()).totals
  expect(spent.calls).toBe(2)
  expect(Number(ran['spentUsd'])).toBeCloseTo(spent.cost_nano_usd / 1e9, 6)
  expect(partOf(await home.json('status'), 'today')).toMatchObject({
    totalUsd: ran['spentUsd'],
    uncertainUsd: '0.000000',
    calls: 2,
  })
  const shown = await home.run('doctor')
  expect(shown.stdout).toContain(`spent $${String(ran['spentUsd'])} on calls`)
})

test('a probe is spent for nobody: it is no run, and holds no task', async () => {
  const home = await sandboxHome()
  await home.json('doctor')
  const store = new Database(join(home.stateDir, 'echopilot.db'), { readonly: true })
  const scopes = store.prepare('SELECT DISTINCT scope FROM spend ORDER BY scope').all()
  expect(scopes).toEqual([{ scope: 'day' }, { scope: 'month' }])
  expect(store.prepare('SELECT COUNT(*) AS n FROM calls').get()).toEqual({ n: 0 })
  store.close()
})

test.each(['--no-spend', '--dry-run'])('%s makes no call, and proves none', async flag => {
  const home = await sandboxHome()
  const ran = await home.json('doctor', flag)
  expect(calls(ran).map(({ outcome }) => outcome)).toEqual(['not_proved', 'not_proved'])
  expect(ran['spentUsd']).toBe('0.000000')
  expect((await home.server.ledger()).totals.calls).toBe(0)
})

test('what is not paid for is neither proved nor failed: 0', async () => {
  const home = await sandboxHome({ ECHOPILOT_BUDGET_DAY_USD: '0.000001' })
  const ran = await home.json('doctor')
  expect(calls(ran)[0]).toMatchObject({ outcome: 'not_proved', fix: 'raise budget.day_usd, or wait' })
  expect((await home.server.ledger()).totals.calls).toBe(0)
})

/** Answers calls of the judge with a text, and lets all else through. */
function judgeSays(status: number, body: unknown): Parameters<typeof gatedHome>[0] {
  return ({ body: asked }) =>
    asked.includes('"gpt-4o-mini"') ? { status, body: JSON.stringify(body) } : null
}

test.each([
  ['refuses every form', 400, { error: { message: 'Invalid argument' } }, textLike(/400: Invalid argument$/)],
  [
    'answers in words',
    200,
    {
      choices: [{ finish_reason: 'stop', message: { content: 'I am ready.' } }],
      usage: { prompt_tokens: 9, completion_tokens: 9, total_tokens: 18 },
    },
    textLike(/^answered, but not with JSON/),
  ],
])('a judge that %s has failed, though it is listed: 1', async (_, status, body, detail) => {
  const home = await gatedHome(judgeSays(status, body))
  const ran = await home.run('doctor', '--json')
  expect(ran.code).toBe(1)
  expect(calls(parseDocument(ran.stdout))).toMatchObject([
    { subject: 'call of gpt-4o', outcome: 'proved' },
    { subject: 'call of gpt-4o-mini', outcome: 'failed', detail },
  ])
})

test('status tells a failed proof in a line, whatever its words, and what to do about it', async () => {
  const home = newHome()
  expect((await home.run('doctor')).code).toBe(1)
  const { code, stdout } = await home.run('status')
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /^ {2}failed {6}model service, \d+ s ago: a credential is missing: OPENAI_API_KEY .*\n {14}fix: set it in /m,
  )
})
