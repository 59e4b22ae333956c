/** Pipes and files that never end, as a brief, as standard input and as the configuration. */
import { execFileSync } from 'node:child_process'
import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorOf, newHome, spawn, start, type Home } from './support/run.ts'

function pipeIn(home: Home): string {
  const path = join(home.dir, 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the wait for a pipe that nobody writes into',
  async signal => {
    const home = newHome()
    const pipe = pipeIn(home)
    for (const words of [
      ['task', 'add', '--file', pipe],
      ['poll', '--config', pipe],
      ['config', 'check', '--config', pipe],
    ]) {
      const running = start(words, { env: home.env })
      // Opening it for writing waits for who reads: then the program has it open.
      const writer = createWriteStream(pipe)
      await new Promise(resolve => writer.once('open', resolve))
      running.child.kill(signal)
      expect(await running.ended, words.join(' ')).toMatchObject({
        code: signal === 'SIGINT' ? 130 : 143,
        stdout: '',
      })
      writer.destroy()
    }
  },
)

test('what is written into a pipe is read, however late it comes', async () => {
  const home = newHome()
  const pipe = pipeIn(home)
  const adding = start(['task', 'add', '--file', pipe, '--json'], { env: home.env })
  const writer = createWriteStream(pipe)
  writer.write('Say ')
  writer.end('hello.')
  expect(await adding.ended).toMatchObject({ code: 0, stderr: '' })
  const shown = start(['config', 'show', '--config', pipe, '--json'], { env: home.env })
  createWriteStream(pipe).end('[qa]\nthreshold = 71\n')
  expect((await shown.ended).stdout).toContain('71')
})

test('what never ends, or is far too large, is refused: as a file, and as standard input', async () => {
  const home = newHome()
  const file = await home.run('task', 'add', '--file', '/dev/zero', '--json')
  expect(file.code).toBe(64)
  expect(errorOf(file)['message']).toBe('the brief cannot be read: /dev/zero is larger than 32 MB')
  const input = await spawn(['task', 'add', '-', '--json'], { env: home.env, input: 'x'.repeat(34_000_000) })
  expect(input.code).toBe(64)
  expect(errorOf(input)['message']).toBe('standard input is larger than 32 MB')
  const config = await home.run('config', 'check', '--config', '/dev/zero', '--json')
  expect(config.code).toBe(78)
})

test('a folder, a place of the system and an amount beyond counting are no defects', async () => {
  const home = newHome()
  writeFileSync(join(home.dir, 'rich.toml'), '[budget]\nmonth_usd = 2000000\n')
  for (const place of ['/proc', '/proc/self/mem', home.dir, join(home.dir, 'rich.toml')]) {
    for (const words of [['task', 'add', 'x'], ['config', 'check'], ['poll']]) {
      const ran = await home.run(...words, '--config', place, '--json')
      expect(ran.code, `${words.join(' ')} with ${place}`).toBe(78)
    }
    expect((await home.run('task', 'add', '--file', place === home.dir ? place : '/proc')).code).toBe(64)
  }
})
