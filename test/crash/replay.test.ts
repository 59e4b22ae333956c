/** A replay that is killed anywhere and made again repeats no run twice. */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { poll } from '../../src/operations/poll.ts'
import { replay } from '../../src/operations/replay.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { openSandbox } from '../sandbox/support/sandbox.ts'
import { rowsOf } from '../support/books.ts'
import { failIn } from '../support/failures.ts'
import { CALL, realSession } from '../support/session.ts'
import { fileFolder } from '../support/temporary.ts'
import { boundariesOf, expectRecoveries, workUntilKilled } from './support/matrix.ts'

const ALWAYS = [
  'after replays.failedSince',
  'before replays.queue',
  'after replays.queue',
  'after claims.claim',
  'after POST /v1/chat/completions',
  'after stages.finish judged',
]
const HOUR_MS = 3_600_000

const folder = fileFolder()
let sandbox: Sandbox
let boundaries: readonly string[]

beforeAll(async () => {
  sandbox = await openSandbox(join(folder, 'sandbox'))
  mkdirSync(join(folder, 'template'))
  await failIn(
    join(folder, 'template'),
    (['transient', 'permanent', 'throttled'] as const).map((errorClass, index) => ({
      task: { title: errorClass },
      errorClass,
      agoMs: (9 - index) * HOUR_MS,
    })),
  )
  return async () => sandbox.stop()
})

function anew(name: string): string {
  const stateDir = join(folder, name)
  mkdirSync(stateDir)
  copyFileSync(join(folder, 'template', 'echopilot.db'), join(stateDir, 'echopilot.db'))
  return stateDir
}

/** What each task came to, and how many runs of it were replays. */
function endsOf(stateDir: string): unknown[] {
  return rowsOf(
    join(stateDir, 'echopilot.db'),
    `SELECT t.title, (SELECT COUNT(*) FROM runs WHERE task_id = t.id AND cause = 'replay') AS replays,
       (SELECT COUNT(*) FROM runs WHERE task_id = t.id) AS runs,
       (SELECT state FROM runs WHERE task_id = t.id ORDER BY number DESC LIMIT 1) AS state
     FROM tasks t ORDER BY t.created_ms`,
  )
}

const ENDS = [
  { title: 'transient', replays: 1, runs: 2, state: 'done' },
  { title: 'permanent', replays: 0, runs: 1, state: 'failed_final' },
  { title: 'throttled', replays: 1, runs: 2, state: 'done' },
]

test('undisturbed, what is worth it is repeated once', async () => {
  const stateDir = anew('undisturbed')
  boundaries = await boundariesOf({ stateDir, env: sandbox.env }, 'replay')
  expect(boundaries).toEqual(expect.arrayContaining(ALWAYS))
  expect(endsOf(stateDir)).toEqual(ENDS)
})

test(
  'killed at a boundary and made again, each is repeated once, and the next poll ends what was left',
  { timeout: 900_000 },
  async () => expectRecoveries({ boundaries, always: ALWAYS, others: 4 }, expectRecovery),
)

async function expectRecovery(killAt: number): Promise<void> {
  const stateDir = anew(`killed-at-${String(killAt)}`)
  const { signal, stderr } = await workUntilKilled({ stateDir, env: sandbox.env }, killAt, 'replay')
  expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
  const session = realSession({ stateDir, env: sandbox.env })
  expect((await session.run(replay, {}, CALL)).outcome).toBe('ok')
  await session.run(poll, { drain: true }, CALL)
  session.close()
  expect(endsOf(stateDir)).toEqual(ENDS)
}
