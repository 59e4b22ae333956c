import { utcDay } from '../domain/budget.ts'
import type { Claim } from '../kernel/lease.ts'
import { readCall, type Call, type NewCall, type Settlement } from './ledger.ts'
import { reader, type Change, type StoreReader } from './core.ts'
import { appendEntry } from './receipts.ts'
import { tellLateCost } from './effect-rows.ts'
import { findRun } from './run-rows.ts'
import { addSpend } from './spend.ts'
import { dueSql } from './sql.ts'

/** Books a call at its reservation, before it leaves; inside a transaction of the caller. */
export function reserveCall(
  tx: Change,
  run: { id: string; taskId: string; client: string | null; attempt: number; claim: Claim },
  call: NewCall,
): void {
  const day = utcDay(tx.clock.now())
  tx.engine.run(
    `INSERT INTO calls (id, run_id, attempt, claim_no, owner, stage, service, credential, model, certainty, cost_nano,
       reserved_nano, price_basis, price_version, prompt_digest, client, day, started_ms)
     VALUES (:id, :runId, :attempt, :claimNo, :owner, :stage, :service, :credential, :model, 'reserved', :reserved,
       :reserved, :basis, :version, :digest, :client, :day, :now)`,
    {
      id: call.id,
      runId: run.id,
      attempt: run.attempt,
      claimNo: run.claim.claimNo,
      owner: run.claim.owner,
      stage: call.stage,
      service: call.service,
      credential: call.credential,
      model: call.model,
      reserved: call.reservedNano,
      basis: call.priceBasis,
      version: call.priceVersion,
      digest: call.promptDigest,
      client: run.client,
      day,
      now: tx.clock.now(),
    },
  )
  addSpend(tx, { taskId: run.taskId, client: run.client, day }, call.reservedNano)
}

/**
 * Settles a call, once: a second settlement changes nothing, except that a call given up as `unknown` may
 * still learn its true cost. Never fenced, so that a process that lost its lease books what it spent.
 * Inside a transaction of the caller.
 */
export function settleCall(tx: Change, settlement: Settlement): void {
  const row = tx.engine.get(
    `SELECT c.*, r.task_id, r.ended_ms AS run_ended_ms FROM calls c JOIN runs r ON r.id = c.run_id
     WHERE c.id = :id AND c.certainty IN ('reserved', 'unknown')`,
    { id: settlement.callId },
  )
  if (row === undefined) return
  const before = readCall(row)
  if (before.certainty === settlement.certainty) return
  const costNano = settledCost(before, settlement)
  tx.engine.run(
    `UPDATE calls SET certainty = :certainty, cost_nano = :costNano, input_tokens = :input,
       cached_tokens = :cached, cache_write_tokens = :cacheWrite, output_tokens = :output,
       reasoning_tokens = :reasoning, answered_model = :answeredModel, service_tier = :serviceTier,
       request_id = :requestId, error = :error, price_basis = :basis, price_version = :version, note = :note,
       ended_ms = :now
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
      basis: settlement.price?.priceBasis ?? before.priceBasis,
      version: settlement.price?.priceVersion ?? before.priceVersion,
      note: settlement.note,
      now: tx.clock.now(),
    },
  )
  const is = reader(row)
  addSpend(
    tx,
    { taskId: is.text('task_id'), client: is.textOrNull('client'), day: is.text('day') },
    costNano - before.costNano,
  )
  const run = findRun(tx, before.runId)
  // Where a process still works on it, what it commits next tells the cost too.
  if (run !== null && run.owner === null && costNano !== before.costNano) tellLateCost(tx, run)
  if (is.numberOrNull('run_ended_ms') !== null) {
    appendEntry(tx, before.runId, 'late_cost', {
      callId: before.id,
      certainty: settlement.certainty,
      costNano,
    })
  }
}

/** Gives up the calls that an owner left open: they may have been billed, nobody can tell any more. */
export function abandonCalls(tx: Change, owner: string, runId: string | null, error: string): void {
  const open = tx.engine.all(
    `SELECT id FROM calls WHERE certainty = 'reserved' AND owner = :owner AND (:runId IS NULL OR run_id = :runId)`,
    { owner, runId },
  )
  for (const row of open) abandon(tx, reader(row).text('id'), error)
}

/** Longer than any call may take (`openai.timeout_seconds`). */
const ORPHANED_AFTER_MS = 2 * 3_600_000

/**
 * Calls whose run was ended or taken over long ago, while nobody can tell whether their process lives: it
 * may have been on another machine, or before a reboot of this one.
 */
export function orphanedCalls(core: StoreReader): string[] {
  return core.engine
    .all(
      `SELECT c.id FROM calls c JOIN runs r ON r.id = c.run_id
       WHERE c.certainty = 'reserved' AND ${dueSql(`(c.started_ms + ${ORPHANED_AFTER_MS})`, ORPHANED_AFTER_MS)}
         AND (r.owner IS DISTINCT FROM c.owner OR r.claim_no <> c.claim_no)`,
      { now: core.clock.now() },
    )
    .map(row => reader(row).text('id'))
}

/** Gives one call up; inside a transaction of the caller. */
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
