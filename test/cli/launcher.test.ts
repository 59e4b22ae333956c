/** bin/echopilot itself: an older Node finds the one that `npm ci` brought, or says clearly that there is none. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PACKED } from '../support/child.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { ROOT } from '../support/root.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { BIN, newHome, spawn, start } from './support/run.ts'

const SYSTEM_NODE = '/usr/bin/node'
const NOTE = 'not proved: /usr/bin/node is not an older Node'

function isOlder(): boolean {
  if (!existsSync(SYSTEM_NODE)) return false
  const version = execFileSync(SYSTEM_NODE, ['--version'], { encoding: 'utf8' })
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
  return major < 22 || (major === 22 && minor < 14)
}

test('is written so that any Node can read it as far as its own message', () => {
  const text = readFileSync(BIN, 'utf8')
  expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true)
  const code = text.replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replaceAll(/'(?:[^'\\]|\\.)*'/g, "''")
  expect(code).not.toMatch(/=>|`|\b(?:let|const|class|async|await|yield)\b|\?\.|\?\?|\.\.\.|\*\*/)
  // `import(…)` is the one later word, and parses since Node 8.
  expect(code.match(/\bimport\b/g)).toHaveLength(1)
})

test('under an older Node it starts itself again on the one of npm ci', async ({ skip }) => {
  skip(!isOlder(), NOTE)
  const program = [SYSTEM_NODE, BIN]
  const home = newHome()
  const env = { ...home.env, PATH: '/usr/bin:/bin' }
  expect(await spawn(['--version'], { env, program })).toMatchObject({ code: 0, stderr: '' })
  expect((await spawn(['nosuch'], { env, program })).code).toBe(64)
  const added = await spawn(['task', 'add', '-', '--json'], { env, program, input: 'Say hello.' })
  expect(parseDocument(added.stdout)).toMatchObject({ title: 'Say hello.' })
  const proofs = listOf(parseDocument((await spawn(['doctor', '--json'], { env, program })).stdout), 'proofs')
  expect(proofs.find(({ subject }) => subject === 'node')).toMatchObject({ outcome: 'proved' })
})

test('a Node that does not read TypeScript runs no sources, but what is packed', async () => {
  const noTypes = [process.execPath, '--no-experimental-strip-types']
  const env = { ...newHome().env, PATH: '/usr/bin:/bin' }
  // On the Node of npm ci, as under an older one.
  expect(await spawn(['--version'], { env, program: [...noTypes, BIN] })).toMatchObject({
    code: 0,
    stderr: '',
  })
  const alone = temporaryFolder()
  cpSync(join(ROOT, 'bin'), join(alone, 'bin'), { recursive: true })
  const ran = await spawn(['--version'], { env, program: [...noTypes, join(alone, 'bin/echopilot')] })
  expect(ran).toMatchObject({ code: 78, stdout: '' })
  expect(ran.stderr).toMatch(/^error: EchoPilot needs Node 22\.18 or newer/)
  expect(await spawn(['--version'], { env, program: [...noTypes, PACKED] })).toMatchObject({
    code: 0,
    stderr: '',
  })
})

test('under an older Node hints name the launcher that was typed, not what it leads to', async ({ skip }) => {
  skip(!isOlder(), NOTE)
  const bin = temporaryFolder()
  const link = join(bin, 'echopilot')
  symlinkSync(BIN, link)
  const ran = await spawn(['nosuch'], {
    env: { ...newHome().env, PATH: `${bin}:/usr/bin:/bin` },
    program: [SYSTEM_NODE, link],
  })
  expect(ran.stderr).toContain('\nnext: echopilot help\n')
})

test('under an older Node signals reach the program, whose exit code comes back', async ({ skip }) => {
  skip(!isOlder(), NOTE)
  const home = newHome()
  const words = ['sandbox', '--port', '0', '--dir', join(home.dir, 'sandbox'), '--json']
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const sandbox = start(words, { env: { ...home.env, PATH: '/usr/bin:/bin' }, program: [SYSTEM_NODE, BIN] })
    const url = String(listOf(parseDocument(await sandbox.output(/\n\}\n$/)), 'services')[0]?.['url'])
    sandbox.child.kill(signal)
    expect(await sandbox.ended).toMatchObject({ code, signal: null })
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  }
})

test('under an older Node, without one of its own, it says what to do: 78', async ({ skip }) => {
  skip(!isOlder(), NOTE)
  const dir = temporaryFolder()
  cpSync(join(ROOT, 'bin'), join(dir, 'bin'), { recursive: true })
  const program = [SYSTEM_NODE, join(dir, 'bin/echopilot')]
  const ran = await spawn(['--version'], { env: { PATH: '/usr/bin:/bin' }, program })
  expect(ran).toMatchObject({ code: 78, stdout: '' })
  expect(ran.stderr).toMatch(
    /^error: EchoPilot needs Node 22\.18 or newer, this is \d+\.\d+\.\d+\nnext: run `npm ci` in /,
  )
  expect(ran.stderr).toContain(dir)
})

test('a Node of npm ci that is too old itself ends in the same message, not in a loop', async ({ skip }) => {
  skip(!isOlder(), NOTE)
  const dir = temporaryFolder()
  cpSync(join(ROOT, 'bin'), join(dir, 'bin'), { recursive: true })
  mkdirSync(join(dir, 'node_modules/.bin'), { recursive: true })
  writeFileSync(join(dir, 'node_modules/.bin/node'), `#!/bin/sh\nexec ${SYSTEM_NODE} "$@"\n`, { mode: 0o755 })
  const program = [SYSTEM_NODE, join(dir, 'bin/echopilot')]
  expect(await spawn(['--version'], { env: { PATH: '/usr/bin:/bin' }, program })).toMatchObject({ code: 78 })
})

test('finds the Node of a folder above, where it is installed as a dependency', async ({ skip }) => {
  skip(!isOlder(), NOTE)
  const dir = temporaryFolder()
  const inside = join(dir, 'node_modules/echopilot')
  cpSync(join(ROOT, 'bin'), join(inside, 'bin'), { recursive: true })
  mkdirSync(join(dir, 'node_modules/.bin'))
  writeFileSync(join(dir, 'node_modules/.bin/node'), '#!/bin/sh\nshift; echo "again: $*"\nkill -TERM $$\n', {
    mode: 0o755,
  })
  const ran = await spawn(['a b', '--json'], { program: [SYSTEM_NODE, join(inside, 'bin/echopilot')] })
  expect(ran).toMatchObject({ code: null, signal: 'SIGTERM', stdout: 'again: a b --json\n' })
})

test('finds the Node of its own package, where npm took away the link to it', async ({ skip }) => {
  skip(!isOlder(), NOTE)
  const dir = temporaryFolder()
  cpSync(join(ROOT, 'bin'), join(dir, 'bin'), { recursive: true })
  const bin = join(dir, `node_modules/node-linux-${process.arch}/bin`)
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'node'), '#!/bin/sh\nshift; echo "on it: $*"\n', { mode: 0o755 })
  const program = [SYSTEM_NODE, join(dir, 'bin/echopilot')]
  const ran = await spawn(['--version'], { env: { PATH: '/usr/bin:/bin' }, program })
  expect(ran).toMatchObject({ code: 0, stdout: 'on it: --version\n' })
})

test('typed in a folder that was removed it says so', async () => {
  const { env } = newHome()
  for (const bin of [BIN, PACKED]) {
    const folder = join(temporaryFolder(), 'gone')
    mkdirSync(folder)
    const program = ['/bin/sh', '-c', `rmdir "$0" && exec "$@"`, folder, process.execPath, bin]
    const ran = await spawn(['status'], { env, program, cwd: folder })
    expect(ran).toEqual(
      expect.objectContaining({
        code: 66,
        stdout: '',
        stderr: 'error: the folder that this was typed in was removed\nnext: cd\n',
      }),
    )
    mkdirSync(folder)
    const json = await spawn(['status', '--json'], { env, program, cwd: folder })
    expect(parseDocument(json.stderr)).toMatchObject({ error: { kind: 'missing', exit: 66 } })
  }
})
