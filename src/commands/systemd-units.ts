import { keysOf } from '../domain/keys-of.ts'
import { lineDiff } from '../domain/line-diff.ts'
import { AppError } from '../kernel/errors.ts'
import type { World } from '../kernel/world.ts'
import { SECRETS, type SecretName } from '../settings/secrets.ts'
import type { CommandHost } from '../surfaces/cli/host.ts'
import { credentialFile, MARK, type Credential } from '../surfaces/timers/unit-file.ts'
import { unitFiles } from '../surfaces/timers/units.ts'

/** Encrypted credentials (systemd-creds(1)), and those in plain text. */
const ENCRYPTED = '/etc/credstore.encrypted'
const PLAIN = '/etc/credstore'
/** Where units of an administrator are (systemd.unit(5)). */
export const UNITS = '/etc/systemd/system'

/** A file of the installation: what is there, and what is wanted there. */
export interface PlannedFile {
  readonly path: string
  readonly change: 'new' | 'changed' | 'removed' | 'same'
  /** Null where nothing shall be there. */
  readonly text: string | null
  /** Lines that go and come, each after its sign. */
  readonly diff: readonly string[]
}

/** A secret, and what units are given of it. */
export interface PlannedCredential {
  readonly secret: SecretName
  readonly meaning: string
  readonly name: string
  /** Null where there is none. */
  readonly kind: Credential['kind'] | null
  /** Where it is, or would be. */
  readonly path: string
}

/** The files of systemd as this program wants them, against those that are there. */
export function plannedFiles(
  { world, jobs }: Pick<CommandHost['options'], 'world' | 'jobs'>,
  credentials: readonly PlannedCredential[],
): PlannedFile[] {
  const { execPath: node, scriptPath: program } = world.host
  for (const path of [node, program]) refuseUnreachable(path)
  const given = credentials.map(({ name, kind }) => ({ name, kind: kind ?? 'encrypted' }))
  const wanted = unitFiles(jobs.schedule, { node, program, credentials: given }).map(({ path, text }) =>
    planned(world, installedAt(path), text),
  )
  const paths = new Set(wanted.map(({ path }) => path))
  const stale = ownFiles(world).filter(path => !paths.has(path))
  return [...wanted, ...stale.map(path => planned(world, path, null))]
}

/** The files that `systemd install` wrote, whatever the schedule was then, and what of them it had begun when it died. */
export function ownFiles({ files }: Pick<World, 'files'>): string[] {
  const below = [UNITS, '/etc/sysusers.d', '/etc/tmpfiles.d'].flatMap(folder =>
    files.list(folder).map(name => `${folder}/${name}`),
  )
  const isOurs = (path: string): boolean => files.readText(path)?.startsWith(MARK) === true
  return below.filter(path => BEGUN.test(path) || (WHOLE.test(path) && isOurs(path)))
}

const WHOLE = /\/echopilot[^/]*\.(?:service|timer|socket|target|conf)$/
const BEGUN = /\/echopilot[^/]*\.(?:service|timer|socket|target|conf)\.[0-9a-f]{12}\.tmp$/

/** Every secret of the settings, and where the units find it. */
export function plannedCredentials({ files }: Pick<World, 'files'>): PlannedCredential[] {
  return keysOf(SECRETS).map(secret => {
    const name = secret.toLowerCase()
    const [encrypted, plain] = [`${ENCRYPTED}/${credentialFile(name)}`, `${PLAIN}/${credentialFile(name)}`]
    const kind = files.exists(encrypted) ? 'encrypted' : files.exists(plain) ? 'plain' : null
    const path = kind === 'plain' ? plain : encrypted
    return { secret, meaning: SECRETS[secret].meaning, name, kind, path }
  })
}

/** A unit by its name alone. */
export function unitName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * What is run with root's rights changes the machine.
 * @throws AppError `denied` for other users, `config` where systemd does not run
 */
export function requireSystemd({ host, files }: Pick<World, 'host' | 'files'>, words: string): void {
  if (!files.exists('/run/systemd/system')) {
    throw new AppError(
      'config',
      'systemd does not run this machine',
      'use cron: the crontab is in the README, under Schedule',
    )
  }
  if (host.user !== 'root') {
    throw new AppError('denied', `only root may do that, not ${host.user}`, `sudo echopilot ${words}`)
  }
}

/** Runs a program of the system. @throws AppError `provider` with what it said, where it failed */
export async function callSystem(
  { programs }: Pick<World, 'programs'>,
  command: readonly [string, ...string[]],
  input = '',
): Promise<string> {
  const ended = await programs.run(command, { env: SYSTEM_ENVIRONMENT, timeoutMs: LONGEST_MS, input })
  if (ended.kind === 'ended' && ended.exit === 0) return ended.out
  const why = ended.kind === 'failed' ? ended.why : ended.err.trim() || `exit ${ended.exit}`
  throw new AppError('provider', `${command.join(' ')}: ${why}`, 'mend that, then run the same command again')
}

/** The same, where its failure is an answer: null. */
export async function askSystem(
  { programs }: Pick<World, 'programs'>,
  command: readonly [string, ...string[]],
): Promise<string | null> {
  const ended = await programs.run(command, { env: SYSTEM_ENVIRONMENT, timeoutMs: LONGEST_MS })
  return ended.kind === 'ended' && ended.exit === 0 ? ended.out : null
}

const SYSTEM_ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const
/** A job that is stopped first finishes what is in hand. */
const LONGEST_MS = 180_000

function installedAt(path: string): string {
  return path.startsWith('system/') ? `/etc/systemd/${path}` : `/etc/${path}`
}

function planned({ files }: Pick<World, 'files'>, path: string, text: string | null): PlannedFile {
  const found = files.readText(path)
  const change = text === null ? 'removed' : found === null ? 'new' : found === text ? 'same' : 'changed'
  const diff = lineDiff(found ?? '', text ?? '').map(({ sign, line }) => `${sign}${line}`)
  return { path, change, text, diff }
}

/** Folders that the sandbox of the units hides, or that are emptied. */
const HIDDEN = /^\/(?:home|root|run|tmp|var\/tmp|dev|proc)\//

function refuseUnreachable(path: string): void {
  const why = HIDDEN.test(path)
    ? 'units see no home folders and no temporary ones'
    : /^\/[\w@+=:,./-]+$/.test(path)
      ? null
      : 'in units a path has no blanks and no special characters'
  if (why === null) return
  throw new AppError(
    'config',
    `units cannot start ${path === '' ? 'this program, whose path is not known' : path}: ${why}`,
    'install EchoPilot for all users, as root: npm install -g, with a Node of the system',
  )
}
