/** Jobs run only a program that is known to be as it was committed; nothing else looks at the tree. */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument } from '../support/document.ts'
import { startChild, type Ended } from '../support/child.ts'
import { ROOT } from '../support/root.ts'
import { temporaryFolder } from '../support/temporary.ts'

/** A checkout of the program of its own, all committed. */
interface Checkout {
  readonly folder: string
  readonly git: (...words: string[]) => string
  /** Types these words where git leaves a mark whenever it is started. */
  readonly type: (words: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ended>
  readonly write: (path: string, text: string) => void
  /** Whether git was started since this was asked before. */
  readonly wasAsked: () => boolean
}

function checkout(): Checkout {
  const home = temporaryFolder()
  const folder = join(home, 'program')
  for (const name of ['src', 'bin', 'package.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ana', '-c', 'user.email=ana@example.org', '-C', folder, ...words], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: home },
    })
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('.gitignore', 'node_modules\n*.log\n')
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'All')
  const mark = join(home, 'git-was-started')
  const bin = join(home, 'bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'git'),
    `#!/bin/sh\n: > '${mark}'\nPATH='${process.env['PATH'] ?? ''}' exec git "$@"\n`,
  )
  chmodSync(join(bin, 'git'), 0o755)
  return {
    folder,
    git,
    write,
    type: (words, env = {}) =>
      startChild([process.execPath, join(folder, 'bin/echopilot'), ...words], {
        env: {
          PATH: `${bin}:/bin`,
          HOME: home,
          ECHOPILOT_STATE_DIR: join(home, 'state'),
          OPENAI_API_KEY: 'sk-canary',
          ...env,
        },
      }).ended,
    wasAsked: () => {
      const was = existsSync(mark)
      rmSync(mark, { force: true })
      return was
    },
  }
}

const JOB = ['--job', 'poll', '--json']

test('a checkout runs jobs as it was committed; git is started for them alone', async () => {
  const { type, git, wasAsked, write } = checkout()
  expect(await type(JOB)).toMatchObject({ code: 0, stderr: '' })
  expect(wasAsked()).toBe(true)
  for (const words of [['status'], ['poll', '--drain'], ['jobs', 'list'], ['--version'], ['--job', 'pol']]) {
    await type(words)
    expect(wasAsked(), words.join(' ')).toBe(false)
  }
  expect((await type(['--version'])).stdout).toContain(git('rev-parse', 'HEAD').slice(0, 12))
  write('systemd/mine.timer', '')
  const refused = await type(JOB)
  expect([refused.code, refused.stdout]).toEqual([65, ''])
  expect(parseDocument(refused.stderr)['error']).toEqual({
    kind: 'refused',
    exit: 65,
    message:
      'jobs run only a program that is known to be as it was committed: 1 file of the program is changed and not committed: systemd/mine.timer',
    hint: 'commit or undo that, or set allow_dirty = true at the top of the configuration',
  })
  wasAsked()
  expect((await type(JOB, { ECHOPILOT_ALLOW_DIRTY: 'true' })).code).toBe(0)
  expect(wasAsked()).toBe(false)
})
