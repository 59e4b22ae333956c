import { isSilenced, type Severity } from '../domain/alerts.ts'
import {
  id,
  item,
  line,
  minute,
  next,
  state,
  words,
  type Block,
  type Tone,
  type Words,
} from '../kernel/document.ts'
import { countText, spanText } from '../kernel/text.ts'
import type { StoredAlert } from '../store/alerts.ts'
import type { Store } from '../store/index.ts'

/** An alert as people and machines are shown it. */
export interface ShownAlert {
  readonly id: string
  readonly cause: string
  readonly state: StoredAlert['state']
  readonly severity: Severity
  readonly message: string
  /** What is bad for this cause; none where all is good by now. */
  readonly bad: readonly string[]
  readonly openedMs: number
  readonly resolvedMs: number | null
  /** When people were told last; null where they were not told that it is open. */
  readonly toldMs: number | null
  /** Why nobody is told for now; null where that is not so. */
  readonly silence: StoredAlert['silence']
  /** What to type; null where there is nothing to do. */
  readonly next: string | null
}

/** The same, as of an instant. */
export function shownAlert(alert: StoredAlert, nowMs: number): ShownAlert {
  const isOpen = alert.state === 'open'
  const silence = isSilenced(alert, nowMs) ? alert.silence : null
  const acknowledge = silence === null ? `echopilot alert ack ${alert.id}` : null
  return {
    id: alert.id,
    cause: alert.cause,
    state: alert.state,
    severity: alert.severity,
    message: alert.message,
    bad: alert.signals.filter(signal => signal.state === 'bad').map(({ key }) => key),
    openedMs: alert.openedMs,
    resolvedMs: alert.resolvedMs,
    toldMs: alert.told?.atMs ?? null,
    silence,
    next: isOpen ? (alert.next ?? acknowledge) : null,
  }
}

/** Those that are open, the gravest first. */
export async function openAlerts(store: Store, nowMs: number): Promise<ShownAlert[]> {
  return (await store.alerts.open()).map(alert => shownAlert(alert, nowMs))
}

const TONES = { critical: 'bad', warning: 'warn' } as const satisfies Record<Severity, Tone>

/** What is wrong, since when, who knows, and what to do. */
export function alertItem(alert: ShownAlert, atMs: number): Block {
  const { bad, message, severity } = alert
  const head = alert.state === 'open' ? state(severity, TONES[severity]) : state('resolved', 'good')
  return item(
    words`${head} ${message}${bad.length > 1 ? ` (and ${bad.length - 1} more)` : ''}`,
    line`${id(alert.id)} ${sinceWords(alert, atMs)}`,
    silenceWords(alert),
    next(alert.next),
  )
}

function sinceWords({ openedMs, resolvedMs, toldMs, bad }: ShownAlert, atMs: number): Words {
  if (resolvedMs !== null) {
    return words`opened ${minute(openedMs)}, over since ${minute(resolvedMs)} UTC`
  }
  const told = toldMs === null ? 'told nobody yet' : `last told ${spanText(atMs - toldMs)} ago`
  const good = bad.length === 0 ? ', good again, but not for long enough' : ''
  return `open for ${spanText(atMs - openedMs)}, ${told}${good}`
}

function silenceWords({ silence }: ShownAlert): Block | null {
  if (silence === null) return null
  return silence.untilMs === null
    ? line`acknowledged by ${silence.by}`
    : line`snoozed by ${silence.by} until ${minute(silence.untilMs)} UTC`
}

/** `2 open, 1 of them critical`. */
export function alertCountText(alerts: readonly ShownAlert[]): string {
  const critical = alerts.filter(({ severity }) => severity === 'critical').length
  const of = critical === 0 ? '' : `, ${critical} of them critical`
  return `${countText(alerts.length, 'alert is open', 'alerts are open')}${of}`
}
