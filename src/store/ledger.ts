import { callsOfRun, type Call } from './call-rows.ts'
import { reader, type StoreCore } from './core.ts'

/** AI cost of a period, split by how sure it is. */
export interface SpendSummary {
  /** Those that a service may bill: without what it refused before any work, which no bill of it holds either. */
  readonly calls: number
  readonly totalNano: number
  /** Part of the total whose calls got no answer, or one without usage: booked at the reservation. */
  readonly uncertainNano: number
  /** Part of the total whose model has no price: booked at the dearest known one. */
  readonly unpricedNano: number
}

/** Reads the cost ledger. Writing happens inside the transitions of a run. */
export interface LedgerStore {
  callsOfRun(runId: string): Promise<Call[]>
  /** Over calls, those of probes too, that started on days from `fromDay` to `toDay`, both `YYYY-MM-DD` and included. */
  summary(fromDay: string, toDay: string): Promise<SpendSummary>
}

/** The cost ledger over one database. */
export function ledgerStore(core: StoreCore): LedgerStore {
  return {
    callsOfRun: async runId => callsOfRun(core, runId),
    summary: async (fromDay, toDay) => {
      const row = core.engine.get(SUMMARY, { fromDay, toDay })
      const is = reader(row ?? {})
      return {
        calls: is.number('calls'),
        totalNano: is.number('total'),
        uncertainNano: is.number('uncertain'),
        unpricedNano: is.number('unpriced'),
      }
    },
  }
}

/**
 * Totals are kept; of the calls only those are read that are open or doubtful. The few open ones are not
 * looked for by their day.
 */
const SUMMARY = `
  WITH unsure AS (
    SELECT certainty, price_basis, cost_nano FROM calls
    WHERE certainty = 'reserved' AND /* unindexed */ day BETWEEN :fromDay AND :toDay
    UNION ALL
    SELECT certainty, price_basis, cost_nano FROM calls
    WHERE certainty <> 'reserved' AND (certainty IN ('unknown', 'unmetered') OR price_basis = 'unpriced')
      AND day BETWEEN :fromDay AND :toDay
    UNION ALL
    SELECT certainty, price_basis, cost_nano FROM probe_calls WHERE day BETWEEN :fromDay AND :toDay
  )
  SELECT (SELECT COUNT(*) FROM calls WHERE day BETWEEN :fromDay AND :toDay)
      - (SELECT COUNT(*) FROM calls WHERE certainty = 'unbilled' AND day BETWEEN :fromDay AND :toDay)
      + (SELECT COUNT(*) FROM probe_calls WHERE certainty <> 'unbilled' AND day BETWEEN :fromDay AND :toDay) AS calls,
    (SELECT COALESCE(SUM(nano), 0) FROM spend WHERE scope = 'day' AND key BETWEEN :fromDay AND :toDay) AS total,
    COALESCE(SUM(cost_nano) FILTER (WHERE certainty IN ('reserved', 'unknown', 'unmetered')), 0) AS uncertain,
    COALESCE(SUM(cost_nano) FILTER (WHERE price_basis = 'unpriced'), 0) AS unpriced
  FROM unsure`
