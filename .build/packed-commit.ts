import { readCommit } from '../src/commit.ts'
import { realFiles, realPrograms } from '../src/kernel/real-world.ts'
import { changedFiles, CODE } from '../src/session/tree.ts'

/** What a package is made of beside the code. */
const RECIPE = ['.build', 'package.json', 'package-lock.json']

/**
 * The commit that a package of this checkout is of. One that holds what was not committed says so, `c0ffee000000-dirty`:
 * jobs refuse it as they refuse a changed checkout.
 * @throws AppError `refused` where git does not tell whether something was changed
 */
export async function packedCommit(checkout: string): Promise<string> {
  const commit = readCommit(checkout, realFiles())
  if (commit === 'unknown') return commit
  const changed = await changedFiles(checkout, [...CODE, ...RECIPE], {
    programs: realPrograms(),
    env: process.env,
  })
  return changed.length === 0 ? commit : `${commit}-dirty`
}
