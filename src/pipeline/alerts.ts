import { nearest } from '../domain/did-you-mean.ts'
import type { AlertRules, Round } from '../domain/alerts.ts'
import { readQuietHours } from '../domain/quiet-hours.ts'
import { AppError } from '../kernel/errors.ts'
import { quoted } from '../kernel/typed-as.ts'
import type { CoreSettings } from '../settings/core.ts'
import type { StoredAlert, Told } from '../store/alerts.ts'
import type { Store } from '../store/index.ts'
import { findOne } from './tasks.ts'

/** The settings that alerts are judged by. */
export type AlertSettings = Pick<CoreSettings, 'alerts' | 'timezone'>

/** What the operator has set, as rules. */
function alertRules({ alerts, timezone }: AlertSettings): AlertRules {
  const hours = readQuietHours(alerts.quiet_hours)
  return {
    repeatMs: alerts.repeat_hours * 3_600_000,
    calmMs: alerts.calm_minutes * 60_000,
    quietHours: hours === null ? null : { ...hours, timezone },
  }
}

/** What takes observations in: the store, the rules, and all channels that are set up, also those that do not open. */
export interface AlertContext {
  readonly store: Store
  readonly settings: AlertSettings
  readonly channels: {
    readonly ready: readonly { readonly service: string }[]
    readonly failed: readonly { readonly service: string }[]
  }
}

/**
 * Takes in what checks have found ({@link file://../store/alerts.ts}). A notice for a channel that does not open waits
 * for it. Whoever calls this delivers afterwards.
 */
export async function takeIn({ store, settings, channels }: AlertContext, round: Round): Promise<Told> {
  const names = [...channels.ready, ...channels.failed].map(({ service }) => service)
  return store.alerts.observe(round, { rules: alertRules(settings), channels: names })
}

const LIST = 'echopilot alert list'

/**
 * The alert a person means by its cause, an id, or the beginning of one.
 * @throws AppError `missing`, with what was most likely meant, or `usage` where several fit
 */
export async function findAlert(store: Store, text: string, command: string): Promise<StoredAlert> {
  const open = await store.alerts.open()
  const named = open.find(({ cause }) => cause === text)
  if (named !== undefined) return named
  if (text.startsWith('alert_')) {
    const found = await findOne(store, text, LIST)
    const alert = found.kind === 'alert' ? await store.alerts.get(found.id) : null
    if (alert !== null) return alert
  }
  const guess = nearest(
    text,
    open.map(({ cause }) => cause),
  )
  const message = `no alert is open for ${quoted(text)}`
  if (guess === null) throw new AppError('missing', message, LIST)
  const next = `echopilot ${command} ${quoted(guess)}`
  throw new AppError('missing', `${message} (did you mean ${quoted(guess)}?)`, next)
}
