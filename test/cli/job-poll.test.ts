/** The job that works: beside another one, and from a crontab. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { callCli } from '../support/cli.ts'
import { PACKED, startChild } from '../support/child.ts'
import { listOf, parseDocument, partOf } from '../support/document.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { realWorld } from '../support/real-world.ts'
import { ROOT } from '../support/root.ts'
import { newHome } from './support/run.ts'
import { BRIEF, gatedHome, sandboxHome } from './support/sandbox.ts'

test('poll works on beside another one of its slot; what found nothing leaves one record', async () => {
  const [asked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<null>()]
  const home = await gatedHome(async () => {
    asked.resolve()
    return go.promise
  })
  const world = realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir, clock: fakeClock() })
  await callCli(['task', 'add', BRIEF], { world })
  const job = (...words: string[]) => callCli(['--job', 'poll', '--json', ...words], { world })
  const first = job()
  await asked.promise
  const beside = await job()
  expect(beside.code).toBe(0)
  expect(listOf(partOf(parseDocument(beside.stdout), 'result'), 'runs')).toEqual([])
  go.resolve(null)
  const ended = await first
  expect(ended.code).toBe(0)
  expect(listOf(partOf(parseDocument(ended.stdout), 'result'), 'runs')).toMatchObject([{ status: 'Done' }])
  // Whichever ended first has done the slot.
  expect(parseDocument((await job('--wait', '30')).stdout)).toMatchObject({ wasDone: true, result: null })
  const shown = await callCli(['jobs', 'show', 'poll', '--json'], { world })
  const { runs, state } = parseDocument(shown.stdout)
  expect(state).toBe('done')
  expect(runs).toHaveLength(2)
  expect(runs).toMatchObject(expect.arrayContaining([expect.objectContaining({ idle: 1 })]))
})

test('a poll that nothing was there for leaves one record a day, and is shown so', async () => {
  const home = await sandboxHome()
  const clock = fakeClock()
  const world = realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir, clock })
  for (let minute = 0; minute < 3; minute += 1) {
    expect((await callCli(['--job', 'poll'], { world })).code).toBe(0)
    await clock.advance(60_000)
  }
  const { stdout } = await callCli(['jobs', 'show', 'poll'], { world })
  expect(stdout.match(/nothing to do/g)).toHaveLength(1)
  expect((await callCli(['status'], { world })).stdout).toMatch(
    /done +poll, slot .*3 runs that day found nothing/,
  )
})

test('a poll that has no key, minute by minute, leaves one record, which says how often', async () => {
  const home = newHome()
  const clock = fakeClock()
  const world = realWorld({ env: home.env, cwd: home.dir, homeDir: home.dir, clock })
  for (let minute = 0; minute < 3; minute += 1) {
    await clock.advance(60_000)
    expect((await callCli(['--job', 'poll'], { world })).code).toBe(78)
  }
  const { stdout } = await callCli(['jobs', 'show', 'poll'], { world })
  expect(stdout.match(/config, 3 that day/g)).toHaveLength(1)
  expect((await callCli(['status'], { world })).stdout).toMatch(
    /failed +poll, slot .*config, a credential.*, 3 times that day;/,
  )
})

test('the lines of the crontab in the README run as they stand', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const [, block = ''] = /```crontab\n([^`]*)```/.exec(readme) ?? []
  const lines = block.split('\n').filter(line => line.includes('echopilot'))
  expect(lines.length).toBeGreaterThan(0)
  const home = newHome({ OPENAI_API_KEY: 'sk-canary', ECHOPILOT_ALLOW_DIRTY: 'true' })
  for (const line of lines) {
    const [, command = ''] = /^(?:\S+ +){5}(.*)$/.exec(line) ?? []
    const env = { ...home.env, PATH: `${dirname(PACKED)}:${dirname(process.execPath)}:/usr/bin:/bin` }
    // As cron does (crontab(5)).
    const ended = await startChild(['/bin/sh', '-c', command], { env, cwd: home.dir }).ended
    expect(ended, line).toMatchObject({ code: 0, stderr: '' })
  }
  const jobs = listOf(parseDocument((await home.spawn('jobs', 'list', '--json')).stdout), 'jobs')
  expect(jobs.map(({ last }) => last === null)).toEqual(lines.map(() => false))
})
