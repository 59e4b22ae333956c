import type { Stage } from '../domain/run-state.ts'
import type { TokenUsage } from '../domain/cost.ts'
import type { PriceQuote } from '../domain/price.ts'
import { reader, type StoreReader } from './core.ts'
import type { SqlRow } from './engine.ts'

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
  return core.engine
    .all('SELECT * FROM calls WHERE run_id = :runId ORDER BY started_ms, id', { runId })
    .map(readCall)
}

/** A row of `calls`. */
export function readCall(row: SqlRow): Call {
  const is = reader(row)
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
