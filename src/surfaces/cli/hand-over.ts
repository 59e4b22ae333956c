import { AppError } from '../../kernel/errors.ts'
import type { World } from '../../kernel/world.ts'
import type { CliLists } from './entries.ts'
import { GLOBAL_FLAGS } from './global-flags.ts'
import { isJobCall } from './job.ts'

/** Written by `systemd install`; it is there whatever the schedule is. */
const INSTALLED_UNIT = '/etc/systemd/system/echopilot-alert@.service'

/** What a typed command has in common with the units: whose it is, its folders, its credentials. */
const SHARED =
  /^(?:User|Group|UMask|StateDirectory|StateDirectoryMode|CacheDirectory|CacheDirectoryMode|LoadCredential|LoadCredentialEncrypted|NoNewPrivileges)=.+$/gm

/** How the terminal is to be written to, and which configuration was asked for. */
const TOLD = [
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'FORCE_COLOR',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'ECHOPILOT_CONFIG',
]

/** A command that does the same as the account of the units, and the unit that it runs in. */
export interface HandedOver {
  readonly command: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  readonly unit: string
}

/**
 * What root types where the units are installed is done as they do it (SPEC §6): on their store, with their
 * credentials, and without files that they could not write afterwards. Null where that does not hold: for other users,
 * for another state folder, and for what sets up the machine.
 */
export function handedOver(
  words: readonly string[],
  world: Pick<World, 'host' | 'files' | 'random'>,
  lists: CliLists,
): HandedOver | null {
  const { host, files } = world
  // What was handed over already says who typed it.
  const isDone = host.env['ECHOPILOT_TYPED_BY'] !== undefined
  const isElsewhere =
    Boolean(host.env['ECHOPILOT_STATE_DIR']) || words.some(word => /^--state-dir(?:=|$)/.test(word))
  if (host.user !== 'root' || isDone || isElsewhere || !worksOnStore(words, lists)) return null
  const unitText = files.exists('/run/systemd/system') ? files.readText(INSTALLED_UNIT) : null
  if (unitText === null) return null
  const properties = [...unitText.matchAll(SHARED)].map(([line]) => line)
  const unit = `echopilot-typed-${Buffer.from(world.random.bytes(6)).toString('hex')}.service`
  const told = Object.fromEntries(
    TOLD.flatMap(name => (host.env[name] === undefined ? [] : [[name, host.env[name]]])),
  )
  const env = { ...told, ECHOPILOT_TYPED_BY: host.env['SUDO_USER'] || host.user }
  const command = [
    'systemd-run',
    '--quiet',
    '--collect',
    '--service-type=exec',
    // It ends as the command does; a terminal where all three streams are one, else pipes.
    '--wait',
    '--pty',
    '--pipe',
    `--unit=${unit}`,
    // The account may not be let into root's folders.
    ...[...properties, `WorkingDirectory=-${host.cwd}`].map(property => `--property=${property}`),
    ...Object.keys(env).map(name => `--setenv=${name}`),
    '--',
    host.execPath,
    host.scriptPath,
    // To systemd a dollar begins a variable, as in ExecStart= (systemd.service(5)).
    ...words.map(word => word.replaceAll('$', '$$$$')),
  ] as const
  return { command, env: { ...env, PATH: host.env['PATH'] ?? '' }, unit }
}

/** Exit codes from here on are of systemd, which did not get as far as our program (systemd.exec(5)). */
const FIRST_OF_SYSTEMD = 200

/**
 * What an exit code of a handed over command means.
 * @throws AppError `config` where systemd could not start it, for which it has no words of its own
 */
export function endOf({ unit }: HandedOver, exit: number): number {
  if (exit < FIRST_OF_SYSTEMD) return exit
  throw new AppError(
    'config',
    `systemd could not start this as the units are started: ${WHY_NOT[exit] ?? `status ${exit}`}`,
    `journalctl -b -u ${unit}, then: echopilot systemd verify`,
  )
}

/** Those that an installation can lead to. */
const WHY_NOT: Readonly<Record<number, string>> = {
  203: 'Node or the program is not where it was (203/EXEC)',
  216: 'the group of the units is not there (216/GROUP)',
  217: 'the account of the units is not there (217/USER)',
  226: 'its folders cannot be set up (226/NAMESPACE)',
  238: 'the state folder cannot be made or used (238/STATE_DIRECTORY)',
  239: 'the cache folder cannot be made or used (239/CACHE_DIRECTORY)',
  243: 'a credential cannot be read or decrypted on this machine (243/CREDENTIALS)',
}

/** Commands that work on the store as operations do; the others set up the machine, or have a store of their own. */
const ON_STORE: ReadonlySet<string> = new Set(['bot', 'init', 'serve'])

function worksOnStore(words: readonly string[], lists: CliLists): boolean {
  if (words.some(word => word === '--help' || word === '-h')) return false
  if (isJobCall(words)) return true
  const [first = '', second = ''] = withoutFlags(words)
  const isOf = (list: object): boolean =>
    Object.hasOwn(list, first) || Object.hasOwn(list, `${first} ${second}`)
  return isOf(lists.operations) || (isOf(lists.commands) && ON_STORE.has(first))
}

/** The words of the command and what follows: flags may stand before them. */
function withoutFlags(words: readonly string[]): readonly string[] {
  const valued = new Set(GLOBAL_FLAGS.flatMap(({ flag, value }) => (value === null ? [] : [flag])))
  return words.filter((word, at) => !word.startsWith('-') && !valued.has(words[at - 1] ?? ''))
}
