import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { poll } from '../../src/operations/poll.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { openSandbox } from '../sandbox/support/sandbox.ts'
import { fetched, isLedger } from '../sandbox/support/wire.ts'
import { rowsOf } from '../support/books.ts'
import { CALL, realSession } from '../support/session.ts'
import { testStore } from '../support/store.ts'
import { fileFolder } from '../support/temporary.ts'
import { boundedStore } from './support/boundaries.ts'
import { endsOf, expectBooksMatch } from './support/expectations.ts'
import { boundariesOf, expectRecoveries, workUntilKilled } from './support/matrix.ts'
import { KINDS, queueIn } from './support/queue.ts'

/** Where money and work could be lost or doubled: each of these is always tried, at one of its places. */
const ALWAYS = [
  'after claims.claim',
  'before stages.reserve',
  'after stages.reserve',
  'before POST /v1/chat/completions',
  'after POST /v1/chat/completions',
  'before stages.finish written',
  'after stages.finish written',
  'before stages.finish judged',
  'after stages.finish judged',
  'after stages.finish rested',
]
const ENDS = Object.fromEntries(KINDS.map(({ task, ends }) => [task.title, ends]))

const folder = fileFolder()
let sandbox: Sandbox
let boundaries: readonly string[]

beforeAll(async () => {
  sandbox = await openSandbox(join(folder, 'sandbox'))
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

test('a store has the same boundaries in the name of somebody else', async () => {
  const names: string[] = []
  await boundedStore(testStore().open('first'), name => names.push(name))
    .as('cli:ana')
    .queue.resume()
  expect(names).toEqual(['before queue.resume', 'after queue.resume'])
})

test('undisturbed, every kind of task ends as it should', async () => {
  const stateDir = await anew('undisturbed')
  boundaries = await boundariesOf({ stateDir, env: sandbox.env })
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  expect(endsOf(stateDir)).toEqual(ENDS)
  expectBooksMatch(stateDir, await ledgerOf(sandbox), { crashes: 0, inFlight: 0 })
})

test(
  'killed at a boundary and started again, it is as if nothing had happened, at most one call dearer',
  { timeout: 900_000 },
  async () => expectRecoveries({ boundaries, always: ALWAYS, others: 6 }, expectRecovery),
)

async function expectRecovery(killAt: number): Promise<void> {
  const stateDir = await anew(`killed-at-${String(killAt)}`)
  const { signal, stderr } = await workUntilKilled({ stateDir, env: sandbox.env }, killAt)
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
  const session = realSession({ stateDir, env: sandbox.env })
  const { outcome } = await session.run(poll, { drain: true }, CALL)
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
