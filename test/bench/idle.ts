import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { spacingMs, type ScheduledJob } from '../../src/domain/schedule.ts'
import { SCHEDULE } from '../../src/operations/schedule.ts'
import { echopilot, type Bench, type Section } from './support/bench.ts'
import { openOffice } from './support/office.ts'
import { interleaved, medianOf } from './support/rounds.ts'
import { metered, timed, type Command } from './support/run.ts'
import { duration, megabytes, type Row } from './support/table.ts'

const ROUNDS = 5
const DAY_MS = 24 * 3600_000

/** What all timers cost on a day on which nothing happens, and what of them is in memory between their runs. */
export const IDLE: Section = {
  name: 'idle',
  title: 'a day of all timers on an idle store, against `node -e 0` as often',
  run: async bench => {
    const office = await openOffice(bench, join(bench.folder, 'board'))
    try {
      await office.setUp()
      // In service: whose accounts these are is known, and the first row of the day is written. By hand no slot is done.
      for (const words of ['poll', 'payments-scan', 'operate', 'heartbeat']) {
        await timed(echopilot(bench, [words], office.env))
      }
      const state = office.env['ECHOPILOT_STATE_DIR'] ?? ''
      const unused = join(bench.folder, 'unused')
      cpSync(state, unused, { recursive: true })
      return await rows(bench, office.env, () => {
        // A slot is done once: each run is the first of its slot.
        rmSync(state, { recursive: true })
        cpSync(unused, state, { recursive: true })
      })
    } finally {
      await office.stop()
    }
  },
}

async function rows(bench: Bench, env: Readonly<Record<string, string>>, reset: () => void): Promise<Row[]> {
  const cpu = async (command: Command): Promise<number> => {
    reset()
    return (await metered(bench.packed, command)).cpuMs
  }
  const jobs = Object.entries<ScheduledJob>(SCHEDULE)
  const contenders = Object.fromEntries([
    ['bare', async () => cpu({ words: ['-e', '0'], env })],
    ...jobs.map(([name]) => [name, async () => cpu(echopilot(bench, ['--job', name], env))] as const),
  ])
  const samples = await interleaved(contenders, { rounds: ROUNDS, warmUp: 1 })
  const median = (name: string): number => medianOf(samples[name] ?? [], ms => ms)
  const atRest = residentMb(`ECHOPILOT_STATE_DIR=${env['ECHOPILOT_STATE_DIR'] ?? ''}`)
  const bare = median('bare')
  const timesADay = ([, { on }]: (typeof jobs)[number]): number => DAY_MS / spacingMs(on)
  const runs = jobs.reduce((sum, job) => sum + timesADay(job), 0)
  const day = jobs.reduce((sum, job) => sum + timesADay(job) * median(job[0]), 0)
  const ratio = day / (runs * bare)
  bench.say(`medians of ${String(ROUNDS)} interleaved rounds; ${runs.toFixed(1)} runs a day`)
  return [
    { figure: 'node -e 0, CPU', measured: duration(bare) },
    ...jobs.map(([name]) => ({
      figure: `--job ${name}, CPU`,
      measured: duration(median(name)),
      ratio: median(name) / bare,
    })),
    {
      figure: 'a day of all timers, CPU',
      measured: duration(day),
      ratio,
      goal: { name: 'idleDay', figure: ratio },
    },
    {
      figure: 'memory between two runs',
      measured: megabytes(atRest),
      goal: { name: 'atRest', figure: atRest },
    },
  ]
}

/** The memory of every process of this machine that has this in its environment, which children inherit. */
function residentMb(variable: string): number {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const kilobytes = pids.map(pid => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable)) return 0
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
    } catch {
      // Gone meanwhile, or another user's.
      return 0
    }
  })
  return (kilobytes.reduce((sum, each) => sum + each, 0) * 1024) / 1e6
}
