import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  calmMs,
  decideAlerts,
  LONGEST_CALM_MS,
  type Alert,
  type AlertRules,
  type NoticeKind,
  type Observation,
  type Silence,
} from '../../src/domain/alerts.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const NOON = Date.parse('2026-11-25T12:00:00Z')
const RULES: AlertRules = { repeatMs: 12 * HOUR_MS, calmMs: 15 * MINUTE_MS, quietHours: null }
const NIGHT: AlertRules = { ...RULES, quietHours: { from: 22 * 60, until: 7 * 60, timezone: 'UTC' } }

function seen(changes: Partial<Observation> = {}): Observation {
  return {
    key: 'service/models',
    cause: 'models down',
    severity: 'critical',
    state: 'bad',
    message: 'the model service answers 503',
    next: 'echopilot doctor',
    ...changes,
  }
}

const GOOD = seen({ state: 'good' })

/** Alerts as a store keeps them, and what was told of them. */
function world(rules: AlertRules = RULES) {
  let alerts: Alert[] = []
  const told: string[] = []
  const round = (nowMs: number, observations: readonly Observation[], complete: readonly string[] = []) => {
    const decided = decideAlerts(alerts, { observations, complete }, rules, nowMs)
    const changed = new Map(decided.changed.map(alert => [alert.cause, alert]))
    const known = new Set(alerts.map(({ cause }) => cause))
    alerts = [
      ...alerts.map(alert => changed.get(alert.cause) ?? alert),
      ...decided.changed.filter(({ cause }) => !known.has(cause)),
    ]
    for (const { alert, kind } of decided.notices) told.push(`${kind} ${alert.severity} ${alert.cause}`)
    return decided
  }
  return {
    round,
    told,
    get all() {
      return alerts
    },
    get only() {
      return alerts[0]
    },
    silence: (silence: Silence) => {
      alerts = alerts.map(alert => ({ ...alert, silence }))
    },
  }
}

/** Rounds in these distances, each with these observations. */
function every(
  of: ReturnType<typeof world>,
  [from, to, step]: readonly [number, number, number],
  observations: (atMs: number) => readonly Observation[],
): void {
  for (let at = from; at < to; at += step) of.round(at, observations(at))
}

function kindsOf(told: readonly string[]): string[] {
  return told.map(line => line.split(' ', 1)[0] ?? '')
}

describe('the life of an alert', () => {
  test('it opens once, repeats, and is over when all was good for long enough', () => {
    const of = world()
    every(of, [NOON, NOON + DAY_MS, 5 * MINUTE_MS], () => [seen()])
    expect(of.told).toEqual(['opened critical models down', 'repeated critical models down'])
    every(of, [NOON + DAY_MS, NOON + DAY_MS + 15 * MINUTE_MS, 5 * MINUTE_MS], () => [GOOD])
    expect(of.only?.state).toBe('open')
    of.round(NOON + DAY_MS + 15 * MINUTE_MS, [GOOD])
    expect(of.told.at(-1)).toBe('resolved critical models down')
    expect(of.only).toMatchObject({ state: 'resolved', told: null, signals: [] })
  })

  test('what was never measured opens nothing and ends nothing', () => {
    const of = world()
    of.round(NOON, [seen({ state: 'unknown' })])
    expect(of.only).toBeUndefined()
    of.round(NOON, [seen()])
    every(of, [NOON, NOON + DAY_MS, HOUR_MS], () => [seen({ state: 'unknown' })])
    expect(of.only).toMatchObject({ state: 'open', signals: [{ state: 'bad' }] })
    of.round(NOON + DAY_MS, [GOOD])
    of.round(NOON + DAY_MS + 5 * MINUTE_MS, [seen({ state: 'unknown' })])
    of.round(NOON + DAY_MS + 50 * MINUTE_MS, [seen({ state: 'unknown' })])
    of.round(NOON + DAY_MS + HOUR_MS, [GOOD])
    expect(of.only?.state).toBe('open')
    of.round(NOON + DAY_MS + 2 * HOUR_MS, [GOOD])
    expect(of.only?.state).toBe('resolved')
  })

  test('what becomes graver is told, also where somebody knew of less', () => {
    const of = world()
    of.round(NOON, [seen({ severity: 'warning' })])
    of.silence({ kind: 'acknowledged', untilMs: null, covers: 'warning', by: 'ana' })
    of.round(NOON + MINUTE_MS, [seen()])
    of.round(NOON + 2 * MINUTE_MS, [seen({ severity: 'warning' })])
    of.round(NOON + 3 * MINUTE_MS, [seen()])
    expect(of.told).toEqual(['opened warning models down', 'worsened critical models down'])
  })

  test('many things of one cause are one alert and one message', () => {
    const of = world()
    const failing = Array.from({ length: 200 }, (_, index) =>
      seen({
        key: `task/${index}`,
        severity: index === 7 ? 'critical' : 'warning',
        message: `task ${index}`,
      }),
    )
    every(of, [NOON, NOON + 200 * MINUTE_MS, MINUTE_MS], at =>
      failing.slice(0, (at - NOON) / MINUTE_MS + 1).filter((_, index) => index !== 7),
    )
    expect(of.told).toEqual(['opened warning models down'])
    const other = world()
    const { notices } = other.round(NOON, failing)
    expect(notices).toHaveLength(1)
    expect(notices[0]?.alert).toMatchObject({ severity: 'critical', message: 'task 7' })
    expect(notices[0]?.alert.signals).toHaveLength(200)
  })

  test('it is over when the last of its things is good, or is bad for another cause', () => {
    const of = world()
    of.round(NOON, [seen({ key: 'task/1' }), seen({ key: 'task/2' }), seen({ key: 'task/3' })])
    of.round(NOON + HOUR_MS, [
      seen({ key: 'task/1', state: 'good' }),
      seen({ key: 'task/2', cause: 'no credit' }),
    ])
    of.round(NOON + 2 * HOUR_MS, [])
    expect(of.only?.state).toBe('open')
    // The check of tasks has named everything that is bad: the third task is not.
    of.round(NOON + 2 * HOUR_MS, [seen({ key: 'task/2', cause: 'no credit' })], ['task'])
    of.round(NOON + 3 * HOUR_MS, [seen({ key: 'task/2', cause: 'no credit' })], ['task'])
    expect(of.told).toEqual([
      'opened critical models down',
      'opened critical no credit',
      'resolved critical models down',
    ])
  })

  test('a check that names all says nothing of what another check looks at', () => {
    const of = world()
    of.round(NOON, [seen()])
    of.round(NOON + HOUR_MS, [], ['task', 'serv'])
    of.round(NOON + 2 * HOUR_MS, [], ['task', 'serv'])
    expect(of.only?.state).toBe('open')
  })
})

describe('silence', () => {
  test('what is acknowledged does not repeat; its end is told, and its next opening', () => {
    const of = world()
    of.round(NOON, [seen()])
    of.silence({ kind: 'acknowledged', untilMs: null, covers: 'critical', by: 'ana' })
    every(of, [NOON, NOON + 3 * DAY_MS, HOUR_MS], () => [seen()])
    every(of, [NOON + 3 * DAY_MS, NOON + 4 * DAY_MS, HOUR_MS], () => [GOOD])
    of.round(NOON + 4 * DAY_MS, [seen()])
    expect(kindsOf(of.told)).toEqual(['opened', 'resolved', 'opened'])
  })

  test('a snooze holds over an end and a new opening; when it is over, what is still bad is told at once', () => {
    const of = world()
    of.round(NOON, [seen()])
    of.silence({ kind: 'snoozed', untilMs: NOON + 8 * HOUR_MS, covers: 'critical', by: 'ana' })
    every(of, [NOON, NOON + 2 * HOUR_MS, 5 * MINUTE_MS], () => [GOOD])
    expect(of.only?.state).toBe('resolved')
    every(of, [NOON + 2 * HOUR_MS, NOON + 8 * HOUR_MS, 5 * MINUTE_MS], () => [seen()])
    expect(kindsOf(of.told)).toEqual(['opened'])
    every(of, [NOON + 8 * HOUR_MS, NOON + 10 * HOUR_MS, 5 * MINUTE_MS], () => [seen()])
    expect(kindsOf(of.told)).toEqual(['opened', 'repeated'])
  })

  test('a snooze of less than it became keeps nothing back, and is no reason to tell it twice', () => {
    const of = world()
    of.round(NOON, [seen({ severity: 'warning' })])
    of.silence({ kind: 'snoozed', untilMs: NOON + 8 * HOUR_MS, covers: 'warning', by: 'ana' })
    every(of, [NOON + MINUTE_MS, NOON + 2 * HOUR_MS, 5 * MINUTE_MS], () => [seen()])
    expect(kindsOf(of.told)).toEqual(['opened', 'worsened'])
  })
})

describe('quiet hours', () => {
  const NINE_PM = NOON + 9 * HOUR_MS

  test('a warning waits for the morning, where it is still so', () => {
    const of = world(NIGHT)
    every(of, [NINE_PM + 2 * HOUR_MS, NINE_PM + 12 * HOUR_MS, 5 * MINUTE_MS], at => [
      seen({ severity: 'warning', cause: 'lasts', key: 'a/1' }),
      seen({
        severity: 'warning',
        cause: 'passes',
        key: 'a/2',
        state: at < NINE_PM + 4 * HOUR_MS ? 'bad' : 'good',
      }),
    ])
    expect(of.told).toEqual(['opened warning lasts'])
    expect(of.only).toMatchObject({ told: { atMs: NINE_PM + 10 * HOUR_MS } })
  })

  test('the end of a warning waits too', () => {
    const of = world(NIGHT)
    of.round(NINE_PM, [seen({ severity: 'warning' })])
    every(of, [NINE_PM + HOUR_MS, NINE_PM + 12 * HOUR_MS, 5 * MINUTE_MS], () => [GOOD])
    expect(of.only?.state).toBe('resolved')
    expect(of.told).toEqual(['opened warning models down', 'resolved warning models down'])
  })

  test('what is critical is told at night, and its end', () => {
    const of = world(NIGHT)
    every(of, [NINE_PM + 2 * HOUR_MS, NINE_PM + 4 * HOUR_MS, 5 * MINUTE_MS], at => [
      at < NINE_PM + 3 * HOUR_MS ? seen() : GOOD,
    ])
    expect(kindsOf(of.told)).toEqual(['opened', 'resolved'])
  })
})

describe('coming and going', () => {
  test('a service that fails and recovers every minute for a day: at most four messages', () => {
    const of = world()
    every(of, [NOON, NOON + DAY_MS, MINUTE_MS], at => [((at - NOON) / MINUTE_MS) % 2 === 0 ? seen() : GOOD])
    every(of, [NOON + DAY_MS, NOON + DAY_MS + HOUR_MS, MINUTE_MS], () => [GOOD])
    expect(kindsOf(of.told)).toEqual(['opened', 'repeated', 'resolved'])
  })

  test('what comes back soon has to be good for longer each time; after a good day it is as at first', () => {
    expect([0, 1, 2, 3, 50].map(reopenings => calmMs({ reopenings }, RULES) / MINUTE_MS)).toEqual([
      15, 60, 240, 720, 720,
    ])
    const of = world()
    of.round(NOON, [seen()])
    every(of, [NOON + MINUTE_MS, NOON + HOUR_MS, MINUTE_MS], () => [GOOD])
    of.round(NOON + HOUR_MS, [seen()])
    expect(of.only?.reopenings).toBe(1)
    every(of, [NOON + HOUR_MS, NOON + 3 * HOUR_MS, MINUTE_MS], () => [GOOD])
    expect(of.only?.state).toBe('resolved')
    of.round(NOON + 2 * DAY_MS, [seen()])
    expect(of.only?.reopenings).toBe(0)
  })

  test('however it comes and goes, it is told of at most nine times in any day', () => {
    const spans = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 20, maxLength: 60 })
    fc.assert(
      fc.property(spans, minutes => {
        const of = world()
        const at: number[] = []
        let now = NOON
        for (const [index, span] of minutes.entries()) {
          for (let round = 0; round < span; round += 1, now += 5 * MINUTE_MS) {
            const { notices } = of.round(now, [index % 2 === 0 ? seen() : GOOD])
            at.push(...notices.map(() => now))
          }
        }
        for (const from of at)
          expect(at.filter(ms => ms >= from && ms < from + DAY_MS).length).toBeLessThanOrEqual(9)
      }),
      { numRuns: 40, seed: 1 },
    )
  })
})

describe('for every sequence of rounds', () => {
  const observation = fc.record({
    key: fc.constantFrom('a/1', 'a/2', 'b/1'),
    cause: fc.constantFrom('x', 'y'),
    severity: fc.constantFrom('warning' as const, 'critical' as const),
    state: fc.constantFrom('bad' as const, 'good' as const, 'unknown' as const),
    message: fc.constantFrom('one', 'two'),
    next: fc.constant(null),
  })
  const steps = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 6 * HOUR_MS }),
      observations: fc.uniqueArray(observation, { selector: ({ key }) => key }),
      complete: fc.subarray(['a', 'b']),
    }),
    { maxLength: 40 },
  )

  /** What may be told after what, of one cause. */
  const AFTER: Readonly<Record<NoticeKind | 'nothing', readonly NoticeKind[]>> = {
    nothing: ['opened'],
    opened: ['worsened', 'repeated', 'resolved'],
    worsened: ['repeated', 'resolved'],
    repeated: ['worsened', 'repeated', 'resolved'],
    resolved: ['opened'],
  }

  test('the same round again changes nothing; what is told is in order; nothing is over while something is bad', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(RULES, NIGHT), (all, rules) => {
        const of = world(rules)
        const last = new Map<string, NoticeKind>()
        let now = NOON
        for (const { wait, observations, complete } of all) {
          now += wait
          const { changed, notices } = of.round(now, observations, complete)
          for (const { alert, kind } of notices) {
            expect(AFTER[last.get(alert.cause) ?? 'nothing']).toContain(kind)
            last.set(alert.cause, kind)
          }
          expect(changed.filter(({ state, signals }) => (state === 'open') !== signals.length > 0)).toEqual(
            [],
          )
          const bad = observations.filter(({ state }) => state === 'bad')
          expect(bad.filter(({ cause, key }) => !isBadIn(of.all, cause, key))).toEqual([])
          expect(of.round(now, observations, complete)).toEqual({ changed: [], notices: [] })
        }
      }),
      { numRuns: 300, seed: 1 },
    )
  })
})

function isBadIn(alerts: readonly Alert[], wanted: string, of: string): boolean {
  const alert = alerts.find(({ cause }) => cause === wanted)
  const signal = alert?.signals.find(({ key }) => key === of)
  return alert?.state === 'open' && signal?.state === 'bad'
}

test('a clock that was set back holds nothing up', () => {
  const of = world()
  of.round(NOON, [seen()])
  of.round(NOON - 30 * DAY_MS, [seen()])
  expect(kindsOf(of.told)).toEqual(['opened', 'repeated'])
  of.round(NOON - 30 * DAY_MS, [GOOD])
  of.round(NOON - 90 * DAY_MS, [GOOD])
  expect(of.only?.state).toBe('resolved')
  expect(LONGEST_CALM_MS).toBeLessThan(DAY_MS)
})
