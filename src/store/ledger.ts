import { readRow, readRows, type RowReader, type StoreCore, type StoreReader } from './core.ts'
import type { Stage } from '../domain/run-state.ts'
import type { TokenUsage } from '../domain/cost.ts'
import type { PriceQuote } from '../domain/price.ts'

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
export function ledgerStore(core: StoreCore) {
  return {
    callsOfRun: async (runId: string) => callsOfRun(core, runId),
    /** Over calls, those of `doctor` too, that started on days from `fromDay` to `toDay`, both `YYYY-MM-DD` and included. */
    summary: async (fromDay: string, toDay: string): Promise<SpendSummary> =>
      readRow(core, SUMMARY, { fromDay, toDay }, is => ({
        calls: is.number('calls'),
        totalNano: is.number('total'),
        uncertainNano: is.number('uncertain'),
        unpricedNano: is.number('unpriced'),
      })),
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

/** A request that is about to leave, at its worst-case cost. */
export interface NewCall {
  readonly id: string
  readonly stage: Stage
  readonly service: string
  /** Digest of the credential. */
  readonly credential: string
  readonly model: string
  readonly reservedNano: number
  readonly priceBasis: PriceQuote['basis']
  readonly priceVersion: string
  readonly promptDigest: string
}

/** How sure the cost of a call is. `reserved` while it is under way. */
export type Certainty = 'reserved' | 'metered' | 'unmetered' | 'unknown' | 'unbilled'

/** How a call ended and what it cost. */
export interface Settlement {
  readonly callId: string
  readonly certainty: Exclude<Certainty, 'reserved'>
  /**
   * What the answer came to; `unmetered` is never under the reservation. Ignored for the others: `unbilled` is 0,
   * `unknown` stays at the reservation.
   */
  readonly costNano: number
  /** The price that it was booked at; null leaves that of the reservation. */
  readonly price: Pick<NewCall, 'priceBasis' | 'priceVersion'> | null
  /** Why it is booked so, where the answer's numbers do not say it themselves. */
  readonly note: string | null
  readonly usage: TokenUsage | null
  readonly answeredModel: string | null
  readonly serviceTier: string | null
  readonly requestId: string | null
  readonly error: string | null
}

/** A call as receipts and reports show it. */
export interface Call extends NewCall, Omit<Settlement, 'callId' | 'certainty' | 'price'> {
  readonly runId: string
  readonly attempt: number
  readonly certainty: Certainty
  readonly startedMs: number
  readonly endedMs: number | null
}

/** The calls of a run in the order they left. */
export function callsOfRun(core: StoreReader, runId: string): Call[] {
  const sql = 'SELECT * FROM calls WHERE run_id = :runId ORDER BY started_ms, id'
  return readRows(core, sql, { runId }, readCall)
}

function readCall(is: RowReader): Call {
  const input = is.numberOrNull('input_tokens')
  return {
    id: is.text('id'),
    runId: is.text('run_id'),
    attempt: is.number('attempt'),
    stage: is.text<Stage>('stage'),
    service: is.text('service'),
    credential: is.text('credential'),
    model: is.text('model'),
    certainty: is.text<Certainty>('certainty'),
    costNano: is.number('cost_nano'),
    reservedNano: is.number('reserved_nano'),
    priceBasis: is.text<PriceQuote['basis']>('price_basis'),
    priceVersion: is.text('price_version'),
    promptDigest: is.text('prompt_digest'),
    note: is.textOrNull('note'),
    usage:
      input === null
        ? null
        : {
            inputTokens: input,
            cachedTokens: is.number('cached_tokens'),
            cacheWriteTokens: is.number('cache_write_tokens'),
            outputTokens: is.number('output_tokens'),
            reasoningTokens: is.number('reasoning_tokens'),
          },
    answeredModel: is.textOrNull('answered_model'),
    serviceTier: is.textOrNull('service_tier'),
    requestId: is.textOrNull('request_id'),
    error: is.textOrNull('error'),
    startedMs: is.number('started_ms'),
    endedMs: is.numberOrNull('ended_ms'),
  }
}
