/** Rounds of tasks: an office in which they wait, and the two that work on them. */
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { echopilot, type Bench } from './bench.ts'
import { BRIEF } from './brief.ts'
import { listenBefore, type Exchange } from './exchanges.ts'
import { callsAnswered, openOffice, type Office, type Service } from './office.ts'
import { metered, timed, type Command, type Metered } from './run.ts'
import { templateOf, type Template } from './template.ts'

/** Enough that a start weighs little. */
export const TASKS_A_ROUND = 300

/** Whether the tasks are ticked rows, or local ones without Notion. */
export type Kind = 'board' | 'local'

/** Folders of an office in which the tasks wait, to be copied for every round; and the calls that one needs. */
export interface Prepared {
  readonly folders: Readonly<Record<Kind, string>>
  readonly template: Template
  readonly templateFile: string
  /** Requests to Notion for the one row that was recorded, looks at it included. */
  readonly requestsAlone: number
  /** For a row among many at a rate that is too short for all, with its share of what is asked for all. */
  readonly requestsInBurst: number
  /** Calls that were answered for the board before any round. */
  readonly before: Readonly<Record<Service, number>>
}

/** What a round showed. */
export interface Round extends Metered {
  /** CPU time of both stand-ins. */
  readonly standInsMs: number
  /** Calls that both stand-ins answered in this round, those that are made once too. */
  readonly calls: number
  /** Of them, requests to Notion. */
  readonly requests: number
}

/** Makes the office, and writes down what the program calls for one task. */
export async function prepare(bench: Bench): Promise<Prepared> {
  const folders = { board: join(bench.folder, 'board'), local: join(bench.folder, 'local') }
  const office = await openOffice(bench, folders.board)
  const { template, requestsAlone } = await recordOne(bench, office)
  const requestsInBurst = await countBurst(bench, office)
  for (const part of ['home', 'cache'])
    cpSync(join(folders.board, part), join(folders.local, part), { recursive: true })
  const queued = join(folders.local, 'state')
  const fill = [bench.packed.script('fill-store'), 'queued', queued, String(TASKS_A_ROUND)]
  await timed({ words: fill, env: office.localEnv })
  await tick(office, TASKS_A_ROUND)
  await office.stop()
  const templateFile = join(bench.folder, 'template.json')
  writeFileSync(templateFile, JSON.stringify(template))
  const before = callsAnswered(folders.board)
  return { folders, template, templateFile, requestsAlone, requestsInBurst, before }
}

async function tick(office: Office, count: number): Promise<string> {
  return office.board.add({ 'Task Name': 'Task {n}', Description: BRIEF, 'Task Type': 'Drafting' }, { count })
}

/** A look at a row that is worked on. Many rows share one, so the script by hand, which heeds nobody, makes none. */
function isLook({ service, method, path }: Exchange): boolean {
  return service === 'notion' && method === 'GET' && path.startsWith('/v1/pages/')
}

/** Makes the databases, and writes down what the program calls for one row. */
async function recordOne(
  bench: Bench,
  office: Office,
): Promise<{ readonly template: Template; readonly requestsAlone: number }> {
  await office.setUp()
  const pageId = await tick(office, 1)
  const listener = await listenBefore(office.url)
  try {
    await timed(echopilot(bench, ['poll', '--drain'], { ...office.env, ...listener.env }))
    const template = templateOf(
      listener.exchanges.filter(exchange => !isLook(exchange)),
      pageId,
    )
    const requests = listener.exchanges.filter(({ service }) => service === 'notion').length
    const once = template.once.filter(({ service }) => service === 'notion').length
    return { template, requestsAlone: requests - once }
  } finally {
    await listener.close()
  }
}

const BURST_ROWS = 24
/** Requests a second that all of these together need several times over. */
const SHORT_RATE = '20'

async function countBurst(bench: Bench, office: Office): Promise<number> {
  await tick(office, BURST_ROWS)
  const listener = await listenBefore(office.url)
  const env = { ...office.env, ...listener.env, ECHOPILOT_NOTION_REQUESTS_PER_SECOND: SHORT_RATE }
  try {
    await timed(echopilot(bench, ['poll', '--drain', '--concurrency', '8'], env))
    return listener.exchanges.filter(({ service }) => service === 'notion').length / BURST_ROWS
  } finally {
    await listener.close()
  }
}

/** How a contender is started, and how many tasks its output says it has done. */
export interface Contender {
  command(bench: Bench, prepared: Prepared, kind: Kind, office: Office): Command
  done(stdout: string): number
}

/** The program, as a user starts it. */
export const program: Contender = {
  command: (bench, _, kind, office) => {
    const words = ['poll', '--drain', '--concurrency', '8', '--json']
    return echopilot(bench, words, kind === 'board' ? office.env : office.localEnv)
  },
  done: stdout => Polled.parse(JSON.parse(stdout)).runs.filter(({ status }) => status === 'Done').length,
}
const Polled = z.object({ runs: z.array(z.object({ status: z.string() })) })

/** The script by hand. */
export const byHand: Contender = {
  command: ({ packed }, { templateFile }, kind, { url, env }) => {
    const database = join(env['HOME'] ?? '', 'by-hand.db')
    const local = kind === 'board' ? '0' : String(TASKS_A_ROUND)
    return {
      words: [packed.script('by-hand'), templateFile, url('notion'), url('openai'), database, local],
      env,
    }
  },
  done: stdout => z.object({ done: z.number() }).parse(JSON.parse(stdout)).done,
}

/** One contender at work on a fresh copy of the office; throws where it did not do every task. */
export async function round(
  bench: Bench,
  prepared: Prepared,
  kind: Kind,
  contender: Contender,
): Promise<Round> {
  const folder = join(bench.folder, 'round')
  cpSync(prepared.folders[kind], folder, { recursive: true })
  const office = await openOffice(bench, folder)
  try {
    const before = office.cpuMs()
    const run = await metered(bench.packed, contender.command(bench, prepared, kind, office))
    const standInsMs = office.cpuMs() - before
    await office.stop()
    const done = contender.done(run.stdout)
    if (done !== TASKS_A_ROUND) throw new Error(`${String(done)} of ${String(TASKS_A_ROUND)} tasks were done`)
    const { notion, openai } = callsAnswered(folder)
    const earlier = kind === 'board' ? prepared.before : { notion: 0, openai: 0 }
    const requests = notion - earlier.notion
    return { ...run, standInsMs, requests, calls: requests + openai - earlier.openai }
  } finally {
    await office.stop()
    rmSync(folder, { recursive: true })
  }
}
