import { fstatSync, readFileSync, writeSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readBranch, readCommit } from './commit.ts'
import { INTERRUPTIONS } from './kernel/errors.ts'
import { lightFetch } from './kernel/http/fetch.ts'
import { realClock, realFiles, realProcesses, realPrograms, realRandom } from './kernel/real-world.ts'
import { readStream } from './kernel/read-file.ts'
import { utf8Text } from './kernel/utf8.ts'
import type { Host, World } from './kernel/world.ts'
import type { ProgramFacts } from './session/tree.ts'
import type { Terminal } from './surfaces/cli/terminal.ts'
import { versionText } from './version.ts'

/** Wide enough to read, narrow enough for a terminal beside a browser. */
const MOST_COLUMNS = 120
const COLUMNS_OF_UNKNOWN = 80

/**
 * The only reader of `process`: builds the world, hands the words to the command line, sets the exit code.
 * The first SIGINT or SIGTERM lets the item in hand be finished, a second one ends at once. What is not
 * needed for the version is loaded after that question: it must answer like a shell command.
 */
export async function main(): Promise<void> {
  const words = process.argv.slice(2)
  const programDir = fileURLToPath(new URL('..', import.meta.url))
  const world = realWorld()
  const program = programFacts(programDir, world)
  const json = words.includes('--json')
  const unheard = outliveStreams(json)
  const version = async (): Promise<string> => versionText(program, world.host.nodeVersion, json)
  if (words[0] === '--version') {
    writeOut(await version())
    return
  }
  const { stop, hangUp, interrupted } = listenToSignals()
  const [{ runCli }, { OPERATIONS }, { SCHEDULE }, { COMMANDS }] = await Promise.all([
    import('./surfaces/cli/run.ts'),
    import('./operations/index.ts'),
    import('./operations/schedule.ts'),
    import('./commands/index.ts'),
  ])
  const exit = await runCli(words, {
    world,
    program,
    actor: `cli:${world.host.user}`,
    stop,
    hangUp,
    versionText: version,
    readInput: async () =>
      utf8Text(await readStream(process.stdin, 'standard input', stop), 'standard input'),
    // Standard input is looked at last: where it is a file, that loads a good part of Node.
    ...(process.stderr.isTTY && process.stdin.isTTY
      ? { ask: (question, options) => ask(question, stop, options?.hidden) }
      : {}),
    terminal: await terminal(json),
    lists: { operations: OPERATIONS, commands: COMMANDS },
    jobs: { operations: OPERATIONS, schedule: SCHEDULE },
  })
  process.exitCode = interrupted() ?? unheard() ?? exit
}

function realWorld(): World {
  const files = realFiles()
  return {
    clock: realClock(),
    random: realRandom(),
    fetch: lightFetch(),
    files,
    processes: realProcesses(files, process.pid),
    programs: realPrograms(),
    host: host(),
  }
}

function host(): Host {
  return {
    env: process.env,
    cwd: process.cwd(),
    homeDir: homedir(),
    // Whoever has systemd run us as another account is who asked.
    user: process.env['ECHOPILOT_TYPED_BY'] ?? userName(),
    nodeVersion: process.versions.node,
    pid: process.pid,
    execPath: process.execPath,
    scriptPath: process.argv[1] ?? '',
  }
}

/** A user id without an entry in the password file is no reason to fail. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}

/** The version, and the commit: baked in where the program was packed, else that of its checkout. */
function programFacts(programDir: string, world: World): ProgramFacts {
  const facts: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const text = (name: string): string | null => {
    const value: unknown =
      typeof facts === 'object' && facts !== null
        ? Object.entries(facts).find(([key]) => key === name)?.[1]
        : null
    return typeof value === 'string' ? value : null
  }
  const commit = text('commit')
  return {
    version: text('version') ?? '0.0.0',
    commit: commit ?? readCommit(programDir, world.files),
    branch: commit === null ? readBranch(programDir, world.files) : null,
    checkout: commit === null ? programDir : null,
  }
}

/** One line of the terminal; '' where it is closed or the wish to stop comes first. */
async function ask(question: string, signal: AbortSignal, hidden = false): Promise<string> {
  const [{ createInterface }, { Writable }] = await Promise.all([
    import('node:readline'),
    import('node:stream'),
  ])
  process.stderr.write(question)
  // As a terminal of its own readline shows what is typed by itself: here, to nobody.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const shown = hidden ? { output: nowhere, terminal: true } : {}
  const lines = createInterface({ input: process.stdin, signal, ...shown })
  // Ctrl-C is a key to it then, and no signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    for await (const line of lines) {
      if (hidden) process.stderr.write('\n')
      return line
    }
    return ''
  } finally {
    lines.close()
    // Otherwise the terminal that was read keeps the process from ending.
    process.stdin.pause()
  }
}

async function terminal(json: boolean): Promise<Terminal> {
  const [{ colours, PLAIN }, { hasColours }] = await Promise.all([
    import('./printers/text.ts'),
    import('./surfaces/cli/terminal.ts'),
  ])
  // A terminal that does not know its width says 0. What is piped or kept in a file is cut nowhere.
  const columnsOf = (stream: NodeJS.WriteStream): number =>
    stream.isTTY ? Math.min(stream.columns || COLUMNS_OF_UNKNOWN, MOST_COLUMNS) : Infinity
  const isSeen = process.stdout.isTTY || process.stderr.isTTY
  const paint = isSeen && !json && hasColours(process.env) ? await colours() : PLAIN
  const isDumb = process.env['TERM'] === 'dumb'
  return {
    out: writeOut,
    err: written => process.stderr.write(written),
    columns: columnsOf(process.stdout),
    errorColumns: columnsOf(process.stderr),
    paint: { out: process.stdout.isTTY ? paint : PLAIN, err: process.stderr.isTTY ? paint : PLAIN },
    isInteractive: process.stderr.isTTY,
    liveColumns: process.stderr.isTTY && !isDumb ? process.stderr.columns || COLUMNS_OF_UNKNOWN : 0,
    isJournal: isJournal(),
  }
}

/** Whether standard error is the very stream of the journal: the variable is handed on to children (systemd.exec(5)). */
function isJournal(): boolean {
  const stream = process.env['JOURNAL_STREAM']
  if (stream === undefined) return false
  const { dev, ino } = fstatSync(2)
  return stream === `${dev}:${ino}`
}

/**
 * Writes to standard output. Of what goes to a file Node takes for written what the disk has taken a part of
 * (SyncWriteStream of Node 24, which does not look at what writeSync returns): the rest would be missing, and nothing said.
 */
function writeOut(text: string): void {
  const { stdout } = process
  if (!fstatSync(stdout.fd).isFile()) {
    stdout.write(text)
    return
  }
  const bytes = Buffer.from(text)
  try {
    for (let at = 0; at < bytes.length && stdout.writable;) at += writeSync(stdout.fd, bytes, at)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    stdout.destroy(error)
  }
}

/**
 * SIGINT and SIGTERM ask to stop, and the exit code tells of them. SIGHUP, perhaps twice (from the shell and from
 * the kernel), says that the terminal is gone: whoever works goes on without it.
 */
function listenToSignals(): { stop: AbortSignal; hangUp: AbortSignal; interrupted: () => number | null } {
  const stop = new AbortController()
  const hangUp = new AbortController()
  let code: number | null = null
  const on = (signal: NodeJS.Signals, exit: number): void => {
    process.on(signal, () => {
      if (code !== null) process.exit(exit)
      code = exit
      stop.abort()
    })
  }
  on('SIGINT', INTERRUPTIONS.SIGINT.exit)
  on('SIGTERM', INTERRUPTIONS.SIGTERM.exit)
  process.on('SIGHUP', () => hangUp.abort())
  return { stop: stop.signal, hangUp: hangUp.signal, interrupted: () => code }
}

/**
 * Work never ends because it cannot be told of. What is written to standard error is best effort. A reader of
 * standard output that went away (`| head`) is no fault; a disk that is full, or a terminal that is gone, is told
 * of like any other error, in the form of `errorText` and `errorJson`, which may not be loaded yet, and by the exit
 * code that is returned: null where all was written.
 */
function outliveStreams(json: boolean): () => number | null {
  let exit: number | null = null
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || exit !== null) return
    exit = 74
    // Most often this is heard after all else is done; that work was interrupted says more.
    if (process.exitCode !== 130 && process.exitCode !== 143) process.exitCode = exit
    const message = `standard output cannot be written: ${error.message}`
    const hint = 'make room on the disk, or write it elsewhere, then run the same command again'
    process.stderr.write(
      json
        ? `${JSON.stringify({ error: { kind: 'store', message, hint, exit } })}\n`
        : `error: ${message}\nnext: ${hint}\n`,
    )
  })
  return () => exit
}
