/** `--job`, as timers call it, and what is shown of jobs. */
import { expect, test } from 'vitest'
import { isObject, parseJson } from '../../src/sandbox/lib/json.ts'
import { statusFigures } from '../../src/figures/status.ts'
import { toys, type Toys } from '../session/support/toy-jobs.ts'
import { changeStore } from '../store/support/store-file.ts'
import { callCli } from '../support/cli.ts'
import { realWorld } from '../support/real-world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Types these words where the toys are. */
function typing({ stateDir, clock, operations, schedule }: Toys) {
  const env = { ECHOPILOT_STATE_DIR: stateDir }
  const world = realWorld({ env, cwd: stateDir, homeDir: stateDir, clock })
  return (...words: string[]) => callCli(words, { world, operations, schedule })
}

test('a job prints what its operation does, then that it was done before; exit 0', async () => {
  const place = toys()
  const type = typing(place)
  expect(await type('--job', 'tidy')).toMatchObject({ code: 0, stdout: 'played kitchen\n', stderr: '' })
  await place.clock.advance(5 * MINUTE)
  expect(await type('--job=tidy')).toMatchObject({
    code: 0,
    stdout: 'tidy: its slot of 2026-11-25 12:00 UTC was done before\n',
  })
  await place.clock.advance(DAY)
  expect((await type('--job', 'tidy')).stdout).toBe(
    'tidy late: its slot was 2026-11-26 12:00 UTC\nplayed kitchen\n',
  )
})

test('as JSON it is one document, whether it ran or was done before', async () => {
  const place = toys()
  const type = typing(place)
  place.next.push(() => ({ outcome: 'partial' }))
  const first = await type('--json', '--job', 'tidy', '--wait', '5')
  expect(first.code).toBe(3)
  const head = { schema: 'echopilot.job/1', job: 'tidy', slot: '2026-11-25T12:00:00.000Z', late: false }
  expect(parseJson(first.stdout)).toEqual({
    ...head,
    wasDone: false,
    outcome: 'partial',
    result: { what: 'kitchen', outcome: 'partial' },
  })
  const second = await type('--job', 'tidy', '--json')
  expect(second.code).toBe(0)
  expect(parseJson(second.stdout)).toEqual({ ...head, wasDone: true, outcome: 'ok', result: null })
})

test.each<[string[], string, string]>([
  [['--job', 'tdiy'], 'there is no job tdiy (Did you mean tidy?)', 'echopilot jobs list'],
  [
    ['--job', 'tidy', 'status'],
    '--job takes its command and its input from the schedule, and nothing beside it: status',
    'echopilot --job tidy, or the command without --job',
  ],
  [
    ['poll', '--job', 'tidy'],
    '--job takes its command and its input from the schedule, and nothing beside it: poll',
    'echopilot --job tidy, or the command without --job',
  ],
  [['--job', 'tidy', '--dry-run'], "unknown option '--dry-run'", 'echopilot help'],
  [
    ['--job', 'tidy', '--wait', 'long'],
    '--wait: a whole number from 0 to 86400 is wanted, not "long"',
    'echopilot --help',
  ],
  [['--job', 'tidy', '--wait', '-1'], '--wait: ', 'echopilot --help'],
  [['--job'], "option '--job <name>' argument missing", 'echopilot help'],
  [['jobs', 'list', '--wait', '5'], "unknown option '--wait'", 'echopilot help jobs list'],
])('%j is a usage error', async (words, message, hint) => {
  const place = toys()
  const { code, stderr, stdout } = await typing(place)('--json', ...words)
  expect([code, stdout, place.ran]).toEqual([64, '', []])
  const told = parseJson(stderr)
  const error = isObject(told) && isObject(told['error']) ? told['error'] : {}
  expect(String(error['message'])).toContain(message)
  expect(error['hint']).toContain(hint)
})

test('the version is told beside it too, and nothing is run', async () => {
  const place = toys()
  const type = typing(place)
  for (const words of [
    ['--version'],
    ['status', '--version'],
    ['--version', '--job', 'tidy'],
    ['--job', 'tidy', '--version'],
  ]) {
    const { code, stdout } = await type(...words)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/)
    expect(parseJson((await type('--json', ...words)).stdout)).toMatchObject({
      schema: 'echopilot.version/1',
    })
  }
  expect(place.ran).toEqual([])
})

test('help tells of it, once', async () => {
  const type = typing(toys())
  expect((await type('--job', 'tidy', '--help')).stdout).toContain('--job <name>')
  expect((await type('help', 'jobs', 'list')).stdout).not.toContain('--job')
})

test('jobs list and show: slots, results, what is next', async () => {
  const place = toys()
  const type = typing(place)
  expect((await type('jobs', 'list')).stdout).toMatch(/tidy +daily 12:00 +not proved +– +2026-11-26 12:00/)
  await type('--job', 'tidy')
  await place.clock.advance(DAY + 10 * MINUTE)
  const late = await type('jobs', 'list')
  expect(late.code).toBe(0)
  expect(late.stdout).toMatch(/tidy +daily 12:00 +late +2026-11-25 12:00 +2026-11-27 12:00/)
  expect(late.stdout).toContain('next: echopilot jobs show tidy')
  place.next.push(() => ({ outcome: 'failed' }))
  await type('--job', 'tidy')
  const { stdout } = await type('jobs', 'show', 'tidy')
  expect(stdout).toMatch(/failed +tidy, slot 2026-11-26 12:00: failed; again in 5 min/)
  expect(stdout).toMatch(/2026-11-26 12:00 +12:10:00 late +0 s +failed +– +c0ffee000000/)
  expect(stdout).toMatch(/2026-11-25 12:00 +12:00:00 +0 s +ok +– +c0ffee000000/)
  expect(await type('jobs', 'show', 'tdy')).toMatchObject({
    code: 66,
    stderr: 'error: there is no job tdy (Did you mean tidy?)\nnext: echopilot jobs list\n',
  })
})

test('a run by a clock that was ahead is not the last one, nor does it hide that one', async () => {
  const place = toys()
  const type = typing(place)
  await place.clock.advance(365 * DAY)
  await type('--job', 'tidy')
  place.clock.setBack(365 * DAY)
  place.next.push(() => ({ outcome: 'failed' }))
  await type('--job', 'tidy')
  expect((await type('jobs', 'list')).stdout).toMatch(/tidy +daily 12:00 +failed +2026-11-25 12:00/)
  expect((await type('status')).stdout).toMatch(/failed +tidy, slot 2026-11-25 12:00: failed; again in 5 min/)
  expect((await type('jobs', 'show', 'tidy')).stdout).toMatch(/2026-11-25 12:00 .*\n2027-11-25 12:00 /)
})

test('a row that is damaged hides no other', async () => {
  const place = toys()
  const type = typing(place)
  await type('--job', 'tidy')
  await type('--job', 'look')
  changeStore(
    `${place.stateDir}/echopilot.db`,
    `UPDATE operation_records SET slot_ms = 9223372036854775807, started_ms = 9223372036854775807 WHERE job = 'tidy'`,
  )
  for (const words of [['jobs', 'list'], ['jobs', 'show', 'tidy'], ['status']]) {
    const { code, stdout, stderr } = await type(...words)
    expect([words, stderr, code === 70]).toEqual([words, '', false])
    expect(stdout).toContain('tidy')
  }
})

test('status: what never ran is not proved, what is late or failed is wrong', async () => {
  const place = toys()
  const type = typing(place)
  const jobs = async (): Promise<string[]> => {
    const figures = await statusFigures(place.store(), place.schedule, place.clock.now())
    return figures.jobs.map(({ job, state }) => `${job} ${state}`)
  }
  const never = await type('status')
  expect(never.code).toBe(0)
  expect(never.stdout).toContain('not proved: no job ran by the schedule yet (echopilot jobs list)')
  await type('--job', 'tidy')
  await place.clock.advance(DAY)
  const done = await type('status')
  expect(done.code).toBe(0)
  expect(done.stdout).toMatch(/done +tidy, slot 2026-11-25 12:00, took 0 s; next in 24 h/)
  expect(done.stdout).toMatch(/not proved +look: never ran by the schedule; next in 1 min/)
  await place.clock.advance(2 * MINUTE)
  expect((await type('status')).code).toBe(1)
  expect(await jobs()).toEqual(['tidy late', 'look not_proved', 'mind not_proved'])
  expect((await type('metrics')).stdout).toContain('echopilot_job{job="tidy"} 0')
  await type('--job', 'tidy')
  expect((await type('status')).code).toBe(0)
  for (const minutes of [0, 6, 16, 61]) {
    await place.clock.advance(minutes === 0 ? DAY : minutes * MINUTE)
    expect(await jobs()).toContain(minutes === 0 ? 'tidy late' : 'tidy due_again')
    place.next.push(() => ({ outcome: 'provider' }))
    await type('--job', 'tidy')
  }
  expect(await jobs()).toContain('tidy given_up')
  expect((await type('status')).stdout).toMatch(
    /given up +tidy, slot 2026-11-27 12:00: provider; see echopilot jobs show tidy/,
  )
})

test('a job that runs is shown as that', async () => {
  const place = toys()
  const type = typing(place)
  const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  place.next.push(async () => {
    begun.resolve()
    await over.promise
    return {}
  })
  const running = type('--job', 'tidy')
  await begun.promise
  await place.clock.advance(3 * HOUR)
  expect((await type('status')).stdout).toMatch(/running +tidy, slot 2026-11-25 12:00, for 3 h/)
  over.resolve()
  expect((await running).code).toBe(0)
  expect((await type('jobs', 'show', 'tidy')).stdout).toMatch(/12:00:00 +3 h +ok/)
})
