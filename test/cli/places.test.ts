/** Where it is run from, and by whom: folders, links, time zones, homes. */
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startedSandbox } from '../e2e/support/sandbox.ts'
import { parseDocument, partOf } from '../support/document.ts'
import { ROOT } from '../support/root.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { BIN, errorOf, newHome, run, spawn } from './support/run.ts'

test('from a folder that cannot be written to, a subfolder of the checkout, and by a link to it', async () => {
  const home = newHome()
  const readOnly = join(home.dir, 'read-only')
  mkdirSync(readOnly)
  chmodSync(readOnly, 0o555)
  symlinkSync(BIN, join(home.dir, 'link'))
  symlinkSync(ROOT, join(home.dir, 'checkout'))
  const expected = await home.spawn('--version')
  for (const cwd of [readOnly, '/proc', join(ROOT, 'src/domain')]) {
    expect(await spawn(['--version'], { env: home.env, cwd })).toEqual(expected)
    expect(await spawn(['task', 'list'], { env: home.env, cwd })).toMatchObject({ code: 0, stderr: '' })
  }
  for (const program of [[join(home.dir, 'link')], [join(home.dir, 'checkout/bin/echopilot')], [BIN]]) {
    expect(await spawn(['--version'], { env: home.env, program })).toEqual(expected)
  }
})

test('paths on the command line and in the environment are relative to where one is', async () => {
  const dir = temporaryFolder()
  writeFileSync(join(dir, 'c.toml'), '[qa]\nthreshold = 91\n')
  const env = { HOME: dir, ECHOPILOT_STATE_DIR: 'from-env', ECHOPILOT_CONFIG: './c.toml' }
  expect((await run(['task', 'list'], { env, cwd: dir })).code).toBe(0)
  expect(existsSync(join(dir, 'from-env/echopilot.db'))).toBe(true)
  expect((await run(['task', 'list', '--state-dir', 'from-flag'], { env, cwd: dir })).code).toBe(0)
  expect(existsSync(join(dir, 'from-flag/echopilot.db'))).toBe(true)
  expect((await run(['config', 'show'], { env, cwd: dir })).stdout).toMatch(/^qa\.threshold +91$/m)
})

test('state goes to systemd’s folder, else below XDG_STATE_HOME, else below HOME', async () => {
  const dir = temporaryFolder()
  const state = async (env: Readonly<Record<string, string>>, where: string): Promise<void> => {
    expect((await run(['task', 'list'], { env: { HOME: join(dir, 'home'), ...env }, cwd: dir })).code).toBe(0)
    expect(existsSync(join(dir, where, 'echopilot.db'))).toBe(true)
  }
  await state({ STATE_DIRECTORY: `${dir}/one:${dir}/two` }, 'one')
  await state({ XDG_STATE_HOME: join(dir, 'xdg') }, 'xdg/echopilot')
  // A home that is not there yet is made; a relative XDG folder is not one (basedir specification).
  await state({ XDG_STATE_HOME: 'relative' }, 'home/.local/state/echopilot')
  expect(existsSync(join(dir, 'relative'))).toBe(false)
})

test('a time zone changes nothing that is printed: all times are UTC', async () => {
  const home = newHome()
  const id = String((await home.json('task', 'add', 'Say hello.'))['taskId'])
  const utc = await spawn(['explain', id], { env: { ...home.env, TZ: 'UTC' } })
  const odd = await spawn(['explain', id], {
    env: { ...home.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' },
  })
  expect(utc.stdout).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
  expect(odd).toEqual(utc)
  const { atMs } = parseDocument(
    (await spawn(['status', '--json'], { env: { ...home.env, TZ: ':nonsense' } })).stdout,
  )
  expect(Math.abs(Number(atMs) - Date.now())).toBeLessThan(60_000)
})

test('an environment without a home, a path or anything else', async () => {
  const dir = temporaryFolder()
  const env = { PATH: '', HOME: '' }
  expect(await spawn(['--version'], { env, cwd: dir })).toMatchObject({ code: 0, stderr: '' })
  const ran = await spawn(['task', 'list', '--state-dir', dir], { env, cwd: dir })
  expect(ran).toMatchObject({ code: 0, stderr: '' })
})

test('the state folder and its store are private', async () => {
  const home = newHome()
  await home.json('task', 'add', 'Say hello.')
  const ran = await spawn([], { env: home.env, program: ['/usr/bin/stat', '-c', '%a', home.stateDir] })
  expect(ran.stdout).toBe('700\n')
})

test('a folder that cannot be made is a matter of the disk: 74', async () => {
  const home = newHome()
  writeFileSync(join(home.dir, 'file'), '')
  for (const [words, fault] of [
    [['demo', '--dir', 'file/x'], 'ENOTDIR'],
    [['demo', '--dir', '/proc/x'], 'ENOENT'],
    [['sandbox', '--port', '0', '--dir', 'file/x'], 'ENOTDIR'],
    [['config', 'init', '--config', '/proc/x/y'], 'ENOENT'],
  ] as const) {
    const ran = await home.run(...words, '--json')
    expect(ran.code, words.join(' ')).toBe(74)
    const { message } = partOf(parseDocument(ran.stderr), 'error')
    expect(message).toMatch(new RegExp(`^a file or folder cannot be used: ${fault}`))
  }
  const noDisk = await home.run('--state-dir', '/proc', 'status', '--json')
  expect(noDisk.code).toBe(74)
  expect(errorOf(noDisk)['message']).toMatch(/cannot be opened or read/)
})

test('a sandbox that runs already is named, with its environment', async () => {
  const sandbox = await startedSandbox()
  const dir = join(sandbox.dir, 'sandbox')
  const again = await spawn(['sandbox', '--port', '0', '--dir', dir, '--json'], { env: sandbox.env })
  expect(again.code).toBe(75)
  expect(errorOf(again)['hint']).toBe(`use it: source ${dir}/env.sh; or stop it, or name another --dir`)
})

test('a demo does not start anew what a sandbox runs on', async () => {
  const sandbox = await startedSandbox()
  const dir = join(sandbox.dir, 'sandbox')
  writeFileSync(join(dir, '.echopilot-demo'), '')
  const before = readdirSync(join(dir, 'services'))
  const ran = await spawn(['demo', '--fast', '--dir', dir, '--json'], { env: sandbox.env })
  expect(ran.code).toBe(75)
  expect(errorOf(ran)).toMatchObject({
    message: `a sandbox runs on ${dir}`,
    hint: `echopilot sandbox stop --dir ${dir}, then run the same command again`,
  })
  expect(readdirSync(join(dir, 'services'))).toEqual(before)
})
