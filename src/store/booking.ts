import { utcDay } from '../domain/budget.ts'
import type { Claim } from '../kernel/lease.ts'
import type { Call, NewCall, Settlement } from './ledger.ts'
import { findRow, readRows, type Change, type StoreReader } from './core.ts'
import type { SqlParameters } from './engine.ts'
import { appendEntry } from './receipts.ts'
import { tellLateCost } from './effect-rows.ts'
import { findRun, type Run } from './run-rows.ts'
import { addSpend } from './spend.ts'
import { dueSql } from './sql.ts'

/** Books a call at its reservation, before it leaves. */
export function reserveCall(
  tx: Change,
  claim: Claim,
  { taskId, attempt }: Pick<Run, 'taskId' | 'attempt'>,
  client: string | null,
  call: NewCall,
): void {
  const day = utcDay(tx.clock.now())
  tx.engine.run(
    `INSERT INTO calls (id, run_id, attempt, claim_no, owner, stage, service, credential, model, certainty, cost_nano,
       reserved_nano, price_basis, price_version, prompt_digest, client, day, started_ms)
     VALUES (:id, :runId, :attempt, :claimNo, :owner, :stage, :service, :credential, :model, 'reserved', :reservedNano,
       :reservedNano, :priceBasis, :priceVersion, :promptDigest, :client, :day, :now)`,
    { ...claim, ...call, attempt, client, day, now: tx.clock.now() },
  )
  addSpend(tx, { taskId, client, day }, call.reservedNano)
}

/**
 * Settles a call, once: a second settlement changes nothing, except that a call given up as `unknown` may
 * still learn its true cost. Never fenced, so that a process that lost its lease books what it spent.
 */
export function settleCall(tx: Change, settlement: Settlement): void {
  const { callId, certainty } = settlement
  const before = findRow(
    tx,
    `SELECT c.*, r.task_id, r.owner AS run_owner FROM calls c JOIN runs r ON r.id = c.run_id
     WHERE c.id = :callId AND c.certainty IN ('reserved', 'unknown')`,
    { callId },
    is => ({
      runId: is.text('run_id'),
      certainty: is.text('certainty'),
      costNano: is.number('cost_nano'),
      reservedNano: is.number('reserved_nano'),
      spentBy: { taskId: is.text('task_id'), client: is.textOrNull('client'), day: is.text('day') },
      isWorkedOn: is.textOrNull('run_owner') !== null,
    }),
  )
  if (before === null || before.certainty === certainty) return
  const costNano = settledCost(before, settlement)
  tx.engine.run(
    `UPDATE calls SET ${SETTLED}, cached_tokens = :cachedTokens, cache_write_tokens = :cacheWriteTokens,
       reasoning_tokens = :reasoningTokens, service_tier = :serviceTier, request_id = :requestId, note = :note
     WHERE id = :callId`,
    settledValues(tx, settlement, costNano),
  )
  tx.about(callId, { run: before.runId, certainty, costNano })
  addSpend(tx, before.spentBy, costNano - before.costNano)
  // Where a process still works on it, what it commits next tells the cost too.
  const run = before.isWorkedOn || costNano === before.costNano ? null : findRun(tx, before.runId)
  if (run !== null) tellLateCost(tx, run)
  appendEntry(tx, before.runId, 'late_cost', { callId, certainty, costNano })
}

/** The columns that the end of any call sets, of a run or of none; with {@link settledValues}. */
export const SETTLED = `certainty = :certainty, cost_nano = :costNano, input_tokens = :inputTokens,
  output_tokens = :outputTokens, answered_model = :answeredModel, error = :error,
  price_basis = COALESCE(:priceBasis, price_basis), price_version = COALESCE(:priceVersion, price_version), ended_ms = :now`

/** What a call that has ended is booked with, by the names of its parameters. */
export function settledValues(
  tx: Change,
  { usage, price, ...settlement }: Settlement,
  costNano: number,
): SqlParameters {
  return {
    ...settlement,
    costNano,
    inputTokens: usage?.inputTokens ?? null,
    cachedTokens: usage?.cachedTokens ?? null,
    cacheWriteTokens: usage?.cacheWriteTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    reasoningTokens: usage?.reasoningTokens ?? null,
    priceBasis: price?.priceBasis ?? null,
    priceVersion: price?.priceVersion ?? null,
    now: tx.clock.now(),
  }
}

/** Books the calls that an owner left open as unknown: they may have been billed. */
export function abandonCalls(tx: Change, owner: string, runId: string | null, error: string): void {
  const open = readRows(
    tx,
    `SELECT id FROM calls WHERE certainty = 'reserved' AND owner = :owner AND (:runId IS NULL OR run_id = :runId)`,
    { owner, runId },
    is => is.text('id'),
  )
  for (const callId of open) abandon(tx, callId, error)
}

/** Longer than any call may take (`openai.timeout_seconds`). */
const ORPHANED_AFTER_MS = 2 * 3_600_000

/**
 * Calls whose run was ended or taken over long ago, while nobody can tell whether their process lives: it
 * may have been on another machine, or before a reboot of this one.
 */
export function orphanedCalls(core: StoreReader): string[] {
  return readRows(
    core,
    `SELECT c.id FROM calls c JOIN runs r ON r.id = c.run_id
     WHERE c.certainty = 'reserved' AND ${dueSql(`(c.started_ms + ${ORPHANED_AFTER_MS})`, ORPHANED_AFTER_MS)}
       AND (r.owner IS DISTINCT FROM c.owner OR r.claim_no <> c.claim_no)`,
    { now: core.clock.now() },
    is => is.text('id'),
  )
}

/** Books one open call as unknown. */
export function abandon(tx: Change, callId: string, error: string): void {
  settleCall(tx, {
    callId,
    certainty: 'unknown',
    costNano: 0,
    price: null,
    note: null,
    usage: null,
    answeredModel: null,
    serviceTier: null,
    requestId: null,
    error,
  })
}

/** What a settlement leaves on the books of a call. */
export function settledCost(call: Pick<Call, 'reservedNano'>, settlement: Settlement): number {
  switch (settlement.certainty) {
    case 'metered':
      return settlement.costNano
    case 'unbilled':
      return 0
    case 'unmetered':
      return Math.max(call.reservedNano, settlement.costNano)
    case 'unknown':
      return call.reservedNano
  }
}
