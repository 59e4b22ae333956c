import { isDue, isWithin } from './due.ts'
import { isQuiet, type QuietHours } from './quiet-hours.ts'

/** How grave it is. What is critical is told at night too, and `status` fails while it is open. */
export type Severity = 'warning' | 'critical'

/** What a check found out about one thing. */
export interface Observation {
  /** What was looked at, and by which check: `<check>/<thing>`. One key is one thing, whatever is wrong with it. */
  readonly key: string
  /** Why it is bad: everything of one cause is one alert, and told once. */
  readonly cause: string
  readonly severity: Severity
  /** `unknown` could not be measured: it opens nothing, and nothing is over by it. */
  readonly state: 'bad' | 'good' | 'unknown'
  /** What is wrong, for people, with figures and ids; never a person's words. */
  readonly message: string
  /** What to type; null where there is nothing. */
  readonly next: string | null
}

/** One thing that an alert is about, as it was last observed. */
export interface Signal extends Pick<Observation, 'key' | 'severity' | 'message' | 'next'> {
  readonly state: Observation['state']
  /** Since when it is in this state. */
  readonly sinceMs: number
}

/** What keeps an alert quiet. It covers only what was known: where the alert becomes graver, that is told. */
export interface Silence {
  /** Acknowledged: until it is over. Snoozed: until an instant, also where it opens again meanwhile. */
  readonly kind: 'acknowledged' | 'snoozed'
  /** Of a snooze; null for what was acknowledged. */
  readonly untilMs: number | null
  readonly covers: Severity
  readonly by: string
}

/** Everything that is bad for one cause. */
export interface Alert {
  readonly cause: string
  readonly state: 'open' | 'resolved'
  /** That of the gravest thing that is bad; where nothing is bad any more, the last one. */
  readonly severity: Severity
  readonly message: string
  readonly next: string | null
  /** When it opened, the last time. */
  readonly openedMs: number
  readonly resolvedMs: number | null
  /** How often it opened again soon after it had been resolved: see {@link calmMs}. */
  readonly reopenings: number
  /** What people were told last and believe now; null where that is that nothing is wrong. */
  readonly told: { readonly severity: Severity; readonly atMs: number } | null
  readonly silence: Silence | null
  /** None once it is resolved. */
  readonly signals: readonly Signal[]
}

/** What the operator has set. */
export interface AlertRules {
  /** What is still open is told again after so long, unless somebody said that they know. */
  readonly repeatMs: number
  /** For how long all must be good for an alert to be over, the first time. */
  readonly calmMs: number
  readonly quietHours: QuietHours | null
}

/** What a notice says of an alert. */
export type NoticeKind = 'opened' | 'worsened' | 'repeated' | 'resolved'

/** An alert that opens again within so long after it was resolved is the same trouble. */
const SAME_TROUBLE_MS = 24 * 3_600_000
/** … and has to be good for so many times as long, each time, … */
const CALM_FACTOR = 4
/** … but no longer than this. */
export const LONGEST_CALM_MS = 12 * 3_600_000
/** Nobody forgets an alert for longer. */
export const LONGEST_SNOOZE_MS = 30 * 24 * 3_600_000

/** What came of a round of observations. */
export interface Decided {
  /** Alerts that are otherwise than before, as they are now. */
  readonly changed: readonly Alert[]
  /** What is to be told, each of one of the changed. */
  readonly notices: readonly { readonly alert: Alert; readonly kind: NoticeKind }[]
}

/** A round of observations. */
export interface Round {
  readonly observations: readonly Observation[]
  /** Checks that have named everything that is bad: what they do not name is good. */
  readonly complete: readonly string[]
}

/**
 * What becomes of alerts after a round of observations. `alerts` are at least those that are open, those of which
 * something is still to be told, and those of a cause that was observed. The same round once more changes nothing.
 */
export function decideAlerts(
  alerts: readonly Alert[],
  round: Round,
  rules: AlertRules,
  nowMs: number,
): Decided {
  const known = new Set(alerts.map(({ cause }) => cause))
  const causes = new Set(round.observations.filter(({ state }) => state === 'bad').map(({ cause }) => cause))
  const opening = [...causes].filter(cause => !known.has(cause)).map(cause => unopened(cause, nowMs))
  const changed: Alert[] = []
  const notices: { alert: Alert; kind: NoticeKind }[] = []
  for (const before of [...alerts, ...opening]) {
    const observed = turned(before, signalsAfter(before, round, nowMs), rules, nowMs)
    const kind = noticeOf(observed, rules, nowMs)
    const after = kind === null ? observed : { ...observed, told: toldBy(observed, kind, nowMs) }
    if (kind !== null) notices.push({ alert: after, kind })
    if (!isSame(before, after)) changed.push(after)
  }
  return { changed, notices }
}

/** One that never was; it is open before anybody sees it. */
function unopened(cause: string, nowMs: number): Alert {
  return {
    cause,
    state: 'resolved',
    severity: 'warning',
    message: '',
    next: null,
    openedMs: nowMs,
    resolvedMs: null,
    reopenings: 0,
    told: null,
    silence: null,
    signals: [],
  }
}

/** The check of a key: its part before the first slash. */
function checkOf(key: string): string {
  return key.split('/', 1)[0] ?? key
}

function signalsAfter(alert: Alert, { observations, complete }: Round, nowMs: number): Signal[] {
  const seen = new Map(observations.map(observation => [observation.key, observation]))
  const known = new Set(alert.signals.map(({ key }) => key))
  const kept = alert.signals.map(signal => {
    const observation = seen.get(signal.key)
    if (observation === undefined) {
      return complete.includes(checkOf(signal.key)) ? inState(signal, 'good', nowMs) : signal
    }
    // Bad for another cause: it is no matter of this alert any more.
    if (observation.state === 'bad' && observation.cause !== alert.cause)
      return inState(signal, 'good', nowMs)
    const state = inState(signal, observation.state, nowMs)
    return observation.state === 'bad' ? { ...state, ...wordsOf(observation) } : state
  })
  const added = [...seen.values()].filter(
    ({ key, state, cause }) => state === 'bad' && cause === alert.cause && !known.has(key),
  )
  return [...kept, ...added.map(({ key, state, ...of }) => ({ key, ...wordsOf(of), state, sinceMs: nowMs }))]
}

function wordsOf({ severity, message, next }: Pick<Observation, 'severity' | 'message' | 'next'>) {
  return { severity, message, next }
}

/** What is bad and cannot be measured any more is still bad, as far as anybody knows. */
function inState(signal: Signal, state: Signal['state'], nowMs: number): Signal {
  if (signal.state === state || (signal.state === 'bad' && state === 'unknown')) return signal
  return { ...signal, state, sinceMs: nowMs }
}

/** Opened, resolved, or as it was. */
function turned(alert: Alert, signals: readonly Signal[], rules: AlertRules, nowMs: number): Alert {
  const worst = worstOf(signals.filter(({ state }) => state === 'bad'))
  if (worst !== null) {
    const open = alert.state === 'open' ? alert : opened(alert, nowMs)
    return { ...open, ...wordsOf(worst), signals }
  }
  if (alert.state === 'resolved' || !isCalm(alert, signals, rules, nowMs)) return { ...alert, signals }
  const { silence } = alert
  return {
    ...alert,
    state: 'resolved',
    resolvedMs: nowMs,
    silence: silence?.kind === 'snoozed' ? silence : null,
    signals: [],
  }
}

function opened(alert: Alert, nowMs: number): Alert {
  const isSameTrouble = alert.resolvedMs !== null && isWithin(alert.resolvedMs, nowMs, SAME_TROUBLE_MS)
  return {
    ...alert,
    state: 'open',
    openedMs: nowMs,
    resolvedMs: null,
    reopenings: isSameTrouble ? alert.reopenings + 1 : 0,
  }
}

/** The gravest, of those the one that is bad for longest. */
function worstOf(bad: readonly Signal[]): Signal | null {
  return bad.reduce<Signal | null>(
    (worst, signal) =>
      worst === null ||
      rank(signal.severity) > rank(worst.severity) ||
      (signal.severity === worst.severity && signal.sinceMs < worst.sinceMs)
        ? signal
        : worst,
    null,
  )
}

function rank(severity: Severity): number {
  return severity === 'critical' ? 2 : 1
}

/**
 * How long everything has to be good before an alert is over. What comes back soon after must be good for longer each
 * time: however a service comes and goes, it is told of a few times a day.
 */
export function calmMs({ reopenings }: Pick<Alert, 'reopenings'>, rules: Pick<AlertRules, 'calmMs'>): number {
  return Math.min(rules.calmMs * CALM_FACTOR ** reopenings, LONGEST_CALM_MS)
}

function isCalm(alert: Alert, signals: readonly Signal[], rules: AlertRules, nowMs: number): boolean {
  const wanted = calmMs(alert, rules)
  return signals.every(
    ({ state, sinceMs }) => state === 'good' && isDue(sinceMs + wanted, nowMs, LONGEST_CALM_MS),
  )
}

/** What is to be told of an alert now; null where that is nothing, or has to wait. */
function noticeOf(alert: Alert, rules: AlertRules, nowMs: number): NoticeKind | null {
  const { told } = alert
  const severity = alert.state === 'open' ? alert.severity : (told?.severity ?? 'warning')
  if (severity === 'warning' && rules.quietHours !== null && isQuiet(rules.quietHours, nowMs)) return null
  if (isSilenced(alert, nowMs)) return null
  if (alert.state === 'resolved') return told === null ? null : 'resolved'
  // It is good at last, and may well be over: nobody is called for that.
  if (!alert.signals.some(({ state }) => state === 'bad')) return null
  if (told === null) return 'opened'
  if (rank(severity) > rank(told.severity)) return 'worsened'
  return hasSlept(alert, told.atMs, nowMs) || isDue(told.atMs + rules.repeatMs, nowMs, rules.repeatMs)
    ? 'repeated'
    : null
}

/** Whether somebody said that they know. */
export function isSilenced(alert: Pick<Alert, 'state' | 'severity' | 'silence'>, nowMs: number): boolean {
  const { silence, severity, state } = alert
  if (silence === null || rank(severity) > rank(silence.covers)) return false
  return silence.untilMs === null ? state === 'open' : !isDue(silence.untilMs, nowMs, LONGEST_SNOOZE_MS)
}

/** Whether a snooze is over since it was told last: that is when somebody wanted to hear of it again. */
function hasSlept({ silence }: Alert, toldMs: number, nowMs: number): boolean {
  const untilMs = silence?.untilMs ?? null
  return untilMs !== null && toldMs < untilMs && isDue(untilMs, nowMs, LONGEST_SNOOZE_MS)
}

function toldBy(alert: Alert, kind: NoticeKind, nowMs: number): Alert['told'] {
  return kind === 'resolved' ? null : { severity: alert.severity, atMs: nowMs }
}

function isSame(before: Alert, after: Alert): boolean {
  return JSON.stringify(before) === JSON.stringify(after)
}
