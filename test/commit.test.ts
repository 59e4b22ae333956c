/** What `.git` says of a checkout, read without git. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readBranch, readCommit } from '../src/commit.ts'
import { realFiles } from '../src/kernel/real-world.ts'
import { temporaryFolder } from './support/temporary.ts'

const HASH = '0123456789abcdef0123456789abcdef01234567'

function checkout(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

test.each<[string, Record<string, string>, string, string | null]>([
  [
    'a branch',
    { '.git/HEAD': 'ref: refs/heads/fix/one\n', '.git/refs/heads/fix/one': `${HASH}\n` },
    HASH.slice(0, 12),
    'fix/one',
  ],
  [
    'a packed one',
    { '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# x\n${HASH} refs/heads/main\n` },
    HASH.slice(0, 12),
    'main',
  ],
  ['no branch', { '.git/HEAD': `${HASH}\n` }, HASH.slice(0, 12), null],
  [
    'another worktree',
    {
      '.git': 'gitdir: tree/.git/worktrees/w\n',
      'tree/.git/worktrees/w/HEAD': 'ref: refs/heads/w\n',
      'tree/.git/worktrees/w/commondir': '../..\n',
      'tree/.git/refs/heads/w': HASH,
    },
    HASH.slice(0, 12),
    'w',
  ],
  ['nothing', {}, 'unknown', null],
])('%s', (_, files, commit, branch) => {
  const folder = checkout(files)
  const { '.git': pointer } = files
  if (pointer !== undefined)
    writeFileSync(join(folder, '.git'), pointer.replace('tree', join(folder, 'tree')))
  expect([readCommit(folder, realFiles()), readBranch(folder, realFiles())]).toEqual([commit, branch])
})
