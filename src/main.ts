import { readFileSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { readCommit } from './commit.ts'
import { lightFetch } from './kernel/http/fetch.ts'
import { realClock, realFiles, realProcesses, realRandom } from './kernel/real-world.ts'
import type { Host, World } from './kernel/world.ts'
import type { Terminal } from './surfaces/cli/terminal.ts'
import { versionText } from './version.ts'

/** Wide enough to read, narrow enough for a terminal beside a browser. */
const MOST_COLUMNS = 120
const COLUMNS_WITHOUT_TERMINAL = 80

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
  endWithReader(words.includes('--json'))
  if (words[0] === '--version') {
    process.stdout.write(await versionText(program, world.host.nodeVersion, words.includes('--json')))
    return
  }
  const stop = new AbortController()
  const interrupted = stopOnSignals(stop)
  const [{ runCli }, { OPERATIONS }, { COMMANDS }] = await Promise.all([
    import('./surfaces/cli/run.ts'),
    import('./operations/index.ts'),
    import('./commands/index.ts'),
  ])
  const exit = await runCli(words, {
    world,
    program,
    actor: `cli:${world.host.user}`,
    stop: stop.signal,
    readInput: readStandardInput,
    terminal: await terminal(),
    lists: { operations: OPERATIONS, commands: COMMANDS },
  })
  process.exitCode = interrupted() ?? exit
}

function realWorld(): World {
  const files = realFiles()
  return {
    clock: realClock(),
    random: realRandom(),
    fetch: lightFetch(),
    files,
    processes: realProcesses(files, process.pid),
    host: host(),
  }
}

function host(): Host {
  return {
    env: process.env,
    cwd: process.cwd(),
    homeDir: homedir(),
    user: userName(),
    nodeVersion: process.versions.node,
    execPath: process.execPath,
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
function programFacts(programDir: string, world: World): { version: string; commit: string } {
  const facts: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const text = (name: string): string | null => {
    const value: unknown =
      typeof facts === 'object' && facts !== null
        ? Object.entries(facts).find(([key]) => key === name)?.[1]
        : null
    return typeof value === 'string' ? value : null
  }
  return {
    version: text('version') ?? '0.0.0',
    commit: text('commit') ?? readCommit(programDir, world.files),
  }
}

async function terminal(): Promise<Terminal> {
  const { ansiStyle } = await import('./surfaces/cli/terminal.ts')
  // A terminal that does not know its width says 0.
  const columns = process.stdout.columns || COLUMNS_WITHOUT_TERMINAL
  const colours = process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
  return {
    out: written => process.stdout.write(written),
    err: written => process.stderr.write(written),
    style: ansiStyle({ colours, columns: Math.min(columns, MOST_COLUMNS) }),
    isInteractive: process.stderr.isTTY,
    // Set by systemd for services whose standard error is the journal (systemd.exec(5)).
    isJournal: process.env['JOURNAL_STREAM'] !== undefined && !process.stderr.isTTY,
  }
}

async function readStandardInput(): Promise<string> {
  const { text } = await import('node:stream/consumers')
  return text(process.stdin)
}

/** Returns the exit code that tells of the signal, once there was one. */
function stopOnSignals(stop: AbortController): () => number | null {
  let code: number | null = null
  const on = (signal: NodeJS.Signals, exit: number): void => {
    process.on(signal, () => {
      if (code !== null) process.exit(exit)
      code = exit
      stop.abort()
    })
  }
  on('SIGINT', 130)
  on('SIGTERM', 143)
  return () => code
}

/**
 * A reader that went away (`| head`) is no fault; work goes on when only the progress is not read. A disk that
 * is full is told of like any other error, in the form of `errorText` and `errorJson`, which are not loaded yet.
 */
function endWithReader(json: boolean): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    const message = `standard output cannot be written: ${error.message}`
    const hint = 'make room on the disk, or write it elsewhere, then run the same command again'
    process.stderr.write(
      json
        ? `${JSON.stringify({ error: { kind: 'store', message, hint, exit: 74 } })}\n`
        : `error: ${message}\nnext: ${hint}\n`,
    )
    process.exit(74)
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
