import {
  findBreach,
  spendKeys,
  utcDay,
  type CapBreach,
  type Caps,
  type SpendScope,
} from '../domain/budget.ts'
import type { Stage } from '../domain/run-state.ts'
import type { TokenUsage } from '../domain/cost.ts'
import type { PriceQuote } from '../domain/price.ts'
import type { Claim } from '../kernel/lease.ts'
import { reader, type StoreCore } from './core.ts'
import type { SqlRow } from './engine.ts'

/** A request that is about to leave, at its worst-case cost. */
export interface NewCall {
  readonly id: string
  readonly stage: Stage
  readonly service: string
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
  /** What the usage came to; ignored unless `metered`: `unbilled` is 0, the rest stay at the reservation. */
  readonly costNano: number
  readonly usage: TokenUsage | null
  readonly answeredModel: string | null
  readonly serviceTier: string | null
  readonly requestId: string | null
  readonly error: string | null
}

/** A call as receipts and reports show it. */
export interface Call extends NewCall {
  readonly runId: string
  readonly attempt: number
  readonly certainty: Certainty
  readonly costNano: number
  readonly usage: TokenUsage | null
  readonly answeredModel: string | null
  readonly serviceTier: string | null
  readonly requestId: string | null
  readonly error: string | null
  readonly startedMs: number
  readonly endedMs: number | null
}

/** AI cost of a period, split by how sure it is. */
export interface SpendSummary {
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
  /** Over calls that started on days from `fromDay` to `toDay`, both `YYYY-MM-DD` and included. */
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
 * Totals are kept; of the calls only those are read that are open or doubtful. The `+` keeps the few open ones
 * from being looked for by their day.
 */
const SUMMARY = `
  WITH unsure AS (
    SELECT certainty, price_basis, cost_nano FROM calls
    WHERE certainty = 'reserved' AND +day BETWEEN :fromDay AND :toDay
    UNION ALL
    SELECT certainty, price_basis, cost_nano FROM calls
    WHERE certainty <> 'reserved' AND (certainty IN ('unknown', 'unmetered') OR price_basis = 'unpriced')
      AND day BETWEEN :fromDay AND :toDay
  )
  SELECT (SELECT COUNT(*) FROM calls WHERE day BETWEEN :fromDay AND :toDay) AS calls,
    (SELECT COALESCE(SUM(nano), 0) FROM spend WHERE scope = 'day' AND key BETWEEN :fromDay AND :toDay) AS total,
    COALESCE(SUM(cost_nano) FILTER (WHERE certainty IN ('reserved', 'unknown', 'unmetered')), 0) AS uncertain,
    COALESCE(SUM(cost_nano) FILTER (WHERE price_basis = 'unpriced'), 0) AS unpriced
  FROM unsure`

/** The calls of a run in the order they left. */
export function callsOfRun(core: StoreCore, runId: string): Call[] {
  return core.engine
    .all('SELECT * FROM calls WHERE run_id = :runId ORDER BY started_ms, id', { runId })
    .map(readCall)
}

/** The cap that `needNano` more would break for this task, now; inside a transaction of the caller. */
export function breachOf(
  core: StoreCore,
  subject: { taskId: string; client: string | null },
  needNano: number,
  caps: Caps,
): CapBreach | null {
  const keys = spendKeys({ ...subject, day: utcDay(core.clock.now()) })
  return findBreach(
    keys.map(({ scope, key }) => ({ scope, nano: spentNano(core, scope, key) })),
    needNano,
    caps,
  )
}

/** Books a call at its reservation, before it leaves; inside a transaction of the caller. */
export function reserveCall(
  core: StoreCore,
  run: { id: string; taskId: string; client: string | null; attempt: number; claim: Claim },
  call: NewCall,
): void {
  const day = utcDay(core.clock.now())
  core.engine.run(
    `INSERT INTO calls (id, run_id, attempt, claim_no, owner, stage, service, model, certainty, cost_nano, reserved_nano,
       price_basis, price_version, prompt_digest, day, started_ms)
     VALUES (:id, :runId, :attempt, :claimNo, :owner, :stage, :service, :model, 'reserved', :reserved, :reserved,
       :basis, :version, :digest, :day, :now)`,
    {
      id: call.id,
      runId: run.id,
      attempt: run.attempt,
      claimNo: run.claim.claimNo,
      owner: run.claim.owner,
      stage: call.stage,
      service: call.service,
      model: call.model,
      reserved: call.reservedNano,
      basis: call.priceBasis,
      version: call.priceVersion,
      digest: call.promptDigest,
      day,
      now: core.clock.now(),
    },
  )
  addSpend(core, { taskId: run.taskId, client: run.client, day }, call.reservedNano)
}

/**
 * Settles a call, once: a second settlement changes nothing, except that a call given up as `unknown` may
 * still learn its true cost. Never fenced, so that a process that lost its lease books what it spent.
 * Inside a transaction of the caller.
 */
export function settleCall(core: StoreCore, settlement: Settlement): void {
  const row = core.engine.get(
    `SELECT c.*, r.task_id, r.ended_ms AS run_ended_ms, t.client FROM calls c
     JOIN runs r ON r.id = c.run_id JOIN tasks t ON t.id = r.task_id
     WHERE c.id = :id AND c.certainty IN ('reserved', 'unknown')`,
    { id: settlement.callId },
  )
  if (row === undefined) return
  const before = readCall(row)
  if (before.certainty === settlement.certainty) return
  const costNano = settledCost(before, settlement)
  core.engine.run(
    `UPDATE calls SET certainty = :certainty, cost_nano = :costNano, input_tokens = :input,
       cached_tokens = :cached, cache_write_tokens = :cacheWrite, output_tokens = :output,
       reasoning_tokens = :reasoning, answered_model = :answeredModel, service_tier = :serviceTier,
       request_id = :requestId, error = :error, ended_ms = :now
     WHERE id = :id`,
    {
      id: settlement.callId,
      certainty: settlement.certainty,
      costNano,
      input: settlement.usage?.inputTokens ?? null,
      cached: settlement.usage?.cachedTokens ?? null,
      cacheWrite: settlement.usage?.cacheWriteTokens ?? null,
      output: settlement.usage?.outputTokens ?? null,
      reasoning: settlement.usage?.reasoningTokens ?? null,
      answeredModel: settlement.answeredModel,
      serviceTier: settlement.serviceTier,
      requestId: settlement.requestId,
      error: settlement.error,
      now: core.clock.now(),
    },
  )
  const is = reader(row)
  addSpend(
    core,
    { taskId: is.text('task_id'), client: is.textOrNull('client'), day: is.text('day') },
    costNano - before.costNano,
  )
  if (is.numberOrNull('run_ended_ms') !== null) {
    appendEntry(core, before.runId, 'late_cost', {
      callId: before.id,
      certainty: settlement.certainty,
      costNano,
    })
  }
}

/** Adds a later fact to a sealed receipt; inside a transaction of the caller. */
export function appendEntry(core: StoreCore, runId: string, kind: string, body: unknown): void {
  core.engine.run(
    `INSERT INTO receipt_entries (run_id, seq, kind, body, at_ms)
     VALUES (:runId, (SELECT COALESCE(MAX(seq), 0) + 1 FROM receipt_entries WHERE run_id = :runId), :kind,
       :body, :now)`,
    { runId, kind, body: JSON.stringify(body), now: core.clock.now() },
  )
}

/** Gives up the calls that an owner left open: they may have been billed, nobody can tell any more. */
export function abandonCalls(core: StoreCore, owner: string, runId: string | null, error: string): void {
  const open = core.engine.all(
    `SELECT id FROM calls WHERE certainty = 'reserved' AND owner = :owner AND (:runId IS NULL OR run_id = :runId)`,
    { owner, runId },
  )
  for (const row of open) abandon(core, reader(row).text('id'), error)
}

/** Longer than any call may take (`openai.timeout_seconds`). */
const ORPHANED_AFTER_MS = 2 * 3_600_000

/**
 * Calls whose run was ended or taken over long ago, while nobody can tell whether their process lives: it
 * may have been on another machine, or before a reboot of this one.
 */
export function orphanedCalls(core: StoreCore): string[] {
  return core.engine
    .all(
      `SELECT c.id FROM calls c JOIN runs r ON r.id = c.run_id
       WHERE c.certainty = 'reserved' AND c.started_ms < :before
         AND (r.owner IS NOT c.owner OR r.claim_no <> c.claim_no)`,
      { before: core.clock.now() - ORPHANED_AFTER_MS },
    )
    .map(row => reader(row).text('id'))
}

/** Gives one call up; inside a transaction of the caller. */
export function abandon(core: StoreCore, callId: string, error: string): void {
  settleCall(core, {
    callId,
    certainty: 'unknown',
    costNano: 0,
    usage: null,
    answeredModel: null,
    serviceTier: null,
    requestId: null,
    error,
  })
}

function settledCost(call: Call, settlement: Settlement): number {
  switch (settlement.certainty) {
    case 'metered':
      return settlement.costNano
    case 'unbilled':
      return 0
    case 'unmetered':
    case 'unknown':
      return call.reservedNano
  }
}

function spentNano(core: StoreCore, scope: SpendScope, key: string): number {
  const row = core.engine.get('SELECT nano FROM spend WHERE scope = :scope AND key = :key', { scope, key })
  return row === undefined ? 0 : reader(row).number('nano')
}

function addSpend(
  core: StoreCore,
  subject: { taskId: string; client: string | null; day: string },
  nano: number,
): void {
  for (const { scope, key } of spendKeys(subject)) {
    core.engine.run(
      `INSERT INTO spend (scope, key, nano) VALUES (:scope, :key, :nano)
       ON CONFLICT (scope, key) DO UPDATE SET nano = nano + excluded.nano`,
      { scope, key, nano },
    )
  }
}

function readCall(row: SqlRow): Call {
  const is = reader(row)
  const input = is.numberOrNull('input_tokens')
  return {
    id: is.text('id'),
    runId: is.text('run_id'),
    attempt: is.number('attempt'),
    stage: is.text<Stage>('stage'),
    service: is.text('service'),
    model: is.text('model'),
    certainty: is.text<Certainty>('certainty'),
    costNano: is.number('cost_nano'),
    reservedNano: is.number('reserved_nano'),
    priceBasis: is.text<PriceQuote['basis']>('price_basis'),
    priceVersion: is.text('price_version'),
    promptDigest: is.text('prompt_digest'),
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
