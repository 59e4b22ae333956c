import { join } from 'node:path'
import type { Files } from './kernel/world.ts'

/** Written where no commit can be told, such as in a copy without its `.git`. */
const UNKNOWN_COMMIT = 'unknown'

/**
 * The commit of the program's own checkout, read from `.git` without starting git: 12 hex digits, or
 * `unknown`. Follows worktrees, symbolic references and packed ones.
 */
export function readCommit(programDir: string, files: Pick<Files, 'readText'>): string {
  const { read, gitDir, head } = headIn(programDir, files)
  const common = read(join(gitDir, 'commondir'))
  const commonDir = common === null ? gitDir : join(gitDir, common)
  const ref = refOf(head)
  const hash =
    ref === null ? head : (read(join(commonDir, ref)) ?? packed(read(join(commonDir, 'packed-refs')), ref))
  return /^[0-9a-f]{40,64}$/.test(hash) ? hash.slice(0, 12) : UNKNOWN_COMMIT
}

/** The branch that is checked out there, read in the same way; null where that is none, or not known. */
export function readBranch(programDir: string, files: Pick<Files, 'readText'>): string | null {
  const ref = refOf(headIn(programDir, files).head)
  return ref?.startsWith('refs/heads/') === true ? ref.slice('refs/heads/'.length) : null
}

function refOf(head: string): string | null {
  return /^ref: (.+)$/.exec(head)?.[1] ?? null
}

/** What `.git` says is checked out, and how its files are read. */
function headIn(programDir: string, files: Pick<Files, 'readText'>) {
  const read = (path: string): string | null => {
    try {
      return files.readText(path)?.trim() ?? null
    } catch {
      // `.git` may be a folder where a file is tried, or unreadable: then the commit is not known.
      return null
    }
  }
  const pointer = /^gitdir: (.+)$/.exec(read(join(programDir, '.git')) ?? '')?.[1]
  const gitDir = pointer ?? join(programDir, '.git')
  return { read, gitDir, head: read(join(gitDir, 'HEAD')) ?? '' }
}

function packed(text: string | null, ref: string): string {
  const line = text?.split('\n').find(candidate => candidate.endsWith(` ${ref}`))
  return line?.split(' ')[0] ?? ''
}
