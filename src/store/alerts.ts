import {
  decideAlerts,
  type Alert,
  type AlertRules,
  type Decided,
  type NoticeKind,
  type Round,
  type Severity,
  type Signal,
  type Silence,
} from '../domain/alerts.ts'
import { NOTICE, NOTICE_TARGET, type Notice } from '../domain/notice.ts'
import { readRows, type Change, type RowReader, type StoreCore, type StoreReader } from './core.ts'
import { recordEffects } from './effect-rows.ts'
import type { SqlParameters } from './engine.ts'
import { listed, listOf } from './sql.ts'

/** An alert as it is kept. */
export interface StoredAlert extends Alert {
  readonly id: string
}

/** By what observations are judged, and who is told. */
export interface AlertPolicy {
  readonly rules: AlertRules
  /** Names of the services that are channels: each gets every notice. */
  readonly channels: readonly string[]
}

/** What a round of observations came to. */
export interface Told {
  /** The notices that were recorded, each for every channel. */
  readonly notices: readonly { readonly alertId: string; readonly kind: NoticeKind }[]
}

/** What became of an operator's word about an alert. `refused`, for it is over, changed nothing. */
export type AlertDecided = 'done' | 'refused'

/** What calls for help. */
export function alertStore(core: StoreCore) {
  return {
    /**
     * Takes in what checks have found: alerts, and the effects of their notices, in one transaction. Where nothing is
     * otherwise than it was, nothing is written; the same observations once more, by another process too, tell nothing
     * again. Without any observation, what time alone brings is told: what repeats, and what had to wait.
     */
    observe: async (round: Round, policy: AlertPolicy): Promise<Told> => {
      // Looked at outside the write lock first: nearly always all is as it was.
      if (planOf(core, round, policy).changed.length === 0) return { notices: [] }
      return core.change(core.actor, 'alert.observe', tx => keep(tx, planOf(tx, round, policy), policy))
    },
    /** Open ones, the gravest and then the newest first. */
    open: async () =>
      readAlerts(core, `SELECT * FROM alerts WHERE state = 'open' ORDER BY opened_ms DESC, id DESC`).toSorted(
        (a, b) => gravity(b) - gravity(a),
      ),
    /** Those that are over, the last opened first. */
    resolved: async (limit: number) =>
      readAlerts(
        core,
        `SELECT * FROM alerts WHERE state = 'resolved' ORDER BY opened_ms DESC, id DESC LIMIT :limit`,
        { limit },
      ),
    get: async (id: string) => findAlert(core, id),
    /** Somebody knows: it does not repeat, until it is over or becomes graver. */
    acknowledge: (id: string, actor: string) =>
      core.change(actor, 'alert.acknowledge', tx =>
        silence(tx, id, { kind: 'acknowledged', untilMs: null, by: actor }),
      ),
    /** Nobody is told of it until an instant, unless it becomes graver. */
    snooze: (id: string, untilMs: number, actor: string) =>
      core.change(actor, 'alert.snooze', tx => silence(tx, id, { kind: 'snoozed', untilMs, by: actor })),
  }
}

interface Plan extends Decided {
  readonly before: ReadonlyMap<string, StoredAlert>
}

function planOf(core: StoreReader, round: Round, { rules }: AlertPolicy): Plan {
  const causes = listOf([...new Set(round.observations.map(({ cause }) => cause))])
  const live = `SELECT * FROM alerts /* by alerts_live */ WHERE state = 'open' OR told_ms IS NOT NULL`
  const observed = `SELECT * FROM alerts WHERE cause IN ${listed(':causes')}`
  const found = [...readAlerts(core, live), ...readAlerts(core, observed, { causes })]
  const alerts = [...new Map(found.map(alert => [alert.id, alert])).values()].toSorted(
    (a, b) => a.openedMs - b.openedMs || (a.id < b.id ? -1 : 1),
  )
  const before = new Map(alerts.map(alert => [alert.cause, alert]))
  return { before, ...decideAlerts(alerts, round, rules, core.clock.now()) }
}

function keep(tx: Change, { changed, notices, before }: Plan, { channels }: AlertPolicy): Told {
  const ids = new Map(changed.map(({ cause }) => [cause, before.get(cause)?.id ?? tx.newId('alert')]))
  const idOf = ({ cause }: Alert): string => ids.get(cause) ?? ''
  for (const alert of changed) {
    const { state, severity, cause } = alert
    writeAlert(tx, { ...alert, id: idOf(alert) })
    // That one of its things comes or goes is no turn of the alert.
    if (before.get(cause)?.state !== state) tx.about(idOf(alert), { state, severity })
  }
  for (const { alert, kind } of notices) {
    const id = idOf(alert)
    tx.about(id, { notice: kind })
    const body = noticeOf({ ...alert, id }, kind, tx.clock.now())
    for (const service of channels) {
      const subject = { kind: 'alert', id }
      recordEffects(tx, { service, subject }, [{ name: null, target: NOTICE_TARGET, body }])
    }
  }
  return { notices: notices.map(({ alert, kind }) => ({ alertId: idOf(alert), kind })) }
}

function noticeOf(alert: StoredAlert, what: NoticeKind, atMs: number): Notice {
  const { id: alertId, cause, severity, message, next, openedMs, signals } = alert
  const count = signals.filter(({ state }) => state === 'bad').length
  const kind = NOTICE.kind
  return { kind, what, alertId, cause, severity, message, next, count, openedMs, atMs }
}

function writeAlert(tx: Change, alert: StoredAlert): void {
  const { id, told, silence: kept, signals, ...row } = alert
  tx.engine.run(
    `INSERT INTO alerts (id, cause, state, severity, message, next, opened_ms, resolved_ms, reopenings, told_severity,
       told_ms, silence, silence_until_ms, silence_covers, silence_by)
     VALUES (:id, :cause, :state, :severity, :message, :next, :openedMs, :resolvedMs, :reopenings, :toldSeverity,
       :toldMs, :silence, :silenceUntilMs, :silenceCovers, :silenceBy)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, severity = excluded.severity, message = excluded.message,
       next = excluded.next, opened_ms = excluded.opened_ms, resolved_ms = excluded.resolved_ms,
       reopenings = excluded.reopenings, told_severity = excluded.told_severity, told_ms = excluded.told_ms,
       silence = excluded.silence, silence_until_ms = excluded.silence_until_ms,
       silence_covers = excluded.silence_covers, silence_by = excluded.silence_by`,
    {
      ...row,
      id,
      toldSeverity: told?.severity ?? null,
      toldMs: told?.atMs ?? null,
      silence: kept?.kind ?? null,
      silenceUntilMs: kept?.untilMs ?? null,
      silenceCovers: kept?.covers ?? null,
      silenceBy: kept?.by ?? null,
    },
  )
  tx.engine.run('DELETE FROM alert_signals WHERE alert_id = :id', { id })
  for (const signal of signals) {
    tx.engine.run(
      `INSERT INTO alert_signals (alert_id, key, severity, message, next, state, since_ms)
       VALUES (:id, :key, :severity, :message, :next, :state, :sinceMs)`,
      { ...signal, id },
    )
  }
}

function silence(tx: Change, id: string, how: Pick<Silence, 'kind' | 'untilMs' | 'by'>): AlertDecided {
  const alert = findAlert(tx, id)
  if (alert?.state !== 'open') return 'refused'
  writeAlert(tx, { ...alert, silence: { ...how, covers: alert.severity } })
  tx.about(id, { silence: how.kind, untilMs: how.untilMs, covers: alert.severity })
  return 'done'
}

function findAlert(core: StoreReader, id: string): StoredAlert | null {
  return readAlerts(core, 'SELECT * FROM alerts WHERE id = :id', { id })[0] ?? null
}

function gravity({ severity }: Alert): number {
  return severity === 'critical' ? 1 : 0
}

function readAlerts(core: StoreReader, sql: string, values: SqlParameters = {}): StoredAlert[] {
  return readRows(core, sql, values, is => {
    const id = is.text('id')
    const toldMs = is.numberOrNull('told_ms')
    return {
      id,
      cause: is.text('cause'),
      state: is.text<Alert['state']>('state'),
      severity: is.text<Severity>('severity'),
      message: is.text('message'),
      next: is.textOrNull('next'),
      openedMs: is.number('opened_ms'),
      resolvedMs: is.numberOrNull('resolved_ms'),
      reopenings: is.number('reopenings'),
      told: toldMs === null ? null : { severity: is.text<Severity>('told_severity'), atMs: toldMs },
      silence: readSilence(is),
      signals: signalsOf(core, id),
    }
  })
}

function readSilence(is: RowReader): Silence | null {
  const kind = is.textOrNull<Silence['kind']>('silence')
  if (kind === null) return null
  const untilMs = is.numberOrNull('silence_until_ms')
  return { kind, untilMs, covers: is.text<Severity>('silence_covers'), by: is.text('silence_by') }
}

function signalsOf(core: StoreReader, id: string): Signal[] {
  const sql = 'SELECT * FROM alert_signals WHERE alert_id = :id ORDER BY key'
  return readRows(core, sql, { id }, is => ({
    key: is.text('key'),
    severity: is.text<Severity>('severity'),
    message: is.text('message'),
    next: is.textOrNull('next'),
    state: is.text<Signal['state']>('state'),
    sinceMs: is.number('since_ms'),
  }))
}
