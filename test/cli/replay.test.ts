/** Replays as they are typed: what is told of them, and how they end. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failIn } from '../support/failures.ts'
import { listOf, parseDocument, partOf } from '../support/document.ts'
import { rowsOf } from '../support/books.ts'
import { callCli } from '../support/cli.ts'
import { realWorld } from '../support/real-world.ts'
import { briefThat } from '../support/tasks.ts'
import { errorOf } from './support/run.ts'
import { sandboxHome } from './support/sandbox.ts'

const HOUR_MS = 3_600_000

async function homeWithFailures() {
  const home = await sandboxHome()
  mkdirSync(home.stateDir)
  const ids = await failIn(home.stateDir, [
    { task: { title: 'Old' }, errorClass: 'transient', agoMs: 15 * 24 * HOUR_MS },
    { task: { title: 'Refused' }, errorClass: 'permanent', agoMs: 30 * HOUR_MS },
    { task: { title: 'Down' }, errorClass: 'transient', agoMs: 20 * HOUR_MS },
    { task: { title: 'Slow' }, errorClass: 'throttled', agoMs: 10 * HOUR_MS },
  ])
  const [old, refused, down, slow] = ids.map(({ taskId }) => taskId)
  return { home, old: old ?? '', refused: refused ?? '', down: down ?? '', slow: slow ?? '' }
}

test('a dry run and the run itself tell the same decision and the same price', async () => {
  const { home, refused, down, slow } = await homeWithFailures()
  const dry = await home.json('replay', '--dry-run')
  expect(listOf(dry, 'replays').map(({ taskId }) => taskId)).toEqual([down, slow])
  expect(listOf(dry, 'skipped')).toMatchObject([{ taskId: refused, errorClass: 'permanent', why: 'class' }])
  const { dryRun: _, queued, work, ...decided } = await home.json('replay')
  expect({ ...dry, ...decided }).toEqual(dry)
  expect(queued).toHaveLength(2)
  expect(listOf(partOf({ work }, 'work'), 'runs')).toMatchObject([{ status: 'Done' }, { status: 'Done' }])
  expect(await home.json('replay')).toMatchObject({ queued: [], work: null })
})

test('by limit and span', async () => {
  const { home, old, down } = await homeWithFailures()
  const titles = async (...words: string[]): Promise<unknown[]> =>
    listOf(await home.json('replay', '--dry-run', ...words), 'replays').map(({ taskId }) => taskId)
  expect(await titles('--lookback', '20d', '--limit', '2')).toEqual([old, down])
  expect(await titles('--lookback', '60m')).toEqual([])
  const wrong = await home.run('replay', '--lookback', '2 weeks', '--json')
  expect(wrong.code).toBe(64)
  expect(errorOf(wrong)['message']).toBe('--lookback: a span such as 90m, 36h or 14d is wanted')
})

test('one task on an edited brief from a file: old and new beside each other, and in the receipt', async () => {
  const { home, refused } = await homeWithFailures()
  writeFileSync(join(home.dir, 'brief.md'), briefThat('score=91'))
  const ran = await home.run('replay', '--task', refused, '--brief', 'brief.md')
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toMatch(/^Refused\n1 run replayed; priced before it ran: at most \$0\.\d{6}\n/)
  expect(ran.stdout).toMatch(/^status +Failed-Final +Done$/m)
  expect(ran.stdout).toMatch(/^score +not judged +91$/m)
  expect(ran.stdout).toMatch(/^cost +\$0\.000000 +\$0\.00\d{4}$/m)
  expect(ran.stdout).toMatch(/^Old result\n {2}none: it was permanent$/m)
  expect(ran.stdout).toMatch(/^New result\n# /m)
  const [old, made] = rowsOf<{ id: string }>(
    join(home.stateDir, 'echopilot.db'),
    `SELECT id FROM runs WHERE task_id = '${refused}' ORDER BY number`,
  ).map(({ id }) => id)
  const explained = await home.run('explain', made ?? '')
  expect(explained.stdout).toMatch(new RegExp(`^ {2}replays +${old ?? ''}$`, 'm'))
  expect((await home.run('explain', old ?? '')).stdout).toContain(`replayed as ${made ?? ''} (test)`)
  const piped = await callCli(['replay', '--task', refused, '--brief-text', '-', '--dry-run', '--json'], {
    world: realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir }),
    input: briefThat('score=91'),
  })
  expect(partOf(parseDocument(piped.stdout), 'comparison')).toMatchObject({ old: { runId: made }, new: null })
})

test('what cannot be done is said, with what to type', async () => {
  const { home, refused } = await homeWithFailures()
  const added = String((await home.json('task', 'add', 'Say hello.'))['taskId'])
  const failing = [
    { words: ['--task', added], code: 65, hint: 'echopilot poll --drain' },
    { words: ['--task', 'task_00000'], code: 66, hint: 'echopilot task list' },
    { words: ['--brief-text', 'x'], code: 64, hint: 'echopilot replay --task ID --brief FILE' },
    {
      words: ['--task', refused, '--brief-text', ' '],
      code: 64,
      hint: `echopilot replay --task ${refused} --brief FILE`,
    },
  ]
  for (const { words, code, hint } of failing) {
    const ran = await home.run('replay', ...words, '--json')
    expect({ words, code: ran.code, hint: errorOf(ran)['hint'] }).toEqual({ words, code, hint })
  }
})

test('two at once: the second says who is at it, and does nothing', async () => {
  const { home } = await homeWithFailures()
  const begun = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const first = callCli(['replay', '--json'], {
    world: realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir }),
    wrapStore: store => ({
      ...store,
      replays: {
        ...store.replays,
        failedSince: async sinceMs => {
          begun.resolve()
          await goOn.promise
          return store.replays.failedSince(sinceMs)
        },
      },
    }),
  })
  await begun.promise
  const second = await home.run('replay', '--json')
  expect(second.code).toBe(75)
  expect(errorOf(second)['message']).toMatch(/^replay runs already \(pid \d+ on this machine, since /)
  goOn.resolve()
  expect((await first).code).toBe(0)
  expect(
    rowsOf(
      join(home.stateDir, 'echopilot.db'),
      `SELECT COUNT(*) AS replays FROM runs WHERE cause = 'replay'`,
    ),
  ).toEqual([{ replays: 2 }])
})
