import { AppError } from '../kernel/errors.ts'
import { countText } from '../kernel/text.ts'
import type { ProgramEnd, World } from '../kernel/world.ts'

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
const CODE = ['src', 'bin', 'systemd']
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
  if (!/^[0-9a-f]{7,}$/.test(commit)) {
    throw refused(
      'it is not known which commit of the program this is',
      checkout === null ? 'install a package that was made from a commit' : 'run it from a git checkout',
    )
  }
  if (checkout === null) return
  const ended = await world.programs.run(statusOf(checkout), {
    env: gitEnvironment(world.host.env),
    timeoutMs: GIT_TIMEOUT_MS,
  })
  const changed = changedFiles(ended)
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
function statusOf(checkout: string): readonly [string, ...string[]] {
  const settings = ['-c', `safe.directory=${checkout.replace(/\/$/, '')}`, '-c', 'core.fsmonitor=false']
  const status = ['status', '--porcelain', '--untracked-files=all', '-z', '--', ...CODE]
  return ['git', '--no-optional-locks', ...settings, '-C', checkout, ...status]
}

/** Without what would have git look at another repository, such as GIT_DIR in a hook. */
function gitEnvironment(env: World['host']['env']): Record<string, string> {
  const { PATH, HOME } = env
  return { ...(PATH === undefined ? {} : { PATH }), ...(HOME === undefined ? {} : { HOME }), LC_ALL: 'C' }
}

/** @throws AppError `refused` where git does not tell */
function changedFiles(ended: ProgramEnd): string[] {
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
