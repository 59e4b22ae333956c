import { AppError } from '../kernel/errors.ts'
import { countText } from '../kernel/text.ts'
import type { World } from '../kernel/world.ts'

/** What is known of the program's own code. */
export interface ProgramFacts {
  readonly version: string
  readonly commit: string
  /** Null where that is none, or not known. */
  readonly branch: string | null
  /** The folder of its working tree; null where it was packed: then there is none. */
  readonly checkout: string | null
}

/** Where code and units stand; what else lies about in a checkout runs nothing. */
export const CODE = ['src', 'bin', 'systemd']
const GIT_TIMEOUT_MS = 30_000
/** Changed files that are named. */
const NAMED = 3

/**
 * What runs by the schedule is a program that can be named (SPEC §7): of a known commit, and with nothing changed
 * since, be it staged or not, or a new file. Only for that git is started.
 * @throws AppError `refused`
 */
export async function refuseUnknownCode(
  { commit, checkout }: ProgramFacts,
  world: Pick<World, 'programs' | 'host'>,
): Promise<void> {
  if (commit.endsWith('-dirty')) {
    throw refused(
      'it was packed with changes that were not committed',
      'install a package that was made of what was committed',
    )
  }
  if (!/^[0-9a-f]{7,}$/.test(commit)) {
    throw refused(
      'it is not known which commit of the program this is',
      checkout === null ? 'install a package that was made from a commit' : 'run it from a git checkout',
    )
  }
  if (checkout === null) return
  const changed = await changedFiles(checkout, CODE, { programs: world.programs, env: world.host.env })
  if (changed.length === 0) return
  const more = changed.length > NAMED ? ` and ${changed.length - NAMED} more` : ''
  throw refused(
    `${countText(changed.length, 'file')} of the program ${changed.length === 1 ? 'is' : 'are'} changed and not committed: ${changed.slice(0, NAMED).join(', ')}${more}`,
    'commit or undo that',
  )
}

/**
 * Neither locks the checkout nor asks the file system watcher that it may name; a checkout that belongs to another
 * user than the timers' is read as well: its code runs already.
 */
function statusOf(checkout: string, paths: readonly string[]): readonly [string, ...string[]] {
  const settings = ['-c', `safe.directory=${checkout.replace(/\/$/, '')}`, '-c', 'core.fsmonitor=false']
  const status = ['status', '--porcelain', '--untracked-files=all', '-z', '--', ...paths]
  return ['git', '--no-optional-locks', ...settings, '-C', checkout, ...status]
}

/** Without what would have git look at another repository, such as GIT_DIR in a hook. */
function gitEnvironment(env: World['host']['env']): Record<string, string> {
  const { PATH, HOME } = env
  return { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }), LC_ALL: 'C' }
}

/**
 * Which files below these paths of a checkout are not as they were committed, be it staged or not, or are new.
 * @throws AppError `refused` where git does not tell
 */
export async function changedFiles(
  checkout: string,
  paths: readonly string[],
  { programs, env }: { readonly programs: World['programs']; readonly env: World['host']['env'] },
): Promise<string[]> {
  const ended = await programs.run(statusOf(checkout, paths), {
    env: gitEnvironment(env),
    timeoutMs: GIT_TIMEOUT_MS,
  })
  if (ended.kind === 'ended' && ended.exit === 0) {
    return ended.out.split('\0').flatMap(entry => (/^.. /.test(entry) ? [entry.slice(3)] : []))
  }
  const why = ended.kind === 'failed' ? ended.why : `git says: ${ended.err.trim().split('\n')[0] ?? ''}`
  throw refused(
    `it is not known whether the program was changed: ${why}`,
    'mend that, or run a packed program',
  )
}

function refused(why: string, mend: string): AppError {
  return new AppError(
    'refused',
    `jobs run only a program that is known to be as it was committed: ${why}`,
    `${mend}, or set allow_dirty = true at the top of the configuration`,
  )
}
