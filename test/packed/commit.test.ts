/** A package says which commit it is of, and whether it is just that. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packedCommit } from '../../.build/packed-commit.ts'
import { temporaryFolder } from '../support/temporary.ts'

function checkout() {
  const folder = temporaryFolder()
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=a@example.org', '-C', folder, ...words], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder },
    }).trim()
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'src/a.ts'), 'a')
  writeFileSync(join(folder, 'package.json'), '{}')
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'All')
  return { folder, commit: git('rev-parse', 'HEAD').slice(0, 12) }
}

test.each<[string, string | null, string]>([
  ['as it was committed', null, ''],
  ['with what no package holds', 'notes.txt', ''],
  ['with a changed file of the program', 'src/a.ts', '-dirty'],
  ['with a new one', 'src/b.ts', '-dirty'],
  ['with another list of dependencies', 'package.json', '-dirty'],
])('a package of a checkout %s', async (_, changed, mark) => {
  const { folder, commit } = checkout()
  if (changed !== null) writeFileSync(join(folder, changed), 'x')
  expect(await packedCommit(folder)).toBe(`${commit}${mark}`)
})

test('a package of a copy without its .git is of no known commit', async () => {
  expect(await packedCommit(temporaryFolder())).toBe('unknown')
})
