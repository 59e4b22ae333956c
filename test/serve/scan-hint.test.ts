/** What came is worked soon, once for all that came together; and that it cannot be is for the schedule. */
import { expect, test } from 'vitest'
import { scanHint } from '../../src/commands/serve/scan-hint.ts'
import { AppError } from '../../src/kernel/errors.ts'
import type { Log } from '../../src/kernel/log.ts'
import { fakeClock } from '../support/fake-clock.ts'

function hinted(ends: readonly (Error | null)[] = []) {
  const clock = fakeClock()
  const stop = new AbortController()
  const warned: string[] = []
  const silent = (): void => undefined
  const log: Log = {
    error: silent,
    warn: text => void warned.push(text),
    info: silent,
    debug: silent,
    tell: silent,
  }
  let scans = 0
  const scan = async (): Promise<void> => {
    const error = ends[scans] ?? null
    scans += 1
    if (error !== null) throw error
  }
  return { hint: scanHint(scan, { clock, log, stop: stop.signal }), clock, stop, warned, scans: () => scans }
}

test('what comes together is worked once, what comes later again', async () => {
  const { hint, clock, scans } = hinted()
  for (let events = 0; events < 5; events += 1) hint.want()
  expect(scans()).toBe(0)
  await clock.advance(500)
  await hint.settled()
  expect(scans()).toBe(1)
  hint.want()
  await clock.advance(500)
  await hint.settled()
  expect(scans()).toBe(2)
})

test('where another process works them it looks again after that', async () => {
  const { hint, clock, scans, warned } = hinted([new AppError('busy', 'payments-scan runs already', 'wait')])
  hint.want()
  await clock.advance(500)
  await expect.poll(scans).toBe(1)
  await clock.advance(15_000)
  await hint.settled()
  expect([scans(), warned]).toEqual([2, []])
})

test('what goes wrong is told, and left to the schedule', async () => {
  const { hint, clock, scans, warned } = hinted([new AppError('provider', 'down', 'wait')])
  hint.want()
  await clock.advance(500)
  await hint.settled()
  expect([scans(), warned]).toEqual([1, ['webhooks were not worked at once']])
})

test('told to stop it begins nothing more', async () => {
  const { hint, stop, scans } = hinted()
  hint.want()
  stop.abort()
  await hint.settled()
  expect(scans()).toBe(0)
})
