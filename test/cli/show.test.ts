/** `task show`: following a task while another process works on it, and writing its result to a file. */
import { existsSync, readFileSync, statSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument, partOf } from '../support/document.ts'
import { errorOf, start } from './support/run.ts'
import { BRIEF, gatedHome, sandboxHome } from './support/sandbox.ts'

test('--follow waits until the task rests, through every stage', async () => {
  const judged = Promise.withResolvers<null>()
  const home = await gatedHome(async ({ body }) => (body.includes('json_schema') ? judged.promise : null))
  const id = String((await home.json('task', 'add', BRIEF))['taskId'])
  const follower = start(['task', 'show', id, '--follow', '--json'], { env: home.env })
  const worker = start(['poll', '--drain'], { env: home.env })
  // The judge's request is held, so that the follower must have waited at least that long.
  await expect.poll(() => home.gate.arrived.length).toBe(2)
  expect(follower.child.exitCode).toBeNull()
  judged.resolve(null)
  expect(await worker.ended).toMatchObject({ code: 0 })
  const ran = await follower.ended
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  const shown = parseDocument(ran.stdout)
  expect(partOf(shown, 'task')).toMatchObject({ id, status: 'Done' })
  expect(shown['result']).toMatch(/\S/)
})

test('--follow of a task that rests returns at once; a watcher who stops is told what there is', async () => {
  const home = await sandboxHome()
  const id = String((await home.json('task', 'add', BRIEF))['taskId'])
  const watcher = start(['task', 'show', id, '--follow', '--json'], { env: home.env })
  // It has opened the store once the write-ahead log is there beside its own lock file.
  await expect.poll(() => existsSync(join(home.stateDir, 'echopilot.db-shm'))).toBe(true)
  await expect.poll(() => signalsCaught(watcher.pid)).toBe(true)
  watcher.child.kill('SIGINT')
  const ran = await watcher.ended
  expect(ran).toMatchObject({ code: 130, stderr: '' })
  expect(partOf(parseDocument(ran.stdout), 'task')).toMatchObject({ status: 'Queued' })
  expect((await home.run('poll', '--drain', '--quiet')).code).toBe(0)
  expect(partOf(await home.json('task', 'show', id, '--follow'), 'task')).toMatchObject({ status: 'Done' })
})

test('--output writes the whole result; without one there is nothing to write', async () => {
  const home = await sandboxHome()
  const id = String((await home.json('task', 'add', BRIEF))['taskId'])
  const early = await home.run('task', 'show', id, '--output', 'r.md', '--json')
  expect(early.code).toBe(66)
  expect(errorOf(early)['message']).toBe(`task ${id} has no result yet`)
  await home.run('poll', '--drain', '--quiet')
  const ran = await home.run('task', 'show', id, '--output', 'deep/er/r.md')
  expect(ran).toMatchObject({ code: 0, stdout: `written to ${home.dir}/deep/er/r.md\n`, stderr: '' })
  const { result } = await home.json('task', 'show', id)
  expect(readFileSync(join(home.dir, 'deep/er/r.md'), 'utf8')).toBe(`${String(result).replace(/\n$/, '')}\n`)
  expect(statSync(join(home.dir, 'deep/er/r.md')).mode & 0o777).toBe(0o644 & ~process.umask())
  mkdirSync(join(home.dir, 'folder'))
  const folder = await home.run('task', 'show', id, '--output', 'folder', '--json')
  expect(folder.code).toBe(64)
  expect(errorOf(folder)['message']).toMatch(/^the result cannot be written to .*folder: /)
})

/** SIGINT is number 2, and bit 1 of the mask of caught signals. */
function signalsCaught(pid: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]
  return (BigInt(`0x${mask ?? '0'}`) & 2n) !== 0n
}
