import { join } from 'node:path'
import { echopilot, newHome, type Bench, type Section } from './support/bench.ts'
import { openOffice } from './support/office.ts'
import { interleaved, medianOf } from './support/rounds.ts'
import { metered, timed, type Command } from './support/run.ts'
import { duration, megabytes, type Row } from './support/table.ts'

const ROUNDS = 21
const WARM_UP = 3
const RUNS = 10_000

/**
 * What a timer pays for a call that finds nothing to do, and a person for one that only looks: the whole life
 * of a process, against a Node that does nothing. Code is compiled already, as after the first call.
 */
export const STARTUP: Section = {
  name: 'startup',
  title: 'the life of a process, against `node -e 0`',
  run: async bench => {
    const board = await openOffice(bench, join(bench.folder, 'board'))
    try {
      await board.setUp()
      const commands = await commandsOf(bench, board.env)
      const cold = await timed(echopilot(bench, ['help'], newHome(join(bench.folder, 'cold'))))
      const rows = [...(await timeRows(bench, commands)), ...(await memoryRows(bench, commands))]
      return [...rows, { figure: 'echopilot help, first ever', measured: duration(cold.ms) }]
    } finally {
      await board.stop()
    }
  },
}

type Name = 'bare' | 'version' | 'help' | 'status' | 'list' | 'poll'
type Commands = Readonly<Record<Name, Command>>

async function commandsOf(bench: Bench, board: Readonly<Record<string, string>>): Promise<Commands> {
  const filled = newHome(join(bench.folder, 'filled'))
  const stateDir = filled['ECHOPILOT_STATE_DIR'] ?? ''
  bench.say(`a store of ${String(RUNS)} finished runs, made by the store's own transitions …`)
  await timed({ words: [bench.packed.script('fill-store'), 'finished', stateDir, String(RUNS)], env: filled })
  return {
    bare: { words: ['-e', '0'], env: filled },
    version: echopilot(bench, ['--version'], filled),
    help: echopilot(bench, ['help'], filled),
    status: echopilot(bench, ['status'], filled),
    list: echopilot(bench, ['task', 'list'], filled),
    poll: echopilot(bench, ['poll'], board),
  }
}

async function timeRows(bench: Bench, commands: Commands): Promise<Row[]> {
  const run = (name: Name) => async () => (await timed(commands[name])).ms
  const times = await interleaved(
    {
      bare: run('bare'),
      version: run('version'),
      help: run('help'),
      status: run('status'),
      list: run('list'),
      poll: run('poll'),
    },
    { rounds: ROUNDS, warmUp: WARM_UP },
  )
  bench.say(`medians of ${String(ROUNDS)} interleaved rounds`)
  const bare = medianOf(times.bare, ms => ms)
  const row = (figure: string, name: Name): Row => {
    const ms = medianOf(times[name], each => each)
    return { figure, measured: duration(ms), ratio: ms / bare }
  }
  const withGoal = (line: Row, name: 'version' | 'status' | 'idlePoll'): Row => ({
    ...line,
    goal: { name, figure: line.ratio ?? Number.NaN },
  })
  return [
    row('node -e 0', 'bare'),
    withGoal(row('echopilot --version', 'version'), 'version'),
    withGoal(row(`echopilot status, ${String(RUNS)} runs`, 'status'), 'status'),
    withGoal(row('echopilot poll, nothing ticked', 'poll'), 'idlePoll'),
    row('echopilot help', 'help'),
    row(`echopilot task list, ${String(RUNS)}`, 'list'),
  ]
}

async function memoryRows({ packed }: Bench, commands: Commands): Promise<Row[]> {
  const peak = (name: Name) => async () => (await metered(packed, commands[name])).peakMb
  const peaks = await interleaved({ bare: peak('bare'), poll: peak('poll') }, { rounds: 5 })
  const bare = medianOf(peaks.bare, mb => mb)
  const poll = medianOf(peaks.poll, mb => mb)
  return [
    { figure: 'node -e 0, most memory', measured: megabytes(bare), ratio: 1 },
    {
      figure: 'echopilot poll, most memory',
      measured: megabytes(poll),
      ratio: poll / bare,
      goal: { name: 'idlePollMemory', figure: poll },
    },
  ]
}
