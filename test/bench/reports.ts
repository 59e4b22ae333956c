import { join } from 'node:path'
import { echopilot, newHome, type Section } from './support/bench.ts'
import { median } from './support/rounds.ts'
import { metered, timed } from './support/run.ts'
import { duration, megabytes } from './support/table.ts'

const RUNS = 1_000_000
const ROUNDS = 3

/** What a report costs a store that has a year of work in it: the whole life of the process, its PDF included. */
export const REPORTS: Section = {
  name: 'reports',
  title: 'the executive report, on paper, of a store of many runs',
  run: async bench => {
    const env = newHome(bench.folder)
    bench.say(`a store of ${String(RUNS)} runs …`)
    const script = bench.packed.script('fill-reports')
    await timed({ words: [script, env['ECHOPILOT_STATE_DIR'] ?? '', String(RUNS)], env })
    const file = join(bench.folder, 'report.pdf')
    const words = ['report', 'executive', '--format', 'pdf', '--output', file]
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1)
      rounds.push(await metered(bench.packed, echopilot(bench, words, env)))
    const ms = median(rounds.map(run => run.ms))
    const peakMb = Math.max(...rounds.map(run => run.peakMb))
    return [
      {
        figure: `report executive, ${String(RUNS)} runs`,
        measured: duration(ms),
        goal: { name: 'executiveReport', figure: ms / 1000 },
      },
      {
        figure: 'the most memory of it',
        measured: megabytes(peakMb),
        goal: { name: 'executiveReportMemory', figure: peakMb },
      },
    ]
  },
}
