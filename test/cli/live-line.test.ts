/** Calls in progress, as a person at a terminal sees them. */
import { expect, test } from 'vitest'
import { liveLine } from '../../src/surfaces/cli/live-line.ts'
import { existsSync } from 'node:fs'
import { BRIEF, gatedHome } from './support/sandbox.ts'
import { start } from './support/run.ts'
import { PACKED } from '../support/child.ts'
import { PLAIN_PAINT } from '../support/plain.ts'

/** What a terminal would show: each line as it was when it was left. */
function screenOf(written: string): string[] {
  return written
    .replaceAll('\u001b[K', '')
    .split('\n')
    .map(line => line.slice(line.lastIndexOf('\r') + 1))
}

/** A live line under a clock that is set by hand. */
function watched(liveColumns = 80): {
  live: ReturnType<typeof liveLine>
  screen: () => string[]
  written: () => string
  pass: (ms: number) => void
} {
  let text = ''
  let now = 0
  let tick: (() => void) | null = null
  const clock = {
    monotonicMs: () => now,
    every: (_everyMs: number, callback: () => void) => {
      tick = callback
      return () => (tick = null)
    },
  }
  const terminal = { err: (more: string) => (text += more), paint: PLAIN_PAINT, liveColumns }
  return {
    live: liveLine(terminal, clock),
    screen: () => screenOf(text),
    written: () => text,
    pass: ms => {
      now += ms
      tick?.()
    },
  }
}

test('who, which stage and for how long, in one line that is written over, below what else is told', () => {
  const { live, screen, written, pass } = watched()
  const first = live.begin({ title: 'Compare invoicing tools', stage: 'generate' })
  expect(screen()).toEqual(['Compare invoicing tools generate 0 s'])
  pass(4000)
  const second = live.begin({ title: 'A newsletter', stage: 'judge' })
  pass(1000)
  expect(screen()).toEqual(['Compare invoicing tools generate 5 s · A newsletter judge 1 s'])
  live.write('told\n')
  expect(screen()).toEqual(['told', 'Compare invoicing tools generate 5 s · A newsletter judge 1 s'])
  first()
  first()
  expect(screen()).toEqual(['told', 'A newsletter judge 1 s'])
  second()
  expect(screen()).toEqual(['told', ''])
  const before = written()
  pass(5000)
  expect(written()).toBe(before)
})

test('it never fills the line, and what a client wrote steers nothing', () => {
  const { live, screen, written } = watched(40)
  live.begin({ title: 'Ring\u0007\r\nand \u001b[2J clear a title that is long', stage: 'generate' })
  live.begin({ title: 'Another one', stage: 'judge' })
  expect(screen()).toHaveLength(1)
  expect(screen()[0]?.length).toBeLessThan(40)
  expect(written()).not.toContain('\u0007')
  expect(written()).not.toContain('\u001b[2J')
})

test('a call in progress is seen on a terminal, and nowhere else', async ({ skip }) => {
  skip(!existsSync('/usr/bin/script'), 'not proved: no script(1) to make a terminal with')
  const answered = Promise.withResolvers<null>()
  const home = await gatedHome(async () => answered.promise)
  await home.json('task', 'add', BRIEF, '--title', 'Three tools')
  const command = `exec ${process.execPath} ${PACKED} poll --drain`
  const program = ['/usr/bin/script', '--quiet', '--flush', '--command', command, '/dev/null']
  const env = { ...home.env, TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh' }
  const worker = start([], { env, cwd: home.dir, program })
  await worker.output(/Three tools generate [1-9]\d* s/)
  answered.resolve(null)
  const { stdout, code } = await worker.ended
  expect(code).toBe(0)
  expect(stdout).toMatch(/Three tools judge \d+ s/)
  expect(screenOf(stdout.replaceAll('\r\n', '\n')).join('\n')).not.toMatch(/(?:generate|judge) \d+ s/)
})
