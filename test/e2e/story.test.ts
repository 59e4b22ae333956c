/** The story of the README, as a user would go through it: a sandbox in one shell, the commands in another. */
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { demoTasks } from '../../src/commands/demo/tasks.ts'
import { PACKED } from '../support/child.ts'
import { listOf, parseDocument, partOf, type Document } from '../support/document.ts'
import { newHome, run, spawn } from '../cli/support/run.ts'
import { contractProxy, errorsOf, NO_CONTRACT_TOOL } from '../support/contract.ts'
import { startedSandbox, type Sandbox } from './support/sandbox.ts'

const BRIEF =
  'Compare three invoicing tools for a two-person agency. Tool A costs 12 euros, tool B 20 euros, tool C 9 euros.\n'

/** One call with the environment of the sandbox, and its document. */
async function call(
  env: Sandbox['env'],
  words: readonly string[],
  input = '',
  how: typeof run = run,
): Promise<Document> {
  const ran = await how([...words, '--json'], { env, input })
  expect(ran, words.join(' ')).toMatchObject({ code: 0, stderr: '' })
  return parseDocument(ran.stdout)
}

/** Every id in a document, of whatever it names. */
function idsIn(document: Document): string[] {
  const found = JSON.stringify(document).matchAll(/"((?:task|run|out|jdg|call|rec)_[0-9a-z]{26}(?:\/\d+)?)"/g)
  return [...new Set([...found].map(([, id = '']) => id))]
}

/** A call in the words that both sides use. */
function comparable(stage: unknown, model: unknown, tokens: readonly unknown[], nano: unknown): string {
  return JSON.stringify({ stage, model, tokens, nano })
}

async function expectReceiptsMatchLedger(sandbox: Sandbox, receipts: readonly Document[]): Promise<void> {
  const calls = receipts
    .flatMap(receipt => listOf(partOf(receipt, 'core'), 'calls'))
    .filter(({ certainty }) => certainty !== 'unbilled')
  const { rows, totals } = await sandbox.ledger()
  const booked = calls.map(
    ({ stage, model, inputTokens, cachedTokens, outputTokens, reasoningTokens, costNano }) =>
      comparable(stage, model, [inputTokens, cachedTokens, outputTokens, reasoningTokens], costNano),
  )
  const billed = rows.map(row =>
    comparable(
      row['kind'],
      row['model'],
      [row['prompt_tokens'], row['cached_tokens'], row['completion_tokens'], row['reasoning_tokens']],
      row['cost_nano_usd'],
    ),
  )
  expect(booked.toSorted()).toEqual(billed.toSorted())
  const sums = receipts.map(receipt => partOf(partOf(receipt, 'core'), 'totals'))
  const sum = (name: string): number => sums.reduce((total, each) => total + Number(each[name]), 0)
  expect([calls.length, sum('inputTokens'), sum('outputTokens'), sum('costNano')]).toEqual([
    totals['calls'],
    totals['prompt_tokens'],
    totals['completion_tokens'],
    totals['cost_nano_usd'],
  ])
  expect(sum('uncertainNano') + sum('unpricedNano')).toBe(0)
}

/** Adds the brief, works, and reads everything back; returns the receipt of the one run. */
async function story(env: Sandbox['env'], how?: typeof run): Promise<Document> {
  const added = await call(env, ['task', 'add', '--type', 'Research', '-'], BRIEF, how)
  const id = String(added['taskId'])
  const polled = await call(env, ['poll', '--drain'], '', how)
  expect(listOf(polled, 'runs')).toMatchObject([
    { taskId: id, status: 'Done', title: BRIEF.trim().slice(0, 79) + '…' },
  ])
  const shown = await call(env, ['task', 'show', id], '', how)
  expect(partOf(shown, 'task')).toMatchObject({ id, status: 'Done', type: 'Research' })
  expect(shown['brief']).toBe(BRIEF)
  expect(shown['result']).toMatch(/12 euros/)
  const explained = await call(env, ['explain', id], '', how)
  const [receipt = {}] = listOf(explained, 'receipts')
  expect(partOf(receipt, 'seal')).toMatchObject({ intact: true })
  return receipt
}

test('pipe a brief in, work, read it back; the receipt is what the service billed, to the last figure', async () => {
  const sandbox = await startedSandbox()
  const receipt = await story(sandbox.env, spawn)
  await expectReceiptsMatchLedger(sandbox, [receipt])

  const ids = idsIn(receipt)
  const kinds = new Set(ids.map(id => id.replace(/_[^/]+/, '_')))
  expect(kinds).toEqual(new Set(['task_', 'run_', 'run_/1', 'out_', 'jdg_', 'call_']))
  for (const id of ids) {
    const explained = await call(sandbox.env, ['explain', id])
    expect(explained['id']).toBe(id)
    expect(listOf(explained, 'receipts').map(found => partOf(found, 'core'))).toEqual([
      partOf(receipt, 'core'),
    ])
  }
  const status = await call(sandbox.env, ['status'])
  const records = listOf(status, 'operations')
  expect(records.map(({ operation }) => operation)).toEqual(['poll', 'task add'])
  for (const record of records) {
    const explained = await call(sandbox.env, ['explain', String(record['id'])])
    expect(explained).toMatchObject({ kind: 'record', record: { outcome: 'ok' } })
  }
})

test('the lines that the sandbox prints can be pasted into a shell', async () => {
  const sandbox = await startedSandbox()
  const lines = readFileSync(join(sandbox.dir, 'sandbox/env.sh'), 'utf8')
  const script = `set -eu
. "$1"
echo "Say hello to the bakery on Mill Road." | "$2" "$3" task add --type Drafting -
"$2" "$3" poll --drain
"$2" "$3" task list`
  const program = [
    '/bin/bash',
    '-c',
    script,
    'bash',
    join(sandbox.dir, 'sandbox/env.sh'),
    process.execPath,
    PACKED,
  ]
  const ran = await spawn([], { env: { HOME: '/nonexistent' }, program })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(
    /^task_\w{26} {2}queued: Say hello to the bakery on Mill Road\.\nnext: \S+ poll --drain\n/,
  )
  expect(lines).toMatch(/^(export [A-Z_]+='[^']*'\n)+$/)
})

test('sandbox reset of a folder that is not there says so', async () => {
  const home = newHome()
  const dir = join(home.dir, 'none')
  expect(await home.run('sandbox', 'reset', '--dir', dir)).toMatchObject({
    code: 0,
    stdout: `nothing to empty: there is no ${dir}\n`,
  })
  expect(await home.json('sandbox', 'reset', '--dir', dir)).toMatchObject({ dir, reset: false })
})

test('sandbox reset forgets all of it, while it runs', async () => {
  const sandbox = await startedSandbox()
  await story(sandbox.env)
  const reset = await spawn(['sandbox', 'reset', '--dir', join(sandbox.dir, 'sandbox')], { env: sandbox.env })
  expect(reset).toMatchObject({ code: 0, stderr: '' })
  expect((await sandbox.ledger()).rows).toEqual([])
  expect(listOf(await call(sandbox.env, ['task', 'list']), 'tasks')).toEqual([])
})

test('the same story keeps to the contract of the API, request by request', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const sandbox = await startedSandbox()
  const proxy = await contractProxy('openai', sandbox.url)
  const env = { ...sandbox.env, OPENAI_BASE_URL: `${proxy.url}/v1` }
  await expectReceiptsMatchLedger(sandbox, [await story(env)])
  await call(env, ['doctor'])
  expect(proxy.counts()['requests']).toBeGreaterThanOrEqual(3)
  expect(errorsOf(proxy)).toEqual([])
})

test('the day of the demo keeps to the contract of the API', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const sandbox = await startedSandbox()
  const proxy = await contractProxy('openai', sandbox.url)
  const env = { ...sandbox.env, OPENAI_BASE_URL: `${proxy.url}/v1` }
  // `task add` turns an empty brief away; it would be refused before any request.
  const tasks = demoTasks().filter(({ brief }) => brief !== '')
  const ids: string[] = []
  for (const { title, type, client, brief } of tasks) {
    const words = ['task', 'add', '--title', title, '--type', type, '--client', client ?? 'none', '-']
    ids.push(String((await call(env, words, brief))['taskId']))
  }
  const polled = await call(env, ['poll', '--drain'])
  const statuses = listOf(polled, 'runs').map(({ status }) => String(status))
  expect(
    Object.fromEntries(
      Map.groupBy(statuses, status => status)
        .entries()
        .map(([name, all]) => [name, all.length]),
    ),
  ).toEqual({
    Done: 10,
    'Failed-Final': 2,
    'Waiting Human': 1,
  })
  expect(errorsOf(proxy)).toEqual([])
  const explained = await Promise.all(ids.map(async id => call(env, ['explain', id])))
  await expectReceiptsMatchLedger(
    sandbox,
    explained.flatMap(found => listOf(found, 'receipts')),
  )
})
