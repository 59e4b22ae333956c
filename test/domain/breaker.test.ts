import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterAnswer,
  afterServiceFailure,
  failureSignature,
  gateOf,
  pauseCause,
  whileProbing,
  whileTried,
  withoutProbe,
  type Breaker,
  type RunFailure,
  type ServicePause,
  type Trial,
} from '../../src/domain/breaker.ts'
import { ERROR_CLASSES, type ErrorClass } from '../../src/domain/error-class.ts'
import { keysOf } from '../../src/domain/keys-of.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOW = 1_000_000_000
const DOWN = 'transient, 5xx'

function failure(changes: Partial<RunFailure> = {}): RunFailure {
  return {
    runId: 'run_1',
    cause: 'transient',
    reason: '503',
    hint: null,
    signature: DOWN,
    isDoubtful: false,
    isUnknown: false,
    retryAfterMs: null,
    atMs: NOW,
    ...changes,
  }
}

/** A breaker as its store keeps it. */
interface Kept extends Breaker {
  /** Whether each failure used up an attempt. */
  readonly used: readonly boolean[]
}

const CLOSED: Kept = { pause: null, trials: [], isSiblingDown: false, used: [] }

function failed(before: Kept, changes: Partial<RunFailure> = {}): Kept {
  const { pause, trial, usesAttempt } = afterServiceFailure(before, failure(changes))
  return { ...withTrial(before, trial), pause, used: [...before.used, usesAttempt] }
}

function withTrial(before: Kept, trial: Trial): Kept {
  return { ...before, trials: [...before.trials.filter(({ runId }) => runId !== trial.runId), trial] }
}

/** A run that is let through as a probe, and fails. */
function probed(before: Kept, changes: Partial<RunFailure> & { readonly runId: string }): Kept {
  const atMs = changes.atMs ?? pauseOf(before).nextProbeMs
  return failed(letThrough(before, changes.runId, atMs), { ...changes, atMs })
}

function letThrough(before: Kept, runId: string, atMs: number): Kept {
  return { ...before, pause: whileProbing(pauseOf(before), runId, atMs) }
}

/** A run is answered: the store closes the pause, and all that failed before are outlived. */
function answered(before: Kept, runId: string): Kept {
  return { ...before, pause: null, trials: afterAnswer(before.trials, runId, Infinity) }
}

function failures(...list: readonly Partial<RunFailure>[]): Kept {
  return list.reduce<Kept>(failed, CLOSED)
}

const OPEN = failures({}, { runId: 'run_2' })

function pauseOf({ pause }: Kept): ServicePause {
  if (pause === null) throw new Error('nothing is paused')
  return pause
}

test('one run that fails, however often, pauses nothing and uses up its attempts', () => {
  expect(failures({}, { atMs: NOW + 1 }, { atMs: NOW + 2 })).toMatchObject({
    pause: null,
    used: [true, true, true],
  })
})

test('two runs within five minutes open it, at no cost to the second; two further apart do not', () => {
  expect(OPEN).toMatchObject({ used: [true, false] })
  expect(OPEN.pause).toMatchObject({ state: 'open', openedCount: 1, nextProbeMs: NOW + MINUTE_MS })
  expect(failures({}, { runId: 'run_2', atMs: NOW + 5 * MINUTE_MS }).pause).not.toBeNull()
  expect(failures({}, { runId: 'run_2', atMs: NOW + 5 * MINUTE_MS + 1 })).toMatchObject({
    pause: null,
    used: [true, true],
  })
})

test('where another model of the service is down already, the first run opens it', () => {
  const beside = { ...CLOSED, isSiblingDown: true }
  expect(failed(beside)).toMatchObject({ pause: { state: 'open' }, used: [false] })
  expect(failed(beside, { cause: 'throttled' })).toMatchObject({ pause: null, used: [true] })
})

test('one failure of the credential opens it, for five minutes', () => {
  const { pause, used } = failures({ cause: 'credential', hint: 'set another' })
  expect(pause).toMatchObject({ state: 'open', hint: 'set another', nextProbeMs: NOW + 5 * MINUTE_MS })
  expect(used).toEqual([false])
  expect(gateOf(pause, NOW + 5 * MINUTE_MS - 1)).toBe('paused')
  expect(gateOf(pause, NOW + 5 * MINUTE_MS)).toBe('probe')
})

test('what may be one request’s fault is asked of a second run at once, and then left for five minutes', () => {
  const forbidden = { cause: 'credential', isDoubtful: true, signature: 'credential, 403' } as const
  const first = failures(forbidden)
  expect(gateOf(first.pause, NOW)).toBe('probe')
  const second = probed(first, { ...forbidden, runId: 'run_2' })
  expect(second).toMatchObject({ pause: { nextProbeMs: NOW + 5 * MINUTE_MS }, used: [false, false] })
})

test('nothing paused is free', () => {
  expect(gateOf(null, NOW)).toBe('free')
})

test('while one probes, the others wait; a probe that never reports back is given up', () => {
  const probing = whileProbing(pauseOf(OPEN), 'run_3', NOW + MINUTE_MS)
  expect(probing).toMatchObject({ state: 'probing', probeRunId: 'run_3' })
  expect(gateOf(probing, NOW + MINUTE_MS)).toBe('paused')
  // A call may take an hour, as `openai.timeout_seconds` allows.
  expect(gateOf(probing, NOW + HOUR_MS)).toBe('paused')
  expect(gateOf(probing, NOW + MINUTE_MS + 2 * HOUR_MS)).toBe('probe')
})

test('a probe that fails opens it again, for twice as long each time, at most 15 minutes', () => {
  let kept = OPEN
  for (const minutes of [2, 4, 8, 15, 15]) {
    const atMs = pauseOf(kept).nextProbeMs
    kept = probed(kept, { runId: 'run_3' })
    expect(kept.pause).toMatchObject({ state: 'open', sinceMs: NOW, nextProbeMs: atMs + minutes * MINUTE_MS })
  }
  expect(kept.used).toEqual([true, false, false, false, false, false, false])
})

test('a run that was under way when it opened changes nothing but what the server asks for', () => {
  const late = { runId: 'run_9', atMs: NOW + 5000 }
  expect(failed(OPEN, late).pause).toEqual(OPEN.pause)
  expect(failed(OPEN, late).used.at(-1)).toBe(false)
  const probing = { ...OPEN, pause: whileProbing(pauseOf(OPEN), 'run_3', NOW) }
  expect(failed(probing, { runId: 'run_9' }).pause).toEqual(probing.pause)
  expect(failed(OPEN, { runId: 'run_9', retryAfterMs: 5 * MINUTE_MS }).pause).toEqual({
    ...OPEN.pause,
    nextProbeMs: NOW + 5 * MINUTE_MS,
  })
})

test('a long Retry-After is kept, up to 15 minutes', () => {
  const opened = (retryAfterMs: number): number =>
    pauseOf(failures({}, { runId: 'run_2', cause: 'throttled', retryAfterMs })).nextProbeMs - NOW
  expect([1000, 3 * MINUTE_MS, 99 * MINUTE_MS].map(opened)).toEqual([
    MINUTE_MS,
    3 * MINUTE_MS,
    15 * MINUTE_MS,
  ])
})

test('a probe that never asked hands its turn on at once', () => {
  const probing = whileProbing(pauseOf(OPEN), 'run_3', NOW + MINUTE_MS)
  const next = withoutProbe(probing, NOW + 2 * MINUTE_MS)
  expect(next).toMatchObject({ state: 'open', openedCount: 1, probeRunId: null })
  expect(gateOf(next, NOW + 2 * MINUTE_MS)).toBe('probe')
})

test('a run that is let through keeps what is known of it, and is the last one tried', () => {
  expect(whileTried(null, 'run_3', NOW)).toMatchObject({ runId: 'run_3', lastMs: NOW, signature: null })
  const [known] = failures({ isUnknown: true }).trials
  expect(whileTried(known ?? null, 'run_1', NOW + 1)).toEqual({ ...known, lastMs: NOW + 1 })
})

test('a run that fails again as it did, after another one was answered, is at fault: it pauses nobody', () => {
  const outlived = answered(OPEN, 'run_3')
  const alone = failed(outlived, { runId: 'run_2', atMs: NOW + MINUTE_MS })
  const both = failed(alone, { atMs: NOW + MINUTE_MS })
  expect(both).toMatchObject({ pause: null, used: [true, false, true, true] })
  // Nor does it count as one of the two that pause it for all.
  expect(failed(both, { runId: 'run_4', atMs: NOW + MINUTE_MS })).toMatchObject({ pause: null })
})

test('that others were answered explains no other failure than the one they outlived', () => {
  const outlived = answered(OPEN, 'run_3')
  const refused = failed(outlived, { cause: 'credential', signature: 'credential, 401' })
  expect(refused).toMatchObject({ pause: { cause: 'credential' }, used: [true, false, false] })
})

test('a probe that keeps failing in its own way uses up attempts; those that fail alike do not', () => {
  const forbidden = { runId: 'run_3', cause: 'credential', signature: 'credential, 403' } as const
  const once = probed(OPEN, forbidden)
  expect(once.used.at(-1)).toBe(false)
  expect(probed(once, forbidden).used.at(-1)).toBe(true)
  const alike = probed(probed(OPEN, { runId: 'run_3' }), { runId: 'run_3' })
  expect(alike.used.slice(-2)).toEqual([false, false])
})

test('a run that fails on its own, with no other beside it, is the service being down', () => {
  let kept = failures({ cause: 'credential', signature: 'credential, 403' })
  for (let probes = 0; probes < 10; probes += 1) {
    kept = probed(kept, { runId: 'run_1', cause: 'credential', signature: 'credential, 403' })
  }
  expect(new Set(kept.used)).toEqual(new Set([false]))
})

test('where all that failed are at fault themselves, nothing is paused any more', () => {
  const forbidden = { runId: 'run_1', cause: 'credential', signature: 'credential, 403' } as const
  const cut = { runId: 'run_2', signature: 'transient, no answer' }
  const first = failures(forbidden)
  const blamed = probed(probed(probed(first, cut), forbidden), forbidden)
  expect(blamed.used.at(-1)).toBe(true)
  // The other may still be a witness of a service that is down.
  expect(blamed.pause).not.toBeNull()
  const both = probed(blamed, cut)
  expect(both).toMatchObject({ pause: null, trials: [{ isAtFault: true }, { isAtFault: true }] })
  expect(failed(both, { ...forbidden, atMs: NOW + HOUR_MS })).toMatchObject({ pause: null })
  // Another one that is refused is no one's fault yet.
  expect(failed(both, { ...forbidden, runId: 'run_3', atMs: NOW + HOUR_MS }).pause).not.toBeNull()
})

test('whatever the cause, a run pays for three calls without using up an attempt, and no more', () => {
  let kept = OPEN
  for (let probes = 0; probes < 6; probes += 1) kept = probed(kept, { runId: 'run_3', isUnknown: true })
  expect(kept.used.slice(2)).toEqual([false, false, false, true, true, true])
})

test('failures look alike however the server’s own errors are worded', () => {
  const look = (errorClass: ErrorClass, status: number | null, code: string | null = null): string =>
    failureSignature({ errorClass, status, code })
  expect(look('transient', 503, 'overloaded')).toBe(look('transient', 502))
  const ways = [
    look('transient', null),
    look('transient', 500),
    look('transient', 408),
    look('throttled', 429, 'rate_limit_exceeded'),
    look('credential', 401, 'invalid_api_key'),
    look('credential', 403),
    look('credential', 403, 'content_policy'),
  ]
  expect(new Set(ways).size).toBe(ways.length)
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

const EVENTS = fc.array(
  fc.record({
    run: fc.integer({ min: 1, max: 4 }),
    cause: fc.constantFrom('transient' as const, 'throttled' as const, 'credential' as const),
    signature: fc.constantFrom('a', 'b', 'c'),
    isUnknown: fc.boolean(),
    isDoubtful: fc.boolean(),
    isAnswered: fc.boolean(),
    afterMs: fc.integer({ min: 0, max: 20 * MINUTE_MS }),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 100 * MINUTE_MS })),
  }),
  { minLength: 1, maxLength: 60 },
)

test('however failures and probes fall: no wait is over 15 minutes, and no run pays for more than three calls', () => {
  fc.assert(
    fc.property(EVENTS, list => {
      let kept = CLOSED
      let atMs = NOW
      const free = new Map<string, number>()
      for (const { run, isAnswered, ...event } of list) {
        atMs += event.afterMs
        const runId = `run_${String(run)}`
        if (kept.pause !== null && gateOf(kept.pause, atMs) === 'probe') {
          kept = letThrough(kept, runId, atMs)
        }
        if (isAnswered) {
          kept = answered(kept, runId)
          free.delete(runId)
          continue
        }
        const before = kept
        kept = failed(kept, { ...event, runId, atMs })
        const used = kept.used.at(-1) === true
        if (event.isUnknown && !used) free.set(runId, (free.get(runId) ?? 0) + 1)
        expect(free.get(runId) ?? 0).toBeLessThanOrEqual(3)
        // What waits for nothing has used up its attempt: a run never waits for a service that is not paused.
        expect(kept.pause !== null || used).toBe(true)
        if (kept.pause === null || kept.pause.state === 'probing') continue
        expect(kept.pause.nextProbeMs - atMs).toBeLessThanOrEqual(15 * MINUTE_MS)
        expect(kept.pause.openedCount).toBeGreaterThan(
          before.pause === null ? 0 : before.pause.openedCount - 1,
        )
      }
    }),
    { seed: 20_261_125 },
  )
})
