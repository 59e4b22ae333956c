import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { realClock, realFiles, realProcesses, realRandom } from '../../src/kernel/real-world.ts'
import { temporaryFolder } from '../support/temporary.ts'

test('a file is written whole, with its mode and folders, and leaves nothing else', () => {
  const dir = temporaryFolder()
  const files = realFiles()
  const path = join(dir, 'a/b/c.txt')
  files.writeText(path, 'one', 0o600)
  files.writeText(path, 'two', 0o640)
  expect(readFileSync(path, 'utf8')).toBe('two')
  expect(files.mode(path)).toBe(0o640 & ~process.umask())
  expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o700)
  expect(readdirSync(join(dir, 'a/b'))).toEqual(['c.txt'])
  mkdirSync(join(dir, 'folder'))
  expect(() => files.writeText(join(dir, 'folder'), 'x', 0o600)).toThrow('is a folder')
  expect(readdirSync(dir).toSorted()).toEqual(['a', 'folder'])
})

test('what is not there reads as null; what cannot be read throws', () => {
  const dir = temporaryFolder()
  const files = realFiles()
  writeFileSync(join(dir, 'file'), 'x')
  expect([
    files.readText(join(dir, 'no')),
    files.readText(join(dir, 'file/no')),
    files.mode(join(dir, 'no')),
  ]).toEqual([null, null, null])
  expect(() => files.readText(dir)).toThrow('EISDIR')
  expect(files.exists(join(dir, 'file'))).toBe(true)
  expect(files.isEmptyDir(dir)).toBe(false)
  files.remove(join(dir, 'file'))
  files.remove(join(dir, 'file'))
  expect(files.isEmptyDir(dir)).toBe(true)
})

test('folders are made with all above them, and where none can be made that is said at once', () => {
  const dir = temporaryFolder()
  const files = realFiles()
  files.makeDir(join(dir, 'x/y/z'), 0o750)
  files.makeDir(join(dir, 'x/y/z'), 0o700)
  expect(statSync(join(dir, 'x/y/z')).mode & 0o777).toBe(0o750 & ~process.umask())
  writeFileSync(join(dir, 'file'), '')
  expect(() => files.makeDir(join(dir, 'file/below'), 0o700)).toThrow('ENOTDIR')
  // Node's own recursive mkdir never comes back from here.
  expect(() => files.makeDir('/proc/self/nothing/below', 0o700)).toThrow('ENOENT')
})

test('a sleep ends early when it is broken off, and one that begins so does not begin', async () => {
  const clock = realClock()
  const stop = new AbortController()
  const sleeping = clock.sleep(3_600_000, stop.signal)
  stop.abort()
  await sleeping
  await clock.sleep(3_600_000, stop.signal)
  await clock.sleep(1)
  expect(clock.deadline(3_600_000).aborted).toBe(false)
  expect(Math.abs(clock.now() - Date.now())).toBeLessThan(60_000)
  expect(clock.monotonicMs()).toBeGreaterThan(0)
})

test('a repeated call goes on until it is ended', async () => {
  const twice = Promise.withResolvers<void>()
  let calls = 0
  const end = realClock().every(1, () => {
    calls += 1
    if (calls === 2) twice.resolve()
  })
  await twice.promise
  end()
  expect(calls).toBe(2)
})

test('chance is in its bounds, and not always the same', () => {
  const random = realRandom()
  expect(random.bytes(10)).toHaveLength(10)
  expect(random.bytes(10)).not.toEqual(random.bytes(10))
  const fractions = Array.from({ length: 100 }, () => random.fraction())
  expect(fractions.every(fraction => fraction >= 0 && fraction < 1)).toBe(true)
  expect(new Set(fractions).size).toBeGreaterThan(90)
})

test('a process is alive, dead, or somewhere else', async ({ skip }) => {
  skip(!existsSync('/proc/self/stat'), 'not proved: no /proc')
  const files = realFiles()
  const here = realProcesses(files, process.pid)
  expect(here.state(here.self)).toBe('alive')
  const child = spawn('/bin/cat', [], { stdio: ['pipe', 'ignore', 'ignore'] })
  const owner = realProcesses(files, child.pid ?? 0).self
  expect(here.state(owner)).toBe('alive')
  // Another start time under the same pid is another process.
  const [boot = '', namespace = '', pid = '', started = ''] = owner.split('/')
  expect(here.state([boot, namespace, pid, `${started}1`, 'm'].join('/'))).toBe('dead')
  expect(here.state(['another-boot', namespace, pid, started, 'another-machine'].join('/'))).toBe('elsewhere')
  expect(here.state('nonsense')).toBe('elsewhere')
  expect(here.nameOf(owner)).toBe(`pid ${String(child.pid)} on this machine`)
  expect(here.nameOf(`another-boot/${namespace}/7/1/m`)).toBe(
    'pid 7 in another container or on another machine',
  )
  child.stdin.end()
  await once(child, 'close')
  expect(here.state(owner)).toBe('dead')
})

test('a machine that was restarted knows its processes of before to be dead', () => {
  const machine = (bootId: string, machineId: string | null) =>
    realProcesses(
      {
        ...realFiles(),
        readText: path => (path.endsWith('boot_id') ? bootId : path === '/etc/machine-id' ? machineId : null),
      },
      1,
    )
  const id = 'a'.repeat(32)
  const { self } = machine('boot-1', id)
  expect(machine('boot-2', id).state(self)).toBe('dead')
  expect(machine('boot-2', 'b'.repeat(32)).state(self)).toBe('elsewhere')
  expect(machine('boot-2', null).state(machine('boot-1', null).self)).toBe('elsewhere')
})

test('what a sandbox hides of the machine or its processes proves no death', async ({ skip }) => {
  skip(!existsSync('/proc/self/stat'), 'not proved: no /proc')
  const files = realFiles()
  const seeing = realProcesses(files, process.pid)
  const withoutBootId: typeof files = {
    ...files,
    readText: path => (path.endsWith('boot_id') ? null : files.readText(path)),
  }
  const blind = realProcesses(withoutBootId, process.pid)
  expect([blind.state(seeing.self), seeing.state(blind.self)]).toEqual(['elsewhere', 'elsewhere'])

  const child = spawn('/bin/cat', [], { stdio: ['pipe', 'ignore', 'ignore'] })
  const folder = `/proc/${String(child.pid)}`
  const owner = realProcesses(files, child.pid ?? 0).self
  const hidden: typeof files = {
    ...files,
    readText: path => (path.startsWith(folder) ? null : files.readText(path)),
    exists: path => !path.startsWith(folder) && files.exists(path),
  }
  const other = realProcesses(hidden, process.pid)
  expect(other.state(owner)).toBe('elsewhere')
  child.stdin.end()
  await once(child, 'close')
  expect(other.state(owner)).toBe('dead')
})
