import type { Caps, CapBreach } from '../domain/budget.ts'
import { WAITING_STATE } from '../domain/run-state.ts'
import { LeaseLost, type Claim } from '../kernel/lease.ts'
import { claimNext, type ClaimRequest } from './claims.ts'
import { findRow, readRow, type Change, type StoreCore, type StoreReader } from './core.ts'
import { closeAttempt, endRun, leaveRun, type Columns } from './run-moves.ts'
import { breachOf } from './spend.ts'
import { reserveCall, settleCall } from './booking.ts'
import type { NewCall, Settlement } from './ledger.ts'
import { readPauses, readTrials, serviceAnswered, serviceFailed } from './pauses.ts'
import { addEvent, findRun, waitingState, type Run } from './run-rows.ts'
import type { NewJudgement, Next, StageEnd } from './stage-end.ts'
import { insertJudgement, insertOutput, latestWorkOf } from './work-rows.ts'

/**
 * What happens to a claimed run. Each is one transaction; what changes the run matches owner and claim
 * number, and throws `LeaseLost` where another has it.
 */
export function stageStore(core: StoreCore) {
  return {
    /** Books a call before it leaves, or says which cap it would break (then nothing is booked). */
    reserve: async (claim: Claim, call: NewCall, caps: Caps) => {
      const reserved = await core.change('pipeline', 'call.reserve', tx => {
        const run = heldBy(tx, claim)
        return run === null ? null : { breach: reserve(tx, run, claim, call, caps) }
      })
      if (reserved === null) throw new LeaseLost(claim)
      return reserved.breach
    },
    /** Books the end of a call that is tried again within the stage. */
    settle: (settlement: Settlement) =>
      core.change('pipeline', 'call.settle', tx => settleCall(tx, settlement)),
    /**
     * Commits what the stage came to, gives up the claim and takes the next run, all in one transaction. When
     * the lease is lost it books the cost of the call, changes and takes nothing else, and throws `LeaseLost`.
     * `left` is the run as the stage left it; `next` is null where none was wanted, or none is ready.
     */
    finish: async (claim: Claim, end: StageEnd, wanted: ClaimRequest | null) => {
      const finished = await core.change('pipeline', 'run.finish', tx => {
        // Also where the lease is lost: the call was paid for.
        if (end.settlement !== null) settleCall(tx, end.settlement)
        const run = heldBy(tx, claim)
        if (run === null) return null
        const left = leaveWith(tx, run, end)
        return { left, next: wanted === null ? null : claimNext(tx, wanted) }
      })
      if (finished === null) throw new LeaseLost(claim)
      return finished
    },
  }
}

/** Fencing: the run, where this claim still holds it; else null. */
function heldBy(core: StoreReader, claim: Claim): Run | null {
  const run = findRun(core, claim.runId)
  return run?.owner === claim.owner && run.claimNo === claim.claimNo ? run : null
}

function reserve(tx: Change, run: Run, claim: Claim, call: NewCall, caps: Caps): CapBreach | null {
  const client = clientOf(tx, run)
  const breach = breachOf(tx, { taskId: run.taskId, client }, call.reservedNano, caps)
  if (breach === null) reserveCall(tx, claim, run, client, call)
  return breach
}

function leaveWith(tx: Change, run: Run, end: StageEnd): Run {
  switch (end.kind) {
    case 'written': {
      const { output } = end
      insertOutput(tx, run.id, end.settlement.callId, output)
      serviceAnswered(tx, run.id, end.settlement.callId)
      note(tx, run, `${output.stage} committed (${output.finish})`)
      return proceed(tx, run, end.next, output.finish === 'refused' ? {} : { output_id: output.id })
    }
    case 'judged':
      insertJudgement(tx, run.id, end.settlement.callId, end.judgement)
      serviceAnswered(tx, run.id, end.settlement.callId)
      note(tx, run, judgedAs(end.judgement))
      return proceed(tx, run, end.next)
    case 'rested':
      return proceed(tx, run, end.next)
    case 'failed':
      return fail(tx, run, end)
    case 'held': {
      const { needNano, notBeforeMs, reason } = end.hold
      return leaveRun(tx, run, 'held', { held_need_nano: needNano, not_before_ms: notBeforeMs }, reason)
    }
    case 'withdrawn':
      if (end.settlement !== null && end.isAnswered) serviceAnswered(tx, run.id, end.settlement.callId)
      return endRun({ ...tx, actor: 'notion' }, run, 'cancelled', 'cancelled by the operator')
    case 'released':
      return leaveRun(tx, run, waitingState(run), {}, end.why)
  }
}

function proceed(tx: Change, run: Run, next: Next, columns: Columns = {}): Run {
  if (next.kind === 'stage') {
    const state = WAITING_STATE[next.stage]
    return leaveRun(tx, run, state, { ...columns, next_stage: next.stage, score: next.score }, null)
  }
  closeAttempt(tx, run, next.state === 'failed_final' ? 'failed' : 'rested', next.errorClass, next.reason)
  return leaveRun(
    tx,
    run,
    next.state,
    { ...columns, next_stage: null, score: next.score, error_class: next.errorClass },
    next.reason,
  )
}

function fail(tx: Change, run: Run, end: Extract<StageEnd, { kind: 'failed' }>): Run {
  const { failure, settlement } = end
  const after = end.decide(failure, {
    runId: run.id,
    stage: run.nextStage,
    failedAttempts: failedAttempts(tx, run.id),
    hasText: (latestWorkOf(tx, run.id)?.text ?? '').trim() !== '',
    isUnknown: settlement?.certainty === 'unknown',
    pauses: readPauses(tx),
    trials: failure.service === null ? [] : readTrials(tx, failure.service),
    nowMs: tx.clock.now(),
  })
  if (failure.service !== null && after.service !== null) serviceFailed(tx, failure.service, after.service)
  const { kind, reason } = after.run
  if (kind === 'waits') return leaveRun(tx, run, waitingState(run), {}, reason)
  const { errorClass } = failure
  closeAttempt(tx, run, 'failed', errorClass, failure.reason)
  const columns =
    after.run.kind === 'retrying' ? { not_before_ms: after.run.notBeforeMs } : { next_stage: null }
  return leaveRun(
    tx,
    run,
    kind,
    { ...columns, error_class: kind === 'waiting_human' ? null : errorClass },
    reason,
  )
}

function note(tx: Change, run: Run, what: string): void {
  addEvent(tx, { runId: run.id, state: run.state, what })
}

function judgedAs(judgement: NewJudgement): string {
  return judgement.verdict === null
    ? `no verdict: ${judgement.flaw ?? 'unusable answer'}`
    : `judged ${judgement.verdict.score}`
}

function failedAttempts(core: StoreReader, runId: string): number {
  const sql = `SELECT COUNT(*) AS failed FROM attempts WHERE run_id = :runId AND outcome = 'failed'`
  return readRow(core, sql, { runId }, is => is.number('failed'))
}

function clientOf(core: StoreReader, run: Run): string | null {
  return findRow(core, 'SELECT client FROM tasks WHERE id = :id', { id: run.taskId }, is =>
    is.textOrNull('client'),
  )
}
