import { join, relative, resolve } from 'node:path'
import type { Command } from '../../kernel/command.ts'
import { AppError } from '../../kernel/errors.ts'
import { flagField, textField, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { readInput } from '../../kernel/input.ts'
import { cutTo } from '../../kernel/text.ts'
import { quoted } from '../../kernel/typed-as.ts'
import { isSandboxRunning } from '../../sandbox/index.ts'
import { openCli, type CommandHost } from '../../surfaces/cli/host.ts'
import { startIn } from '../sandbox/index.ts'
import { poll } from '../../operations/poll.ts'
import { notionDiff } from '../../operations/notion/diff.ts'
import { initialise } from '../init/index.ts'
import { armFault, fillBoard, fillClients } from './board.ts'
import { readDay, type Day } from './day.ts'
import { workMoney } from './money.ts'
import { lastMorning, LATE_TASK, movableClock, workNight } from './night.ts'
import { readReports, REPORT_FILE, writeReport } from './reports.ts'
import { isWrittenName, renderDay, writeFolder, WRITTEN_FOLDERS } from './report.ts'
import { seededRandom } from './seeded-random.ts'
import { demoTasks } from './tasks.ts'

const input = {
  dir: withDefault(textField('folder for the store, the results and the receipts'), 'echopilot-demo'),
  fast: flagField('without the pace of a real model'),
  concurrency: withDefault(wholeNumberField('tasks worked on at once', 1, 64), 4),
}

/** In the demo's folder, so that a second run knows that it may start it anew. */
const MARKER = '.echopilot-demo'
/** What a day leaves in its folder, with what the sandbox keeps there. */
const MADE = ['services', 'state', 'config.toml', 'env.sh', 'services.json', 'day.json', REPORT_FILE]
/** How long the stand-in model takes for an answer, so that one can watch. */
const PACE_MS = 350

/** The whole main job on the sandbox, in a folder of its own, from nothing. */
export const demo: Command<CommandHost> = {
  path: ['demo'],
  summary: 'A day of work on the built-in sandbox: no account, nothing outside its folder is read or written',
  input,
  run: async (host, raw) => {
    const asked = readInput(input, raw, 'echopilot help demo')
    const dir = resolve(host.options.world.host.cwd, asked.dir)
    await clear(host, dir)
    const { running, env } = await startIn(host.options.world, dir, 0)
    const opened = demoSession(host, env)
    const urls = new Map<string, string>(running.services.map(service => [service.name, service.url]))
    try {
      if (!asked.fast) await pace(host, urls.get('openai') ?? '')
      const { day, pdfBase64 } = await work(host, opened, asked.concurrency, urls)
      writeFolder(host.options.world.files, dir, day)
      writeReport(host.options.world.files, dir, { pdfBase64 })
      const shownDir = relative(host.options.world.host.cwd, dir) || '.'
      host.print({ dir, ...day }, () => renderDay(shownDir, day))
      const isProved = day.proved && day.pagesAgree && day.night.proved && day.reports.proved
      return isProved && day.money.tied && day.money.proved ? 'ok' : 'failed'
    } finally {
      opened.session.close()
      await running.stop()
    }
  },
}

async function work(
  host: CommandHost,
  { session, call, clock, host: inner }: ReturnType<typeof demoSession>,
  concurrency: number,
  urls: ReadonlyMap<string, string>,
): Promise<{ readonly day: Day; readonly pdfBase64: string | null }> {
  const { fetch } = host.options.world
  const started = clock.monotonicMs()
  const morningMs = lastMorning(clock.now())
  clock.setTo(morningMs - DAY_BEFORE_MS)
  host.terminal.err('A board is made in a sandbox of Notion, clients send tasks, Trigger is ticked:\n')
  await session.run(initialise, {}, call)
  await fillClients(fetch, urls.get('notion') ?? '')
  await fillBoard(fetch, urls.get('notion') ?? '', demoTasks())
  host.terminal.err('A model works, a second one judges, the board is told:\n')
  await session.run(poll, { drain: true, concurrency }, call)
  refuseStopped(host)
  const day = await session.run(readDay, { sandbox: urls.get('openai') }, call)
  const seconds = (clock.monotonicMs() - started) / 1000
  host.terminal.err('The evening: no model answers, then Notion is away. In the night nothing runs:\n')
  const context = { session, call, clock, fetch, urls }
  const night = await workNight(context, morningMs)
  const mailed = { google: urls.get('google') ?? '', morning: morningMs }
  const { pdfBase64, ...reports } = (await session.run(readReports, mailed, call)).result
  refuseStopped(host)
  clock.setTo(host.options.world.clock.now())
  host.terminal.err('Now clients pay, on the pages of a sandbox of Stripe:\n')
  const done = new Set(
    [...day.result.tasks, night.replay].flatMap(({ title, status }) => (status === 'Done' ? [title] : [])),
  )
  const tasks = [...demoTasks(), LATE_TASK]
  const money = await workMoney({ ...context, host: inner, tasks, done })
  const pages = await session.run(notionDiff, { limit: MOST_TASKS }, call)
  refuseStopped(host)
  const pagesAgree = pages.outcome === 'ok'
  return { day: { ...day.result, pagesAgree, seconds, night, reports, money }, pdfBase64 }
}

/** What was not worked on and not compared is not proved. @throws AppError `busy` */
function refuseStopped({ options }: CommandHost): void {
  if (options.stop.aborted) {
    throw new AppError('busy', 'the demo was stopped early: nothing is proved', 'echopilot demo')
  }
}

const MOST_TASKS = 1000
/** The day is worked on in the afternoon before the morning on which the demo ends. */
const DAY_BEFORE_MS = 16 * 3_600_000

/**
 * Only a folder that a demo made, or an empty one, is started anew, and only what a demo made there is removed.
 * @throws AppError `refused` for a folder of somebody else, `busy` while a sandbox runs on it
 */
async function clear(host: CommandHost, dir: string): Promise<void> {
  const { files } = host.options.world
  if (files.exists(dir) && !files.exists(join(dir, MARKER)) && !files.isEmptyDir(dir)) {
    throw new AppError(
      'refused',
      `${dir} is not empty and was not made by a demo`,
      'echopilot demo --dir another-folder',
    )
  }
  if (await isSandboxRunning(join(dir, 'services'))) {
    const stop = `echopilot sandbox stop --dir ${quoted(dir)}`
    throw new AppError('busy', `a sandbox runs on ${dir}`, `${stop}, then run the same command again`)
  }
  for (const name of MADE) files.remove(join(dir, name))
  for (const folder of WRITTEN_FOLDERS) {
    const names = files.list(join(dir, folder)).filter(isWrittenName)
    for (const name of names) files.remove(join(dir, folder, name))
  }
  files.writeText(
    join(dir, MARKER),
    'Made by `echopilot demo`, which makes its own files here anew.\n',
    0o644,
  )
}

/** Columns of a line about the work; with --verbose as many as it has. */
const WIDTH = 78

/** A session whose world has nothing of the caller's: no environment, configuration, credential or chance. */
function demoSession(host: CommandHost, env: Readonly<Record<string, string>>) {
  const { world } = host.options
  const clock = movableClock(world.clock)
  // It runs jobs as it is: what it proves is not that its code was committed.
  const own = {
    ...world,
    clock,
    random: seededRandom(1),
    host: { ...world.host, env: { ...env, ECHOPILOT_ALLOW_DIRTY: 'true' } },
  }
  // A line each, also of what alerts tell the log.
  const progress = (line: string): void => {
    if (host.flags.quiet !== true)
      host.terminal.err(`  ${host.flags.verbose === true ? line : cutTo(line, WIDTH)}\n`)
  }
  const inner = {
    ...host,
    options: { ...host.options, world: own, actor: 'demo' },
    terminal: { ...host.terminal, err: (line: string) => progress(line.trimEnd()) },
    flags: { quiet: true },
  }
  const { session, call } = openCli(inner.options, inner)
  return { session, call: { ...call, progress, calling: () => () => {} }, clock, host: inner }
}

async function pace(host: CommandHost, sandboxUrl: string): Promise<void> {
  await armFault(host.options.world.fetch, sandboxUrl, {
    match: { path: '/v1/chat/completions' },
    action: { type: 'delay', ms: PACE_MS },
    times: 1000,
  })
}
