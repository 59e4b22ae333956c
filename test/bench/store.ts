import { closeSync, cpSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { newHome, type Bench, type Section } from './support/bench.ts'
import { interleaved, median, medianOf } from './support/rounds.ts'
import { timed } from './support/run.ts'
import type { Row } from './support/table.ts'

const ROUNDS = 5

/**
 * What the store costs beside what SQLite must cost: its transitions, asked by nobody and waiting for nobody,
 * against the very statements they ran, with the same values, on the bare driver. Both wait for the disk at
 * every commit, and each run is taken in the transaction that ends the one before.
 */
export const STORE: Section = {
  name: 'store',
  title: 'claiming and completing, against the same statements on the bare driver',
  run: async bench => {
    bench.say(
      `${String(RUNS.rests)} and ${String(RUNS.runs)} runs a round, medians of ${String(ROUNDS)} interleaved rounds`,
    )
    bench.say(`this disk: ${diskMs(bench.folder).toFixed(2)} ms to keep 4 kB, as every commit has to`)
    return [...(await rowsOf(bench, 'rests')), ...(await rowsOf(bench, 'runs'))]
  },
}

/** The shortest way through the queue, or whole runs of two stages with their calls. */
type Way = 'rests' | 'runs'

const RUNS: Readonly<Record<Way, number>> = { rests: 1000, runs: 300 }
const CLAIMS: Readonly<Record<Way, number>> = { rests: RUNS.rests, runs: 2 * RUNS.runs }
const TITLE: Readonly<Record<Way, string>> = { rests: 'claim + rest', runs: 'stage + call' }

async function rowsOf(bench: Bench, way: Way): Promise<Row[]> {
  const work = workshop(bench, way)
  await work.prepare()
  const ms = await interleaved({ store: work.drive, bare: work.replay }, { rounds: ROUNDS, warmUp: 1 })
  const perSecond = (name: keyof typeof ms): number => CLAIMS[way] / (medianOf(ms[name], each => each) / 1000)
  const ratio = perSecond('store') / perSecond('bare')
  const row = (figure: string, name: keyof typeof ms): Row => ({
    figure: `${TITLE[way]}, ${figure}`,
    measured: `${perSecond(name).toFixed(0)} /s`,
    ratio: perSecond(name) / perSecond('bare'),
  })
  const goal = way === 'rests' ? ({ name: 'claimAndComplete', figure: ratio } as const) : null
  return [row('bare', 'bare'), { ...row('store', 'store'), ...(goal === null ? {} : { goal }) }]
}

function workshop(bench: Bench, way: Way) {
  const folder = join(bench.folder, way)
  const env = newHome(folder)
  const script = bench.packed.script
  const queued = join(folder, 'queued')
  let copies = 0
  /** Every round begins with the same file. */
  const freshCopy = (): string => {
    copies += 1
    const copy = join(folder, `copy-${String(copies)}`)
    cpSync(queued, copy, { recursive: true })
    return copy
  }
  const run = async (...words: readonly string[]): Promise<number> =>
    Number((await timed({ words, env })).stdout)
  let statements = ''
  return {
    prepare: async () => {
      await timed({ words: [script('fill-store'), 'queued', queued, String(RUNS[way])], env })
      const recordedDir = freshCopy()
      statements = join(recordedDir, 'statements.json')
      await timed({ words: [script('drive-store'), 'recorded', way, recordedDir], env })
    },
    drive: async () => run(script('drive-store'), 'timed', way, freshCopy()),
    replay: async () => run(script('replay-store'), freshCopy(), statements),
  }
}

/** What every durable commit waits for, whoever makes it: next to nothing on a disk in memory. */
function diskMs(folder: string): number {
  const file = openSync(join(folder, 'disk'), 'w')
  const times = Array.from({ length: 200 }, () => {
    const begun = performance.now()
    writeSync(file, Buffer.alloc(4096))
    fdatasyncSync(file)
    return performance.now() - begun
  })
  closeSync(file)
  return median(times)
}
