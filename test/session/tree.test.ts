/** What counts as known code: a commit, and nothing changed since. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { asAppError } from '../../src/kernel/errors.ts'
import { refuseUnknownCode } from '../../src/session/tree.ts'
import { realWorld } from '../support/real-world.ts'
import { temporaryFolder } from '../support/temporary.ts'

const COMMIT = 'c0ffee000000'
const PATH = process.env['PATH'] ?? ''

/** A checkout with a file in each folder, all committed. */
function checkout() {
  const folder = temporaryFolder()
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=a@example.org', '-C', folder, ...words], {
      encoding: 'utf8',
      env: { PATH, HOME: folder },
    })
  const write = (path: string, text = path): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const path of ['src/a.ts', 'src/b.ts', 'bin/echopilot', 'test/a.ts']) write(path)
  write('.gitignore', '*.log\n')
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'All')
  return { folder, git, write }
}

/** Why code of this commit in this folder is refused; null where it is not. */
async function refusal(
  checkoutFolder: string | null,
  {
    commit = COMMIT,
    env = { PATH },
  }: { readonly commit?: string; readonly env?: Record<string, string> } = {},
): Promise<string | null> {
  const world = realWorld({ env, cwd: '/', homeDir: '/' })
  const facts = { version: '0', commit, branch: null, checkout: checkoutFolder }
  const thrown: unknown = await refuseUnknownCode(facts, world).then(
    () => null,
    (error: unknown) => error,
  )
  if (thrown === null) return null
  const { kind, message, hint } = asAppError(thrown)
  const wayOut = ', or set allow_dirty = true at the top of the configuration'
  const told = message.replace('jobs run only a program that is known to be as it was committed: ', '')
  return kind === 'refused' && hint.endsWith(wayOut) ? told : `${kind}: ${message}, ${hint}`
}

const one = (path: string): string => `1 file of the program is changed and not committed: ${path}`

test.each<[string, (place: ReturnType<typeof checkout>) => void, string | null]>([
  ['nothing changed', () => {}, null],
  ['a change that is not staged', ({ write }) => write('src/a.ts', 'x'), one('src/a.ts')],
  [
    'a change that is staged',
    ({ write, git }) => {
      write('src/a.ts', 'x')
      git('add', '.')
    },
    one('src/a.ts'),
  ],
  [
    'staged, then undone in the folder',
    ({ write, git }) => {
      write('bin/echopilot', 'x')
      git('add', '.')
      write('bin/echopilot')
    },
    one('bin/echopilot'),
  ],
  ['a new file', ({ write }) => write('src/new dir/c.ts'), one('src/new dir/c.ts')],
  [
    'a unit in a folder that was not there',
    ({ write }) => write('systemd/mine.timer'),
    one('systemd/mine.timer'),
  ],
  ['a file that is gone', ({ folder }) => rmSync(join(folder, 'src/b.ts')), one('src/b.ts')],
  ['a file that was renamed', ({ git }) => void git('mv', 'src/b.ts', 'src/z.ts'), one('src/z.ts')],
  [
    'many',
    ({ write }) => ['c', 'd', 'e', 'f'].forEach(name => write(`src/${name}.ts`)),
    '4 files of the program are changed and not committed: src/c.ts, src/d.ts, src/e.ts and 1 more',
  ],
  ['what is ignored', ({ write }) => write('src/trace.log'), null],
  ['what runs nothing', ({ write }) => write('test/a.ts', 'x'), null],
])('%s', async (_name, change, told) => {
  const place = checkout()
  change(place)
  expect(await refusal(place.folder)).toBe(told)
})

test('a commit that nobody knows, and a package', async () => {
  const unknown = 'it is not known which commit of the program this is'
  expect(await refusal(checkout().folder, { commit: 'unknown' })).toBe(unknown)
  expect(await refusal(null, { commit: 'unknown' })).toBe(unknown)
  expect(await refusal(null)).toBeNull()
  expect(await refusal(null, { commit: `${COMMIT}-dirty` })).toBe(
    'it was packed with changes that were not committed',
  )
})

test('where git does not tell, nothing is known', async () => {
  const { folder } = checkout()
  expect(await refusal(folder, { env: { PATH: folder } })).toBe(
    'it is not known whether the program was changed: there is no program git on the PATH',
  )
  expect(await refusal(temporaryFolder())).toMatch(
    /^it is not known whether the program was changed: git says: fatal: not a git repository/,
  )
})

test('what would have git look elsewhere is not handed on', async () => {
  const { folder, write } = checkout()
  write('src/new.ts')
  const other = checkout().folder
  expect(await refusal(folder, { env: { PATH, GIT_DIR: join(other, '.git'), GIT_WORK_TREE: other } })).toBe(
    one('src/new.ts'),
  )
})

test('a git that hangs is not waited for without an end', async () => {
  const { clock: _, ...world } = realWorld({ env: { PATH }, cwd: '/', homeDir: '/' })
  const ended = await world.programs.run(['sleep', '600'], { env: { PATH }, timeoutMs: 50 })
  expect(ended).toEqual({ kind: 'failed', why: 'sleep did not end in time' })
})
