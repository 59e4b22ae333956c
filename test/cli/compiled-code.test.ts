/** A job starts with the code that an earlier run of it compiled, and never with any other. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PACKED } from '../support/child.ts'
import { ROOT } from '../support/root.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { newHome, spawn } from './support/run.ts'

const LOADER = join(ROOT, 'src/compiled-code.ts')

/** A built program of two files, and where its code is kept. */
function newProgram(): { readonly main: string; readonly part: string; readonly cache: string } {
  const folder = temporaryFolder()
  const [main, part] = [join(folder, 'main.js'), join(folder, 'part.js')]
  writeFileSync(main, `exports.said = require('./part.js').say() + require('node:path').sep`)
  writeFileSync(part, `exports.say = () => 'one'`)
  return { main, part, cache: join(temporaryFolder(), 'cache') }
}

/** Loads it in a process of its own; returns what it exports. */
function said({ main, cache }: ReturnType<typeof newProgram>): string {
  const [loader, ...args] = [LOADER, main, cache].map(each => JSON.stringify(each))
  const script = `import { loadCompiled } from ${loader}; process.stdout.write(loadCompiled(${args.join()}).said)`
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
}

/** Which file of its disk each kept one is: it changes where one is written anew. */
function kept(cache: string): Record<string, number> {
  return Object.fromEntries(readdirSync(cache).map(name => [name, statSync(join(cache, name)).ino]))
}

test('what was compiled is kept at the end, and taken at the next start', () => {
  const program = newProgram()
  expect(said(program)).toBe('one/')
  const first = kept(program.cache)
  expect(Object.keys(first)).toEqual(['main.js', 'part.js'])
  expect(said(program)).toBe('one/')
  expect(kept(program.cache)).toEqual(first)
})

test('a file that was changed runs as it is now, also where it is as long as before', () => {
  const program = newProgram()
  said(program)
  const { 'main.js': main, 'part.js': part } = kept(program.cache)
  writeFileSync(program.part, readFileSync(program.part, 'utf8').replace('one', 'two'))
  expect(said(program)).toBe('two/')
  expect(kept(program.cache)['main.js']).toBe(main)
  expect(kept(program.cache)['part.js']).not.toBe(part)
  expect(said(program)).toBe('two/')
})

test.each([
  ['cut', (path: string) => truncateSync(path, statSync(path).size - 1)],
  ['empty', (path: string) => truncateSync(path, 0)],
  ['of something else', (path: string) => writeFileSync(path, 'x'.repeat(5000))],
  ['of another file', (path: string) => copyFileSync(path.replace('part', 'main'), path)],
])('what is kept and %s is not taken, but made anew', (_, spoil) => {
  const program = newProgram()
  said(program)
  const whole = readFileSync(join(program.cache, 'part.js'))
  spoil(join(program.cache, 'part.js'))
  expect(said(program)).toBe('one/')
  expect(readFileSync(join(program.cache, 'part.js')).length).toBe(whole.length)
})

test('files that are no part of the program any more are forgotten', () => {
  const program = newProgram()
  said(program)
  writeFileSync(program.main, `exports.said = 'alone'`)
  rmSync(program.part)
  expect(said(program)).toBe('alone')
  expect(readdirSync(program.cache)).toEqual(['main.js'])
})

test('what V8 would refuse at the next start is not kept', () => {
  const program = newProgram()
  const main = readFileSync(program.main, 'utf8')
  writeFileSync(program.main, `${main}; require('node:v8').setFlagsFromString('--heap-growing-percent=30')`)
  expect(said(program)).toBe('one/')
  expect(readdirSync(program.cache)).toEqual([])
})

test('where nothing can be kept, it runs all the same', () => {
  const program = newProgram()
  writeFileSync(program.cache, 'a file where the folder should be')
  expect(said(program)).toBe('one/')
  // Neither is there room for a part of it.
  expect(readFileSync(program.cache, 'utf8')).toBe('a file where the folder should be')
})

test('what cannot be read in the place of kept code keeps nothing from starting', () => {
  const program = newProgram()
  said(program)
  rmSync(join(program.cache, 'main.js'))
  mkdirSync(join(program.cache, 'main.js'))
  expect(said(program)).toBe('one/')
})

test('a file that fails is loaded again by the next one that wants it', () => {
  const program = newProgram()
  writeFileSync(program.part, `globalThis.times = (globalThis.times ?? 0) + 1; throw new Error('at first')`)
  writeFileSync(
    program.main,
    `for (const _ of [1, 2]) try { require('./part.js') } catch {}; exports.said = String(globalThis.times)`,
  )
  expect(said(program)).toBe('2')
})

test('a part that is gone is told of as Node does, by which the program knows that it was replaced', () => {
  const program = newProgram()
  writeFileSync(program.main, `try { require('./gone.js') } catch (error) { exports.said = error.code }`)
  expect(said(program)).toBe('MODULE_NOT_FOUND')
})

test('a job of the packed program keeps its code apart, and only where its unit has a folder for it', async () => {
  const { env } = newHome()
  const cache = temporaryFolder()
  chmodSync(cache, 0o700)
  const local = { ...env, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }
  const program = [process.execPath, PACKED]
  const poll = async (more: Record<string, string>) =>
    spawn(['--job', 'poll'], { env: { ...local, ...more }, program })
  expect(await poll({})).toMatchObject({ code: 0 })
  expect(await poll({ CACHE_DIRECTORY: cache })).toMatchObject({ code: 0 })
  expect(existsSync(join(cache, 'poll'))).toBe(true)
  const first = kept(join(cache, 'poll'))
  expect(Object.keys(first)).toContain('main.js')
  expect(statSync(join(cache, 'poll')).mode & 0o777).toBe(0o700)
  expect(await poll({ CACHE_DIRECTORY: cache })).toMatchObject({ code: 0 })
  expect(kept(join(cache, 'poll'))).toEqual(first)
})
