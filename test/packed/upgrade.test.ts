/** A newer package is installed in the place of the one that works: what runs ends in order, what comes next goes on. */
import { cpSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, inject, test } from 'vitest'
import { asAppError } from '../../src/kernel/errors.ts'
import { listOf, parseDocument } from '../support/document.ts'
import { makeNewer } from '../support/newer.ts'
import { ROOT } from '../support/root.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { start } from '../cli/support/run.ts'
import { BRIEF, gatedHome } from '../cli/support/sandbox.ts'

/** The program as it is installed, in a folder that can be replaced. */
function install(folder: string): void {
  for (const name of ['bin', 'lib', 'package.json'])
    cpSync(join(inject('packed'), name), join(folder, name), { recursive: true })
}

test('a part that is gone is no defect, which would use up an attempt: the process ends with 74', async () => {
  const path = join(temporaryFolder(), 'part-of-before.js')
  const thrown: unknown = await import(path).then(
    () => null,
    (error: unknown) => error,
  )
  expect(asAppError(thrown)).toMatchObject({ kind: 'store' })
  expect(asAppError(new TypeError('x')).kind).toBe('bug')
})

test.each(['ends meanwhile', 'is told to stop meanwhile'])(
  'a process that works through it: %s',
  async how => {
    const held = Promise.withResolvers<null>()
    const asked = Promise.withResolvers<null>()
    const home = await gatedHome(() => {
      asked.resolve(null)
      return held.promise
    })
    const root = temporaryFolder()
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
    const folder = join(root, 'echopilot')
    install(folder)
    const call = (...words: readonly string[]) =>
      start([...words, '--json'], {
        env: home.env,
        cwd: home.dir,
        program: [process.execPath, join(folder, 'bin/echopilot')],
      })
    expect(await call('task', 'add', BRIEF).ended).toMatchObject({ code: 0 })
    const old = call('poll', '--drain')
    await asked.promise

    rmSync(folder, { recursive: true })
    install(folder)
    makeNewer(folder)
    // The schema is left alone while the older one works by it.
    const early = await call('poll', '--drain').ended
    expect(early.code, early.stderr).toBe(75)
    if (how === 'is told to stop meanwhile') old.child.kill('SIGTERM')
    held.resolve(null)
    const ended = await old.ended
    expect([0, 74, 143], ended.stderr).toContain(ended.code)

    const next = await call('poll', '--drain').ended
    expect(next.code, next.stderr).toBe(0)
    const tasks = listOf(parseDocument((await call('task', 'list').ended).stdout), 'tasks')
    expect(tasks.map(({ status }) => status)).toEqual(['Done'])
    // Nothing that was answered was bought twice.
    expect(home.gate.arrived.filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(3)
    const database = new DatabaseSync(join(home.stateDir, 'echopilot.db'), { readOnly: true })
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'newer'").get()).toBeDefined()
    database.close()
  },
)
