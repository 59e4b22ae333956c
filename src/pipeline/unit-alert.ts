import { isWithin } from '../domain/due.ts'
import type { Observation } from '../domain/alerts.ts'
import { NOTICE, type Notice } from '../domain/notice.ts'
import { asAppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { quoted } from '../kernel/typed-as.ts'
import type { Log } from '../kernel/log.ts'
import type { Attempted } from '../kernel/operation.ts'
import type { World } from '../kernel/world.ts'
import { deliverDue } from '../outbox/deliver.ts'
import type { Deliverers } from '../outbox/deliverer.ts'
import type { AlertChannel } from '../roles/alert-channel.ts'
import type { OperationRecord } from '../store/records.ts'
import type { UnitFailure } from '../store/unit-failures.ts'
import type { Store } from '../store/index.ts'
import { takeIn, type AlertSettings } from './alerts.ts'

/** What tells of a failed unit. Any of its parts may be what is wrong. */
export interface UnitAlertContext {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly log: Log
  readonly stop: AbortSignal
  readonly store: Attempted<Store>
  /** The defaults where there are none. */
  readonly settings: AlertSettings
  readonly channels: {
    readonly ready: readonly AlertChannel[]
    readonly failed: readonly { readonly service: string }[]
  }
  readonly deliverers: Deliverers
}

/** What became of it. */
export interface UnitAlert {
  /** The failure is in the store, where `operate` finds it. */
  readonly recorded: boolean
  /**
   * Who tells people: `operate` itself, which runs and may mend it first; an alert; each channel at once, because the
   * store cannot be written; or nobody, for no channel took it.
   */
  readonly told: 'left to operate' | 'alert' | 'at once' | 'nobody'
  /** What went wrong with it; null where nothing did. */
  readonly error: string | null
}

/**
 * Records that a unit failed, for `operate` to look after. Where that does not run, as when it is what failed, it is an
 * alert at once; and where the store cannot be written, each channel is told past it. Never throws: it is called by
 * systemd when things are bad already.
 */
export async function tellOfUnit(
  context: UnitAlertContext,
  failure: Omit<UnitFailure, 'atMs'>,
): Promise<UnitAlert> {
  const { store } = context
  const observation = observed(failure)
  try {
    if (!store.ok) throw store.error
    await store.value.unitFailures.record(failure)
    if (isLookedAfter(await store.value.records.latest(), failure.unit, context.world.clock.now())) {
      return { recorded: true, told: 'left to operate', error: null }
    }
    await takeIn({ ...context, store: store.value }, { observations: [observation], complete: [] })
    return { recorded: true, told: 'alert', error: await delivered(context, store.value) }
  } catch (thrown) {
    const { message } = asAppError(thrown)
    context.log.error('failed unit not recorded', { unit: failure.unit, error: message })
    return { recorded: false, told: await tellAtOnce(context, observation), error: message }
  }
}

/** `operate` runs every five minutes. */
const RUNS_MS = 15 * 60_000

/** Whether `operate` runs, and is not what failed. */
function isLookedAfter(records: readonly OperationRecord[], unit: string, nowMs: number): boolean {
  if (unit.includes('operate')) return false
  const last = records.find(({ operation }) => operation === 'operate')
  const ended = last?.outcome === 'ok' || last?.outcome === 'partial'
  return last !== undefined && ended && isWithin(last.startedMs, nowMs, RUNS_MS)
}

/** systemd knows more of it than we were told. */
function observed({ unit, result, exitCode }: Omit<UnitFailure, 'atMs'>): Observation {
  const how = [result, exitCode === null ? null : `exit ${exitCode}`].filter(part => part !== null)
  return {
    key: `unit/${unit}`,
    cause: `unit/${unit}`,
    severity: unit.includes('operate') ? 'critical' : 'warning',
    state: 'bad',
    message: `${unit} failed${how.length === 0 ? '' : ` (${how.join(', ')})`}`,
    next: `journalctl -u ${quoted(unit)} -n 50`,
  }
}

/** What cannot be delivered now is delivered with what comes next. */
async function delivered(context: UnitAlertContext, store: Store): Promise<string | null> {
  try {
    const { failed } = await deliverDue({ ...context, store })
    return failed[0]?.message ?? null
  } catch (thrown) {
    return asAppError(thrown).message
  }
}

async function tellAtOnce(context: UnitAlertContext, observation: Observation): Promise<UnitAlert['told']> {
  const { world, log, channels } = context
  const atMs = world.clock.now()
  const { cause, severity, message, next } = observation
  const notice: Notice = {
    kind: NOTICE.kind,
    what: 'opened',
    alertId: null,
    cause,
    severity,
    message,
    next,
    count: 1,
    openedMs: atMs,
    atMs,
  }
  const key = `${newId('alert', world)}/${NOTICE.kind}/1`
  const told = await Promise.all(
    channels.ready.map(async channel => {
      try {
        await channel.tell(notice, key)
        return true
      } catch (thrown) {
        log.error('alert not told', { channel: channel.service, error: asAppError(thrown).message })
        return false
      }
    }),
  )
  return told.includes(true) ? 'at once' : 'nobody'
}
