import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterServiceFailure,
  gateOf,
  pauseCause,
  whileProbing,
  withoutProbe,
  type ServiceFailure,
  type ServicePause,
} from '../../src/domain/breaker.ts'
import { ERROR_CLASSES, type ErrorClass } from '../../src/domain/error-class.ts'
import { keysOf } from '../../src/domain/keys-of.ts'

const MINUTE_MS = 60_000
const NOW = 1_000_000_000

function failure(changes: Partial<ServiceFailure> = {}): ServiceFailure {
  return {
    runId: 'run_1',
    cause: 'transient',
    reason: '503',
    credential: 'key-1',
    retryAfterMs: null,
    atMs: NOW,
    ...changes,
  }
}

function failures(...list: readonly Partial<ServiceFailure>[]): ServicePause {
  const [first = {}, ...rest] = list
  return rest.reduce<ServicePause>(
    (pause, next) => afterServiceFailure(pause, failure(next)),
    afterServiceFailure(null, failure(first)),
  )
}

const OPEN = failures({}, { runId: 'run_2' })
const PROBING = whileProbing(OPEN, { runId: 'run_3', credential: 'key-1' }, NOW + MINUTE_MS)

test('one run that fails, however often, is watched', () => {
  expect(failures({})).toMatchObject({ state: 'watching', failedRuns: ['run_1'], openedCount: 0 })
  expect(failures({}, { atMs: NOW + 1 }, { atMs: NOW + 2 })).toMatchObject({ state: 'watching' })
})

test('two runs within five minutes open it; two further apart do not', () => {
  expect(OPEN).toMatchObject({ state: 'open', openedCount: 1, nextProbeMs: NOW + MINUTE_MS })
  expect(failures({}, { runId: 'run_2', atMs: NOW + 5 * MINUTE_MS })).toMatchObject({ state: 'open' })
  const apart = failures({}, { runId: 'run_2', atMs: NOW + 5 * MINUTE_MS + 1 })
  expect(apart).toMatchObject({ state: 'watching', failedRuns: ['run_2'] })
})

test('one failure of the credential opens it, for five minutes', () => {
  const pause = failures({ cause: 'credential' })
  expect(pause).toMatchObject({ state: 'open', nextProbeMs: NOW + 5 * MINUTE_MS })
  expect(gateOf(pause, 'key-1', NOW + 5 * MINUTE_MS - 1)).toBe('paused')
  expect(gateOf(pause, 'key-1', NOW + 5 * MINUTE_MS)).toBe('probe')
  expect(gateOf(pause, 'key-2', NOW)).toBe('probe')
})

test('another key does not help where the service is down', () => {
  expect(gateOf(OPEN, 'key-2', NOW)).toBe('paused')
})

test('nothing paused, or only watched, is free', () => {
  expect(gateOf(null, 'key-1', NOW)).toBe('free')
  expect(gateOf(failures({}), 'key-1', NOW)).toBe('free')
})

test('while one probes, the others wait; a probe that never reports back is given up', () => {
  expect(PROBING).toMatchObject({ state: 'probing', probeRunId: 'run_3' })
  expect(gateOf(PROBING, 'key-1', NOW + MINUTE_MS)).toBe('paused')
  expect(gateOf(PROBING, 'key-1', NOW + 4 * MINUTE_MS - 1)).toBe('paused')
  expect(gateOf(PROBING, 'key-1', NOW + 4 * MINUTE_MS)).toBe('probe')
})

test('a probe by a new key keeps others with that key waiting', () => {
  const pause = failures({ cause: 'credential' })
  const probing = whileProbing(pause, { runId: 'run_2', credential: 'key-2' }, NOW)
  expect(gateOf(probing, 'key-2', NOW)).toBe('paused')
})

test('a probe that fails opens it again, for twice as long each time, at most 15 minutes', () => {
  let pause = OPEN
  for (const minutes of [2, 4, 8, 15, 15]) {
    const atMs = pause.nextProbeMs
    pause = whileProbing(pause, { runId: 'run_3', credential: 'key-1' }, atMs)
    pause = afterServiceFailure(pause, failure({ runId: 'run_3', atMs }))
    expect(pause).toMatchObject({ state: 'open', sinceMs: NOW, nextProbeMs: atMs + minutes * MINUTE_MS })
  }
})

test('a run that was under way when it opened changes nothing but what the server asks for', () => {
  expect(afterServiceFailure(OPEN, failure({ runId: 'run_9', atMs: NOW + 5000 }))).toEqual(OPEN)
  expect(afterServiceFailure(PROBING, failure({ runId: 'run_9' }))).toEqual(PROBING)
  const asked = failure({ runId: 'run_9', retryAfterMs: 5 * MINUTE_MS })
  expect(afterServiceFailure(OPEN, asked)).toEqual({ ...OPEN, nextProbeMs: NOW + 5 * MINUTE_MS })
})

test('a long Retry-After is kept, up to 15 minutes', () => {
  const opened = (retryAfterMs: number): number =>
    failures({}, { runId: 'run_2', cause: 'throttled', retryAfterMs }).nextProbeMs - NOW
  expect([1000, 3 * MINUTE_MS, 99 * MINUTE_MS].map(opened)).toEqual([
    MINUTE_MS,
    3 * MINUTE_MS,
    15 * MINUTE_MS,
  ])
})

test('a probe that never asked hands its turn on at once', () => {
  const next = withoutProbe(PROBING, NOW + 2 * MINUTE_MS)
  expect(next).toMatchObject({ state: 'open', openedCount: 1, probeRunId: null })
  expect(gateOf(next, 'key-1', NOW + 2 * MINUTE_MS)).toBe('probe')
})

test('only failures that speak of the service pause it', () => {
  const causes = keysOf(ERROR_CLASSES).map((errorClass): [ErrorClass, unknown] => [
    errorClass,
    pauseCause(errorClass),
  ])
  expect(Object.fromEntries(causes)).toEqual({
    transient: 'transient',
    throttled: 'throttled',
    credential: 'credential',
    permanent: null,
    budget: null,
    data: null,
  })
})

test('however failures and probes fall: it never waits more than 15 minutes, and never forgets to probe', () => {
  const events = fc.array(
    fc.record({
      run: fc.integer({ min: 1, max: 4 }),
      cause: fc.constantFrom('transient' as const, 'throttled' as const, 'credential' as const),
      afterMs: fc.integer({ min: 0, max: 20 * MINUTE_MS }),
      retryAfterMs: fc.option(fc.integer({ min: 0, max: 100 * MINUTE_MS })),
    }),
    { minLength: 1, maxLength: 30 },
  )
  fc.assert(
    fc.property(events, list => {
      let pause: ServicePause | null = null
      let atMs = NOW
      for (const event of list) {
        atMs += event.afterMs
        const runId = `run_${String(event.run)}`
        if (pause !== null && gateOf(pause, 'key-1', atMs) === 'probe') {
          pause = whileProbing(pause, { runId, credential: 'key-1' }, atMs)
        }
        pause = afterServiceFailure(pause, failure({ ...event, runId, atMs }))
        expect(pause.nextProbeMs - atMs).toBeLessThanOrEqual(15 * MINUTE_MS)
        expect(pause.openedCount > 0).toBe(pause.state !== 'watching')
        expect(gateOf(pause, 'key-1', atMs + 15 * MINUTE_MS)).not.toBe('paused')
      }
    }),
    { seed: 20_261_125 },
  )
})
