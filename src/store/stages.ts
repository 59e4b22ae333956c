import { pauseCause } from '../domain/breaker.ts'
import type { Caps, CapBreach } from '../domain/budget.ts'
import { ERROR_CLASSES, type ErrorClass } from '../domain/error-class.ts'
import { retryDelayMs } from '../domain/retry-schedule.ts'
import { isFinal, mayGo, WAITING_STATE, type RunState } from '../domain/run-state.ts'
import { defect } from '../kernel/errors.ts'
import { LeaseLost, type Claim } from '../kernel/lease.ts'
import { claimNext, type ClaimedRun, type ClaimRequest } from './claims.ts'
import { reader, type StoreCore } from './core.ts'
import { endRun } from './decisions.ts'
import { tellOutside } from './effect-record.ts'
import { breachOf } from './spend.ts'
import { reserveCall, settleCall } from './booking.ts'
import type { NewCall, Settlement } from './call-rows.ts'
import { leaveServices, serviceAnswered, serviceFailed } from './pauses.ts'
import { sealReceipt } from './receipts.ts'
import { addEvent, findRun, updateRun, waitingState, type Run } from './run-rows.ts'
import type { FailedService, NewJudgement, Next, StageEnd } from './stage-end.ts'
import { insertJudgement, insertOutput, latestWorkOf } from './work-rows.ts'

/** A claim that has ended. */
export interface Finished {
  /** The run as the stage left it. */
  readonly left: Run
  /** The run that was taken in its place; null where none was wanted, or none is ready. */
  readonly next: ClaimedRun | null
}

/**
 * What happens to a claimed run. Each is one transaction; what changes the run matches owner and claim
 * number, and throws `LeaseLost` where another has it.
 */
export interface StageStore {
  /** Books a call before it leaves, or says which cap it would break (then nothing is booked). */
  reserve(claim: Claim, call: NewCall, caps: Caps): Promise<CapBreach | null>
  /** Books the end of a call that is tried again within the stage. */
  settle(settlement: Settlement): Promise<void>
  /**
   * Commits what the stage came to, gives up the claim and takes the next run, all in one transaction. When
   * the lease is lost it books the cost of the call, changes and takes nothing else, and throws `LeaseLost`.
   */
  finish(claim: Claim, end: StageEnd, wanted: ClaimRequest | null): Promise<Finished>
}

/** Transitions of claimed runs over one database. */
export function stageStore(core: StoreCore): StageStore {
  return {
    reserve: async (claim, call, caps) => {
      const reserved = await core.write(() => {
        const run = heldBy(core, claim)
        return run === null ? null : { breach: reserve(core, run, claim, call, caps) }
      })
      if (reserved === null) throw new LeaseLost(claim)
      return reserved.breach
    },
    settle: async settlement => core.write(() => settleCall(core, settlement)),
    finish: async (claim, end, wanted) => {
      const finished = await core.write(() => {
        // Whoever holds the lease: what was spent was spent.
        if (end.settlement !== null) settleCall(core, end.settlement)
        const run = heldBy(core, claim)
        if (run === null) return null
        const left = leaveWith(core, run, end)
        return { left, next: wanted === null ? null : claimNext(core, wanted) }
      })
      if (finished === null) throw new LeaseLost(claim)
      return finished
    },
  }
}

/** The fence: the run, where this claim still holds it. */
function heldBy(core: StoreCore, claim: Claim): Run | null {
  const run = findRun(core, claim.runId)
  return run?.owner === claim.owner && run.claimNo === claim.claimNo ? run : null
}

function reserve(core: StoreCore, run: Run, claim: Claim, call: NewCall, caps: Caps): CapBreach | null {
  const client = clientOf(core, run)
  const breach = breachOf(core, { taskId: run.taskId, client }, call.reservedNano, caps)
  if (breach === null) {
    reserveCall(core, { id: run.id, taskId: run.taskId, client, attempt: run.attempt, claim }, call)
  }
  return breach
}

function leaveWith(core: StoreCore, run: Run, end: StageEnd): Run {
  switch (end.kind) {
    case 'written': {
      const { output } = end
      insertOutput(core, run.id, end.settlement.callId, output)
      serviceAnswered(core, run.id, end.settlement.callId)
      note(core, run, `${output.stage} committed (${output.finish})`)
      return proceed(core, run, end.next, output.finish === 'refused' ? {} : { output_id: output.id })
    }
    case 'judged':
      insertJudgement(core, run.id, end.settlement.callId, end.judgement)
      serviceAnswered(core, run.id, end.settlement.callId)
      note(core, run, judgedAs(end.judgement))
      return proceed(core, run, end.next)
    case 'rested':
      return proceed(core, run, end.next)
    case 'failed':
      return fail(core, run, end)
    case 'held': {
      const { needNano, notBeforeMs, reason } = end.hold
      return leave(core, run, 'held', { held_need_nano: needNano, not_before_ms: notBeforeMs }, reason)
    }
    case 'withdrawn':
      if (end.settlement !== null && end.isAnswered) serviceAnswered(core, run.id, end.settlement.callId)
      return endRun(core, run, 'cancelled', 'cancelled by the operator', 'notion')
    case 'released':
      return leave(core, run, waitingState(run), {}, end.why)
  }
}

/** Columns of a run beside those that every way out of a claim writes. */
type Columns = Readonly<Record<string, string | number | null>>

function proceed(core: StoreCore, run: Run, next: Next, columns: Columns = {}): Run {
  if (next.kind === 'stage') {
    const state = WAITING_STATE[next.stage]
    return leave(core, run, state, { ...columns, next_stage: next.stage, score: next.score }, null)
  }
  closeAttempt(core, run, next.state === 'failed_final' ? 'failed' : 'rested', next.errorClass, next.reason)
  return leave(
    core,
    run,
    next.state,
    { ...columns, next_stage: null, score: next.score, error_class: next.errorClass },
    next.reason,
  )
}

function fail(core: StoreCore, run: Run, end: Extract<StageEnd, { kind: 'failed' }>): Run {
  const { errorClass, reason, service, jitter, retryAfterMs } = end.failure
  if (service !== null && !usesAttempt(core, run, end, service)) {
    return leave(core, run, waitingState(run), {}, `waits for ${service.service}`)
  }
  closeAttempt(core, run, 'failed', errorClass, reason)
  const delayMs = ERROR_CLASSES[errorClass].retried
    ? retryDelayMs(failedAttempts(core, run.id), jitter, retryAfterMs)
    : null
  if (delayMs !== null) {
    const notBeforeMs = core.clock.now() + delayMs
    return leave(core, run, 'retrying', { not_before_ms: notBeforeMs, error_class: errorClass }, reason)
  }
  // A text that was paid for is a person's to accept or return: another run would buy it again.
  const hasText = (latestWorkOf(core, run.id)?.text ?? '').trim() !== ''
  return hasText
    ? leave(
        core,
        run,
        'waiting_human',
        { next_stage: null },
        `${run.nextStage === 'judge' ? 'not judged' : 'not revised'}: ${reason}`,
      )
    : leave(core, run, 'failed_final', { next_stage: null, error_class: errorClass }, reason)
}

/** Notes the failure of a service; false where the run only waits for it. */
function usesAttempt(
  core: StoreCore,
  run: Run,
  { failure, settlement }: Extract<StageEnd, { kind: 'failed' }>,
  service: FailedService,
): boolean {
  const cause = pauseCause(failure.errorClass)
  return (
    cause === null ||
    serviceFailed(core, service, {
      runId: run.id,
      cause,
      reason: failure.reason,
      hint: service.hint,
      signature: service.signature,
      isDoubtful: service.isDoubtful,
      isUnknown: settlement?.certainty === 'unknown',
      retryAfterMs: failure.retryAfterMs,
      atMs: core.clock.now(),
    })
  )
}

/** The only way out of a claim: gives up the lease, moves along the state table, seals where that is final. */
function leave(core: StoreCore, run: Run, to: RunState, columns: Columns, reason: string | null): Run {
  if (!mayGo(run.state, to)) {
    throw defect(`run ${run.id} cannot go from ${run.state} to ${to}`)
  }
  leaveServices(core, run.id, isFinal(to))
  const left = updateRun(core, run.id, {
    ...columns,
    state: to,
    reason,
    owner: null,
    lease_until_ms: null,
    ended_ms: isFinal(to) ? core.clock.now() : null,
  })
  if (reason !== null) note(core, left, reason)
  tellOutside(core, left)
  if (isFinal(to)) sealReceipt(core, left)
  return left
}

function note(core: StoreCore, run: Run, what: string): void {
  addEvent(core, { runId: run.id, state: run.state, what, actor: 'pipeline' })
}

function judgedAs(judgement: NewJudgement): string {
  return judgement.verdict === null
    ? `no verdict: ${judgement.flaw ?? 'unusable answer'}`
    : `judged ${judgement.verdict.score}`
}

function closeAttempt(
  core: StoreCore,
  run: Run,
  outcome: 'rested' | 'failed',
  errorClass: ErrorClass | null,
  message: string,
): void {
  core.engine.run(
    `UPDATE attempts SET outcome = :outcome, error_class = :errorClass, message = :message, ended_ms = :now
     WHERE run_id = :runId AND number = :number`,
    { outcome, errorClass, message, runId: run.id, number: run.attempt, now: core.clock.now() },
  )
}

function failedAttempts(core: StoreCore, runId: string): number {
  const row = core.engine.get(
    `SELECT COUNT(*) AS failed FROM attempts WHERE run_id = :runId AND outcome = 'failed'`,
    { runId },
  )
  return reader(row ?? {}).number('failed')
}

function clientOf(core: StoreCore, run: Run): string | null {
  const row = core.engine.get('SELECT client FROM tasks WHERE id = :id', { id: run.taskId })
  return row === undefined ? null : reader(row).textOrNull('client')
}
