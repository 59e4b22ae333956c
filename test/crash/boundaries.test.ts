import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { poll } from '../../src/operations/poll.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { fetched, isLedger, isTextList, parsed } from '../sandbox/support/wire.ts'
import { rowsOf } from '../support/books.ts'
import { runScript } from '../support/child.ts'
import { realSession } from '../support/session.ts'
import { fileFolder } from '../support/temporary.ts'
import { endsOf, expectBooksMatch } from './support/expectations.ts'
import { KINDS, queueIn } from './support/queue.ts'

const ALL = process.env['CI'] === 'full'
/** Boundaries to crash at where not all are tried, beside those that matter most. */
const SAMPLE = 6
/** Where money and work could be lost or doubled: each of these is always tried, at one of its places. */
const ALWAYS = [
  'after claims.claim',
  'before stages.reserve',
  'after stages.reserve',
  'before fetch',
  'after fetch',
  'before stages.finish written',
  'after stages.finish written',
  'before stages.finish judged',
  'after stages.finish judged',
  'after stages.finish rested',
]
const SEED = 20_261_125

const WORKER = new URL('./support/worker.ts', import.meta.url)
const ENDS = Object.fromEntries(KINDS.map(({ task, ends }) => [task.title, ends]))

const folder = fileFolder()
let sandbox: Sandbox
let boundaries: readonly string[]

beforeAll(async () => {
  sandbox = await startSandbox({ dir: join(folder, 'sandbox'), basePort: 0, nodePath: process.execPath })
  mkdirSync(join(folder, 'template'))
  await queueIn(
    join(folder, 'template'),
    KINDS.map(({ task }) => task),
  )
  return async () => sandbox.stop()
})

/** A copy of the queue, and a sandbox that remembers nothing. */
async function anew(name: string): Promise<string> {
  const stateDir = join(folder, name)
  mkdirSync(stateDir)
  copyFileSync(join(folder, 'template', 'echopilot.db'), join(stateDir, 'echopilot.db'))
  await fetch(`${urlOf(sandbox)}/__sandbox/reset`, { method: 'POST' })
  return stateDir
}

function urlOf(of: Sandbox): string {
  return of.services[0]?.url ?? ''
}

async function ledgerOf(of: Sandbox): ReturnType<typeof fetched<Parameters<typeof expectBooksMatch>[1]>> {
  return fetched(`${urlOf(of)}/__sandbox/ledger`, isLedger)
}

test('undisturbed, every kind of task ends as it should', async () => {
  const stateDir = await anew('undisturbed')
  const { code, out, err } = await runScript(WORKER, [stateDir, '0'], { env: sandbox.env })
  expect(err).toBe('')
  expect(code).toBe(0)
  boundaries = parsed(out, isTextList)
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  expect(endsOf(stateDir)).toEqual(ENDS)
  expectBooksMatch(stateDir, await ledgerOf(sandbox), { crashes: 0, inFlight: 0 })
})

test(
  'killed at a boundary and started again, it is as if nothing had happened, at most one call dearer',
  { timeout: 900_000 },
  async () => {
    const chosen = ALL ? boundaries.map((_, index) => index + 1) : sample(boundaries)
    expect(chosen.length).toBeGreaterThanOrEqual(ALWAYS.length)
    for (const killAt of chosen) {
      await expectRecovery(killAt).catch((error: unknown) => {
        throw new Error(`killed at ${String(killAt)}, ${boundaries[killAt - 1] ?? ''}`, { cause: error })
      })
    }
  },
)

async function expectRecovery(killAt: number): Promise<void> {
  const stateDir = await anew(`killed-at-${String(killAt)}`)
  const killed = await runScript(WORKER, [stateDir, String(killAt)], { env: sandbox.env })
  expect({ signal: killed.signal, err: killed.err }).toEqual({ signal: 'SIGKILL', err: '' })
  const session = realSession({ stateDir, env: sandbox.env })
  const { outcome } = await session.run(poll, { drain: true }, { dryRun: false })
  session.close()
  expect(outcome).toBe('ok')
  expect(endsOf(stateDir)).toEqual(ENDS)
  expectBooksMatch(stateDir, await ledgerOf(sandbox), { crashes: 1, inFlight: 1 })
  const attempts = rowsOf<{ most: number }>(
    join(stateDir, 'echopilot.db'),
    'SELECT MAX(number) AS most FROM attempts',
  )
  expect(attempts).toEqual([{ most: 1 }])
}

/** Numbers of the boundaries to crash at: one of each that always is, and some others. */
function sample(names: readonly string[]): number[] {
  const random = seededRandom(SEED)
  const oneOf = (numbers: readonly number[]): number[] => {
    const number = numbers[Math.floor(random.fraction() * numbers.length)]
    return number === undefined ? [] : [number]
  }
  const numbersOf = (name: string): number[] =>
    names.flatMap((other, index) => (other === name ? [index + 1] : []))
  const others = Array.from({ length: SAMPLE }, () => oneOf(names.map((_, index) => index + 1)))
  return [...new Set([...ALWAYS.map(name => oneOf(numbersOf(name))), ...others].flat())]
}
