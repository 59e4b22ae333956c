import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  afterFailure,
  type FailureFacts,
  type StageAfterFailure,
  type StageFailure,
} from '../../src/domain/after-failure.ts'
import type { PausedService } from '../../src/domain/breaker.ts'
import { ERROR_CLASSES } from '../../src/domain/error-class.ts'
import { keysOf } from '../../src/domain/keys-of.ts'
import { MAX_ATTEMPTS } from '../../src/domain/retry-schedule.ts'

const NOW = 1_000_000_000
const USE = { service: 'models.example', credential: 'key', model: 'big' }
const SERVICE = { ...USE, signature: 'transient, 5xx', isDoubtful: false, hint: null }
const FAILURE: StageFailure = {
  errorClass: 'transient',
  reason: '503',
  service: SERVICE,
  retryAfterMs: null,
  jitter: 0.5,
}
const FACTS: FailureFacts = {
  runId: 'run_1',
  stage: 'generate',
  failedAttempts: 0,
  hasText: false,
  isUnknown: false,
  pauses: [],
  trials: [],
  nowMs: NOW,
}
const OPEN: PausedService = {
  ...USE,
  state: 'open',
  cause: 'transient',
  reason: '503',
  hint: null,
  openedCount: 1,
  sinceMs: NOW,
  nextProbeMs: NOW + 60_000,
  probeRunId: null,
}

function after(failure: Partial<StageFailure>, facts: Partial<FailureFacts>): StageAfterFailure {
  return afterFailure({ ...FAILURE, ...failure }, { ...FACTS, ...facts })
}

test.each<[string, Partial<StageFailure>, Partial<FailureFacts>, StageAfterFailure['run']]>([
  ['the first failure', {}, {}, { kind: 'retrying', notBeforeMs: NOW + 60_000, reason: '503' }],
  ['the second', {}, { failedAttempts: 1 }, { kind: 'retrying', notBeforeMs: NOW + 300_000, reason: '503' }],
  ['the last attempt', {}, { failedAttempts: 3 }, { kind: 'failed_final', reason: '503' }],
  ['what no repeat helps', { errorClass: 'permanent' }, {}, { kind: 'failed_final', reason: '503' }],
  [
    'a text that is not judged',
    { errorClass: 'permanent' },
    { hasText: true, stage: 'judge' },
    { kind: 'waiting_human', reason: 'not judged: 503' },
  ],
  [
    'a text that is not revised',
    {},
    { failedAttempts: 3, hasText: true, stage: 'revise' },
    { kind: 'waiting_human', reason: 'not revised: 503' },
  ],
  ['a paused service', {}, { pauses: [OPEN] }, { kind: 'waits', reason: 'waits for models.example' }],
  [
    'a refused credential, on the last attempt too',
    { errorClass: 'credential' },
    { failedAttempts: 3 },
    { kind: 'waits', reason: 'waits for models.example' },
  ],
  [
    'a model beside one that is down',
    {},
    { pauses: [{ ...OPEN, model: 'small' }] },
    { kind: 'waits', reason: 'waits for models.example' },
  ],
  [
    'a model beside one that is throttled',
    {},
    { pauses: [{ ...OPEN, model: 'small', cause: 'throttled' }] },
    { kind: 'retrying', notBeforeMs: NOW + 60_000, reason: '503' },
  ],
  [
    'a service of which another key is paused',
    {},
    { pauses: ['big', 'small'].map(model => ({ ...OPEN, model, credential: 'other' })) },
    { kind: 'retrying', notBeforeMs: NOW + 60_000, reason: '503' },
  ],
  [
    'a failure of ours while a service is paused',
    { service: null },
    { pauses: [OPEN] },
    { kind: 'retrying', notBeforeMs: NOW + 60_000, reason: '503' },
  ],
])('%s', (_name, failure, facts, run) => {
  expect(after(failure, facts).run).toEqual(run)
})

test('only a failure that says something of its service changes what is known of it', () => {
  for (const errorClass of ['permanent', 'budget', 'data'] as const) {
    expect(after({ errorClass }, { pauses: [OPEN] }).service).toBeNull()
  }
  expect(after({ service: null }, {}).service).toBeNull()
  expect(after({}, {}).service).toMatchObject({ pause: null, trial: { runId: 'run_1', inRow: 1 } })
  expect(after({ errorClass: 'credential' }, {}).service).toMatchObject({ pause: { cause: 'credential' } })
})

const failures = fc.record({
  errorClass: fc.constantFrom(...keysOf(ERROR_CLASSES)),
  reason: fc.string(),
  service: fc.constantFrom(null, SERVICE),
  retryAfterMs: fc.option(fc.nat()),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
})
const facts = fc.record({
  runId: fc.constant('run_1'),
  stage: fc.constantFrom('generate', 'judge', 'revise'),
  failedAttempts: fc.nat({ max: MAX_ATTEMPTS + 1 }),
  hasText: fc.boolean(),
  isUnknown: fc.boolean(),
  pauses: fc.constantFrom([], [OPEN], [{ ...OPEN, model: 'small' }]),
  trials: fc.constant([]),
  nowMs: fc.constant(NOW),
})

/** What has to be so for a run to go there. */
function mayGoThere(
  { run, service }: StageAfterFailure,
  { errorClass }: StageFailure,
  known: FailureFacts,
): boolean {
  switch (run.kind) {
    case 'waits':
      return (service?.pause ?? null) !== null
    case 'retrying':
      return (
        known.failedAttempts + 1 < MAX_ATTEMPTS &&
        ERROR_CLASSES[errorClass].retried &&
        run.notBeforeMs > known.nowMs
      )
    case 'waiting_human':
      return known.hasText
    case 'failed_final':
      return !known.hasText
  }
}

test('a run waits only for a service that is paused, and is retried only while attempts are left', () => {
  fc.assert(
    fc.property(failures, facts, (failure, known) => {
      expect(mayGoThere(afterFailure(failure, known), failure, known)).toBe(true)
    }),
  )
})
