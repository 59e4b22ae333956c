import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import type { TaskRequest } from '../../src/store/tasks.ts'
import { openSandbox } from '../sandbox/support/sandbox.ts'
import { fetched, isLedger, isObjectList } from '../sandbox/support/wire.ts'
import { isObject, parseJson } from '../../src/sandbox/lib/json.ts'
import { readBooks, rowsOf } from '../support/books.ts'
import { PACKED, runScript, startScript, type Ended, type Running } from '../support/child.ts'
import { aTask, briefThat, REVISED_BRIEF } from '../support/tasks.ts'
import { openGate } from '../support/gate.ts'
import { fileFolder, temporaryFolder } from '../support/temporary.ts'
import { endsOf, expectBooksMatch } from './support/expectations.ts'
import { queueIn } from './support/queue.ts'

const SEED = 20_261_125
const CONCURRENCY = 4

const folder = fileFolder()
let sandbox: Sandbox
let url: string

beforeAll(async () => {
  sandbox = await openSandbox(folder)
  url = sandbox.services[0]?.url ?? ''
  return async () => sandbox.stop()
})

beforeEach(async () => {
  await fetch(`${url}/__sandbox/reset`, { method: 'POST' })
})

/** Makes every model call take a while, so that there is a time in which things can happen. */
async function slow(ms: number): Promise<void> {
  const body = JSON.stringify({ action: { type: 'delay', ms }, match: { path: '/v1/*' }, times: 10_000 })
  expect((await fetch(`${url}/__sandbox/faults`, { method: 'POST', body })).status).toBe(201)
}

/** The environment of processes whose model calls are held, once so many of them were let through. */
interface Hold {
  readonly env: Readonly<Record<string, string>>
  readonly letGo: () => void
}

async function holdAfter(passing: number): Promise<Hold> {
  const released = Promise.withResolvers<null>()
  const gate = await openGate(url, async () => (gate.arrived.length > passing ? released.promise : null))
  return { env: { ...sandbox.env, OPENAI_BASE_URL: `${gate.url}/v1` }, letGo: () => released.resolve(null) }
}

function tasksOf(count: number): TaskRequest[] {
  const briefs = [briefThat('score=95'), REVISED_BRIEF, briefThat('score=60'), briefThat('refuse'), '']
  return Array.from({ length: count }, (_, index) =>
    aTask({ title: `task ${String(index)}`, brief: briefs[index % briefs.length] ?? '', client: 'Acme' }),
  )
}

const ENDS = ['done 95', 'done 92', 'waiting_human 60', 'failed_final null', 'failed_final null']

function expectAllEnded(stateDir: string, tasks: readonly TaskRequest[]): void {
  const wanted = tasks.map(({ title }, index) => [title, ENDS[index % ENDS.length]])
  expect(endsOf(stateDir)).toEqual(Object.fromEntries(wanted))
}

function drainArgs(stateDir: string): string[] {
  return ['poll', '--drain', '--json', '--concurrency', String(CONCURRENCY), '--state-dir', stateDir]
}

function runIdsOf(ended: Ended): string[] {
  const report = parseJson(ended.stdout)
  const runs = isObject(report) ? report['runs'] : null
  return isObjectList(runs) ? runs.map(run => String(run['runId'])) : []
}

test.each([2, 4])(
  '%i processes at once share one store: each task is done once, by exact books',
  async count => {
    const stateDir = temporaryFolder()
    const tasks = tasksOf(25)
    await queueIn(stateDir, tasks)
    await slow(25)
    const { env, letGo } = await holdAfter(0)
    const rivals = Array.from({ length: count }, () => startScript(PACKED, drainArgs(stateDir), { env }))
    // Each has its share, or this test would show nothing.
    await expect.poll(() => callers(stateDir).length).toBe(count)
    letGo()
    const ends = await Promise.all(rivals.map(async rival => rival.ended))
    expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      ends.map(() => ({ code: 0, stderr: '' })),
    )
    expectAllEnded(stateDir, tasks)
    expectBooksMatch(stateDir, await fetched(`${url}/__sandbox/ledger`, isLedger), {
      crashes: 0,
      inFlight: 0,
    })
    for (const ended of ends) expect(runIdsOf(ended).length).toBeGreaterThan(0)
    const claims = rowsOf<{ owners: number }>(
      join(stateDir, 'echopilot.db'),
      'SELECT COUNT(DISTINCT owner) AS owners FROM calls',
    )
    expect(claims).toEqual([{ owners: count }])
  },
)

test.each([1, 2])(
  'killed at a random moment, twice, and started again: nothing lost, nothing doubled (%i)',
  async round => {
    const stateDir = temporaryFolder()
    const tasks = tasksOf(10)
    await queueIn(stateDir, tasks)
    await slow(60)
    const random = seededRandom(SEED + round)
    for (let kills = 0; kills < 2; kills += 1) {
      // A third of what there is to do: on a busy machine it might be over before it is killed.
      const running = await startDrain(stateDir, await holdAfter(7))
      // A random moment is the point here: the boundaries are tried one by one in the other file.
      await new Promise(resolve => setTimeout(resolve, random.fraction() * 150))
      running.child.kill('SIGKILL')
      expect((await running.ended).signal).toBe('SIGKILL')
    }
    const last = await runScript(PACKED, drainArgs(stateDir), { env: sandbox.env })
    expect({ code: last.code, stderr: last.stderr }).toEqual({ code: 0, stderr: '' })
    expectAllEnded(stateDir, tasks)
    const most = { crashes: 2, inFlight: CONCURRENCY }
    expectBooksMatch(stateDir, await fetched(`${url}/__sandbox/ledger`, isLedger), most)
    const died = rowsOf<{ died: number }>(
      join(stateDir, 'echopilot.db'),
      'SELECT COUNT(*) AS died FROM operation_records WHERE ended_ms IS NULL',
    )
    expect(died).toEqual([{ died: 2 }])
  },
)

test('one dies while another works on: the living one takes its runs over in the same drain or the next', async () => {
  const stateDir = temporaryFolder()
  const tasks = tasksOf(15)
  await queueIn(stateDir, tasks)
  await slow(40)
  const hold = await holdAfter(0)
  const dying = await startDrain(stateDir, hold)
  const living = await startDrain(stateDir, hold)
  dying.child.kill('SIGKILL')
  await dying.ended
  hold.letGo()
  expect((await living.ended).code).toBe(0)
  const next = await runScript(PACKED, drainArgs(stateDir), { env: sandbox.env })
  expect(next.code).toBe(0)
  expectAllEnded(stateDir, tasks)
  const most = { crashes: 1, inFlight: CONCURRENCY }
  expectBooksMatch(stateDir, await fetched(`${url}/__sandbox/ledger`, isLedger), most)
})

test('SIGTERM: the stage in hand is finished, the rest is left, and the exit code tells', async () => {
  const stateDir = temporaryFolder()
  const tasks = tasksOf(10)
  await queueIn(stateDir, tasks)
  const hold = await holdAfter(0)
  const running = await startDrain(stateDir, hold)
  running.child.kill('SIGTERM')
  await running.errors(/told to stop/)
  hold.letGo()
  expect((await running.ended).code).toBe(143)
  const { calls } = readBooks(join(stateDir, 'echopilot.db'))
  expect(new Set(calls.map(call => call.certainty))).toEqual(new Set(['metered']))
  expect(calls.length).toBeLessThanOrEqual(CONCURRENCY)
  await runScript(PACKED, drainArgs(stateDir), { env: sandbox.env })
  expectAllEnded(stateDir, tasks)
  expectBooksMatch(stateDir, await fetched(`${url}/__sandbox/ledger`, isLedger), { crashes: 0, inFlight: 0 })
})

/** Processes that have a call under way and are not gone: those whose record has not ended, the newest first. */
function callers(stateDir: string): string[] {
  const sql = `SELECT DISTINCT c.owner FROM calls c JOIN operation_records o ON o.owner = c.owner
    WHERE c.certainty = 'reserved' AND o.ended_ms IS NULL ORDER BY o.started_ms DESC`
  return rowsOf<{ owner: string }>(join(stateDir, 'echopilot.db'), sql).map(({ owner }) => owner)
}

/** Starts a drain and waits until it has a call under way. */
async function startDrain(stateDir: string, { env }: Hold): Promise<Running> {
  const before = new Set(callers(stateDir))
  const running = startScript(PACKED, drainArgs(stateDir), { env })
  await expect.poll(() => callers(stateDir).some(owner => !before.has(owner)), { interval: 10 }).toBe(true)
  return running
}
