/** A machine with systemd whose folders are below a temporary one, and whose programs are pretended. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { realFiles } from '../../../src/kernel/real-world.ts'
import type { Files, ProgramEnd, World } from '../../../src/kernel/world.ts'
import { realWorld } from '../../support/real-world.ts'
import { temporaryFolder } from '../../support/temporary.ts'

/** What it was told, and what it says. */
export interface FakeSystem {
  /** Where its `/` is. */
  readonly root: string
  readonly world: World
  /** Every command with its arguments. */
  readonly called: string[]
  /** What came in by pipes, by the first word of the command. */
  readonly piped: Map<string, string>
  /** Answers by the beginning of a command; what is not told ends well and says nothing. */
  readonly answers: Map<string, string | null>
}

/** A machine of root with systemd and nothing installed. */
export function fakeSystem(host: Partial<World['host']> = {}): FakeSystem {
  const root = temporaryFolder()
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true })
  const called: string[] = []
  const piped = new Map<string, string>()
  const answers = new Map<string, string | null>()
  const real = realWorld({ env: {}, cwd: root, homeDir: root })
  const files = rooted(realFiles(), root)
  const run: World['programs']['run'] = async ([name, ...args], { input }) => {
    const command = [name, ...args].join(' ')
    called.push(command)
    if (input !== undefined && input !== '') piped.set(name, input)
    if (command.startsWith('systemd-creds encrypt')) files.writeText(args.at(-1) ?? '', 'sealed', 0o644)
    return answerTo(command, answers)
  }
  const attach: World['programs']['attach'] = async command => {
    called.push(command.join(' '))
    return 3
  }
  const facts = { user: 'root', execPath: '/usr/bin/node', scriptPath: '/usr/local/bin/echopilot', ...host }
  const world = { ...real, files, programs: { run, attach }, host: { ...real.host, ...facts } }
  return { root, called, piped, answers, world }
}

function answerTo(command: string, answers: FakeSystem['answers']): ProgramEnd {
  const [, out = ''] = [...answers].find(([begin]) => command.startsWith(begin)) ?? []
  return out === null
    ? { kind: 'ended', exit: 1, out: '', err: 'it does not want to' }
    : { kind: 'ended', exit: 0, out, err: '' }
}

/** Files whose `/` is a folder; what is below it already stays there. */
function rooted(files: Files, root: string): Files {
  const at = (path: string): string => (path.startsWith(root) ? path : join(root, path))
  return {
    ...files,
    readText: path => files.readText(at(path)),
    mode: path => files.mode(at(path)),
    writeText: (path, text, mode) => files.writeText(at(path), text, mode),
    makeDir: (path, mode) => files.makeDir(at(path), mode),
    tighten: path => files.tighten(at(path)),
    list: path => files.list(at(path)),
    exists: path => files.exists(at(path)),
    remove: path => files.remove(at(path)),
  }
}
