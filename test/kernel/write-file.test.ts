/** Files that somebody named: what is no regular file is never replaced. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
  lchownSync,
  chownSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeFile } from '../../src/kernel/write-file.ts'
import { newHome, start } from '../cli/support/run.ts'
import { PACKED } from '../support/child.ts'
import { temporaryFolder } from '../support/temporary.ts'

const IS_ROOT = process.geteuid?.() === 0
const SOMEBODY = 65_534

test('a link is followed to its file, which is replaced; the link stays, and so does one to a file that is new', () => {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'there'))
  writeFileSync(join(dir, 'there/old.md'), 'old')
  symlinkSync('there/old.md', join(dir, 'link'))
  symlinkSync('link', join(dir, 'link-to-link'))
  symlinkSync('there/new.md', join(dir, 'dangling'))
  writeFile(join(dir, 'link-to-link'), 'through two', 0o600)
  writeFile(join(dir, 'dangling'), 'new', 0o600)
  expect(readFileSync(join(dir, 'there/old.md'), 'utf8')).toBe('through two')
  expect(readFileSync(join(dir, 'there/new.md'), 'utf8')).toBe('new')
  expect(readlinkSync(join(dir, 'link-to-link'))).toBe('link')
  expect(readlinkSync(join(dir, 'dangling'))).toBe('there/new.md')
  expect(readdirSync(join(dir, 'there')).toSorted()).toEqual(['new.md', 'old.md'])
})

test('links in a circle, folders and sockets are refused', async () => {
  const dir = temporaryFolder()
  symlinkSync('b', join(dir, 'a'))
  symlinkSync('a', join(dir, 'b'))
  expect(() => writeFile(join(dir, 'a'), 'x', 0o600)).toThrow(/leads in a circle/)
  expect(() => writeFile(dir, 'x', 0o600)).toThrow(/is a folder/)
  const server = createServer().listen(join(dir, 'socket'))
  await once(server, 'listening')
  expect(() => writeFile(join(dir, 'socket'), 'x', 0o600)).toThrow(/is a socket/)
  expect(lstatSync(join(dir, 'socket')).isSocket()).toBe(true)
  server.close()
})

test('a link that somebody else put into a shared folder is refused, as the kernel does', ({ skip }) => {
  skip(!IS_ROOT, 'not proved: only root can make links of somebody else')
  const dir = temporaryFolder()
  chmodSync(dir, 0o1777)
  writeFileSync(join(dir, 'mine'), 'mine')
  symlinkSync('mine', join(dir, 'planted'))
  lchownSync(join(dir, 'planted'), SOMEBODY, SOMEBODY)
  expect(() => writeFile(join(dir, 'planted'), 'x', 0o600)).toThrow(/somebody else put/)
  expect(readFileSync(join(dir, 'mine'), 'utf8')).toBe('mine')
  // In a folder that only its owner writes to nobody else can have planted it.
  chmodSync(dir, 0o755)
  writeFile(join(dir, 'planted'), 'x', 0o600)
  expect(readFileSync(join(dir, 'mine'), 'utf8')).toBe('x')
})

test('a file that is replaced has the mode that was asked for, also where new files get less', () => {
  const path = join(temporaryFolder(), 'shared')
  writeFileSync(path, 'old')
  writeFile(path, 'new', 0o666)
  expect(statSync(path).mode & 0o777).toBe(0o666)
})

test('a file that root replaces stays its owner’s', ({ skip }) => {
  skip(!IS_ROOT, 'not proved: only root can give files away')
  const path = join(temporaryFolder(), 'theirs')
  writeFileSync(path, 'old')
  chownSync(path, SOMEBODY, SOMEBODY)
  writeFile(path, 'new', 0o640)
  expect(statSync(path)).toMatchObject({ uid: SOMEBODY, gid: SOMEBODY, mode: 0o100_640 })
})

test('a pipe is written into, whole; one that nobody reads is an error, and does not wait', async () => {
  const dir = temporaryFolder()
  const pipe = join(dir, 'pipe')
  execFileSync('mkfifo', [pipe])
  expect(() => writeFile(pipe, 'x', 0o600)).toThrow(/ENXIO/)
  const long = 'more than a pipe holds. '.repeat(20_000)
  // Into a file: what it printed here would wait for this process, which waits for it.
  const reader = spawn('/bin/sh', ['-c', `cat ${pipe} > ${join(dir, 'read')}`])
  await expect
    .poll(() => {
      try {
        writeFile(pipe, long, 0o600)
        return 'written'
      } catch (error) {
        return String(error)
      }
    })
    .toBe('written')
  await once(reader, 'exit')
  expect(readFileSync(join(dir, 'read'), 'utf8')).toBe(long)
  expect(lstatSync(pipe).isFIFO()).toBe(true)
  expect(readdirSync(dir).toSorted()).toEqual(['pipe', 'read'])
})

test('results go to devices, pipes and links as they stand, and a full disk leaves the old file', async ({
  skip,
}) => {
  const home = newHome()
  await home.json('task', 'add', 'Say hello.')
  const figures = /^# HELP echopilot_/
  const before = lstatSync('/dev/null')
  expect(await home.run('metrics', '--textfile', '/dev/null')).toMatchObject({ code: 0, stderr: '' })
  expect(lstatSync('/dev/null')).toMatchObject({ rdev: before.rdev, mode: before.mode, ino: before.ino })
  const piped = await home.spawn('metrics', '--textfile', '/dev/stdout')
  expect(piped.stdout).toMatch(figures)
  expect(piped.stdout).toMatch(/\nwritten to \/dev\/stdout\n$/)
  // Its own standard output is a file: what is written last does not overwrite what was written first.
  const script = `"$@" metrics --textfile /dev/stdout > ${join(home.dir, 'out')}`
  const shell = ['/bin/sh', '-c', script, 'sh', process.execPath, PACKED]
  expect((await start([], { env: home.env, program: shell }).ended).code).toBe(0)
  const redirected = readFileSync(join(home.dir, 'out'), 'utf8')
  expect(redirected).toMatch(figures)
  expect(redirected).toMatch(/\nwritten to \/dev\/stdout\n$/)
  const target = join(home.dir, 'target.prom')
  writeFileSync(target, 'old', { mode: 0o600 })
  symlinkSync(target, join(home.dir, 'link.prom'))
  expect((await home.run('metrics', '--textfile', 'link.prom')).code).toBe(0)
  expect(readFileSync(target, 'utf8')).toMatch(figures)
  expect(statSync(target).mode & 0o777).toBe(0o600)
  expect(lstatSync(join(home.dir, 'link.prom')).isSymbolicLink()).toBe(true)
  skip(!existsSync('/dev/full'), 'not proved: no /dev/full')
  const full = await home.run('metrics', '--textfile', '/dev/full')
  expect(full.code).toBe(74)
  expect(full.stderr).toMatch(
    /^error: the figures cannot be written to \/dev\/full: ENOSPC.*\nnext: make room/,
  )
})

test('a configuration over a device, a pipe or a link leaves them as they are', async () => {
  const home = newHome()
  const real = join(home.dir, 'real.toml')
  writeFileSync(real, '# mine')
  symlinkSync(real, join(home.dir, 'link.toml'))
  expect((await home.run('config', 'init', '--force', '--config', '/dev/null')).code).toBe(0)
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
  expect(existsSync('/dev/null.bak')).toBe(false)
  expect((await home.run('config', 'init', '--force', '--config', 'link.toml')).code).toBe(0)
  expect(lstatSync(join(home.dir, 'link.toml')).isSymbolicLink()).toBe(true)
  expect(readFileSync(real, 'utf8')).toContain('[openai]')
  expect(readFileSync(join(home.dir, 'link.toml.bak'), 'utf8')).toBe('# mine')
})
