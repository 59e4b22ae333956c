import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { newHome, type Bench, type Section } from './support/bench.ts'
import { interleaved, medianOf } from './support/rounds.ts'
import { timed } from './support/run.ts'
import { duration, type Row } from './support/table.ts'

const ROUNDS = 5
const EVENTS = 6_000
const WARM_UP = 2_000
const CONNECTIONS = 50
const SECRET = 'whsec_bench'

/** How fast webhooks are taken, each of them durably. */
export const WEBHOOKS: Section = {
  name: 'webhooks',
  title: 'distinct signed events of 2.8 kB, 50 connections, against two bare node:http servers',
  run: async bench => {
    bench.say(
      `${String(EVENTS)} events a round after ${String(WARM_UP)}, medians of ${String(ROUNDS)} interleaved rounds`,
    )
    const bare = bench.packed.script('bare-intake')
    const round = rounds()
    const samples = await interleaved(
      {
        commit: async () => round(bench, folder => [bare, 'commit', join(folder, 'bare.db')]),
        serve: async () => round(bench, () => [bench.packed.bin, 'serve', '--port', '0', '--json']),
        verify: async () => round(bench, () => [bare, 'verify']),
      },
      { rounds: ROUNDS, warmUp: 1 },
    )
    const perSecond = (name: keyof typeof samples): number =>
      EVENTS / (medianOf(samples[name], ({ ms }) => ms) / 1000)
    const p99 = (name: keyof typeof samples): number => medianOf(samples[name], ({ p99Ms }) => p99Ms)
    const toCommit = perSecond('serve') / perSecond('commit')
    const toVerify = perSecond('serve') / perSecond('verify')
    const slowest = p99('serve') / p99('commit')
    return [
      row('bare, a commit for each', perSecond('commit')),
      { ...row('serve', perSecond('serve')), ratio: toCommit, goal: { name: 'intake', figure: toCommit } },
      row('bare, verifies only', perSecond('verify')),
      {
        ...row('serve', perSecond('serve')),
        ratio: toVerify,
        goal: { name: 'intakeToVerify', figure: toVerify },
      },
      { figure: 'bare, a commit for each, p99', measured: duration(p99('commit')) },
      {
        figure: 'serve, p99',
        measured: duration(p99('serve')),
        ratio: slowest,
        goal: { name: 'intakeP99', figure: slowest },
      },
    ]
  },
}

function row(figure: string, perSecond: number): Row {
  return { figure, measured: `${perSecond.toFixed(0)} /s` }
}

const Sent = z.object({ ms: z.number(), p99Ms: z.number(), bad: z.literal(0) })
const Listening = z.object({ address: z.string() })

type Words = (folder: string) => readonly string[]

/** Each round has a folder of its own. */
function rounds(): (bench: Bench, wordsIn: Words) => Promise<z.infer<typeof Sent>> {
  let number = 0
  return async (bench, wordsIn) => {
    number += 1
    const folder = join(bench.folder, `round-${String(number)}`)
    return underLoad(bench, folder, wordsIn(folder))
  }
}

/** One server, from nothing, under load. */
async function underLoad(
  bench: Bench,
  folder: string,
  words: readonly string[],
): Promise<z.infer<typeof Sent>> {
  const env = {
    ...newHome(folder),
    STRIPE_SECRET_KEY: 'sk_test_none',
    STRIPE_BASE_URL: 'http://127.0.0.1:9',
    STRIPE_WEBHOOK_SECRET: SECRET,
  }
  const server = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  const gone = new Promise(resolve => server.once('exit', resolve))
  try {
    let said = ''
    for await (const line of createInterface({ input: server.stdout })) {
      said += line
      if (line.endsWith('}')) break
    }
    const port = new URL(Listening.parse(JSON.parse(said)).address).port
    const send = async (count: number, first: number): Promise<z.infer<typeof Sent>> => {
      const counts = [count, CONNECTIONS, first].map(String)
      const { stdout } = await timed({ words: [bench.packed.script('send-events'), port, ...counts], env })
      return Sent.parse(JSON.parse(stdout))
    }
    await send(WARM_UP, 0)
    return await send(EVENTS, WARM_UP)
  } finally {
    server.kill('SIGTERM')
    await gone
  }
}
