import { utcDay } from '../domain/budget.ts'
import { firstIdOf } from '../kernel/ids.ts'
import { readRow, type StoreCore } from './core.ts'
import { WITH_NAMES } from './records.ts'

/**
 * What tells how the machine fared, and nothing of anybody's work or money: it is of no use when it is old. A webhook is
 * a hint that something changed, and what that was is recorded elsewhere.
 */
export type Telemetry = 'record' | 'healing' | 'unit failure' | 'webhook' | 'refused webhook'

/** Forgets it. */
export function telemetryStore(core: StoreCore) {
  return {
    /** How much of a kind is from before an instant, without what is kept however old it is. */
    countBefore: async (what: Telemetry, beforeMs: number) =>
      readRow(core, `SELECT COUNT(*) AS old FROM (${TABLES[what].old})`, before(beforeMs), is =>
        is.number('old'),
      ),
    /** Forgets so many of those; returns how many. Repeated, it goes on. */
    forgetBefore: (what: Telemetry, beforeMs: number, limit: number) =>
      core.change(core.actor, 'telemetry.forget', tx => {
        const { table, key, old } = TABLES[what]
        const sql = `DELETE FROM ${table} WHERE (${key}) IN (${old} LIMIT :limit)`
        const forgotten = tx.engine.run(sql, { ...before(beforeMs), limit })
        if (forgotten > 0) tx.about(table, { beforeMs, forgotten })
        return forgotten
      }),
  }
}

/** What is found by its id is so by the time that the id begins with. */
function before(beforeMs: number) {
  return {
    beforeMs,
    beforeHealing: firstIdOf('healing', beforeMs),
    beforeWebhook: firstIdOf('webhook', beforeMs),
    beforeDay: utcDay(beforeMs),
  }
}

interface Table {
  readonly table: string
  readonly key: string
  /** Asks for the keys of what is old. */
  readonly old: string
}

const TABLES: Readonly<Record<Telemetry, Table>> = {
  // The latest of each operation is kept.
  record: {
    table: 'operation_records',
    key: 'id',
    old: `${WITH_NAMES} SELECT o.id FROM names /* in this order */ JOIN operation_records o
        ON o.operation = names.operation AND o.started_ms < :beforeMs
        AND EXISTS (SELECT 1 FROM operation_records later WHERE later.operation = o.operation
          AND later.started_ms > o.started_ms)`,
  },
  healing: { table: 'healings', key: 'id', old: 'SELECT id FROM healings WHERE id < :beforeHealing' },
  'unit failure': {
    table: 'unit_failures',
    key: 'unit, at_ms',
    old: 'SELECT unit, at_ms FROM unit_failures WHERE at_ms < :beforeMs',
  },
  // Services send an event again for days at most, and list it for a month: it is not taken for a new one.
  webhook: {
    table: 'webhooks',
    key: 'id',
    old: `SELECT id FROM webhooks WHERE id < :beforeWebhook AND ended_ms IS NOT NULL`,
  },
  'refused webhook': {
    table: 'webhook_refusals',
    key: 'service, day, why',
    old: 'SELECT service, day, why FROM webhook_refusals WHERE day < :beforeDay',
  },
}
