import { afterServiceFailure, pauseCause, type PauseCause } from '../domain/breaker.ts'
import type { Caps, CapBreach } from '../domain/budget.ts'
import { ERROR_CLASSES, type ErrorClass } from '../domain/error-class.ts'
import { retryDelayMs } from '../domain/retry-schedule.ts'
import type { Criterion, CriterionScores, Finding } from '../domain/rubric.ts'
import { isFinal, mayGo, WAITING_STATE, type RunState, type Stage } from '../domain/run-state.ts'
import { AppError } from '../kernel/errors.ts'
import { LeaseLost, type Claim } from '../kernel/lease.ts'
import { reader, type StoreCore } from './core.ts'
import { breachOf, reserveCall, settleCall, type NewCall, type Settlement } from './ledger.ts'
import { tellOutside } from './effect-record.ts'
import { clearPause, handBackProbe, readPause, writePause } from './pauses.ts'
import { sealReceipt } from './receipts.ts'
import { addEvent, findRun, updateRun, type Run } from './run-rows.ts'

/** A version of the work that a model wrote. */
export interface NewOutput {
  readonly id: string
  readonly stage: 'generate' | 'revise'
  readonly finish: 'complete' | 'truncated' | 'refused' | 'empty'
  readonly text: string
  readonly digest: string
  readonly refusal: string | null
  readonly checkFindings: readonly Finding[]
  readonly checksVersion: string
}

/** A judge's answer to one version; `verdict` is null where the answer was none. */
export interface NewJudgement {
  readonly id: string
  readonly outputId: string
  readonly verdict: {
    readonly score: number
    readonly scores: CriterionScores
    readonly reasons: Readonly<Record<Criterion, string>>
    readonly findings: readonly Finding[]
    readonly opinion: string
  } | null
  readonly flaw: string | null
  readonly rubricDigest: string
  readonly promptDigest: string
  readonly model: string
}

/** Where a run goes when a stage is committed. */
export type Next =
  | { readonly kind: 'stage'; readonly stage: Stage; readonly score: number | null }
  | {
      readonly kind: 'rest'
      readonly state: 'done' | 'waiting_human' | 'failed_final'
      readonly reason: string
      readonly errorClass: ErrorClass | null
      readonly score: number | null
    }

/** A stage that came to nothing. */
export interface StageFailure {
  readonly errorClass: ErrorClass
  readonly reason: string
  /** The service that failed, where one did. */
  readonly service: { readonly name: string; readonly credential: string } | null
  readonly retryAfterMs: number | null
  /** 0 to 1, from the injected randomness. */
  readonly jitter: number
}

/** What became of a run whose stage failed. */
export type FailedStage =
  | { readonly kind: 'retrying'; readonly notBeforeMs: number }
  | { readonly kind: 'paused'; readonly nextProbeMs: number }
  | { readonly kind: 'failed_final' }

/**
 * The transitions of a claimed run. Each is one transaction and matches owner and claim number; when the
 * lease is lost it books the cost of the call, changes nothing else and throws `LeaseLost`.
 */
export interface StageStore {
  /** Books a call before it leaves, or says which cap it would break (then nothing is booked). */
  reserve(claim: Claim, call: NewCall, caps: Caps): Promise<CapBreach | null>
  /** Books the end of a call that is tried again within the stage. */
  settle(settlement: Settlement): Promise<void>
  commitOutput(claim: Claim, settlement: Settlement, output: NewOutput, next: Next): Promise<void>
  commitJudgement(claim: Claim, settlement: Settlement, judgement: NewJudgement, next: Next): Promise<void>
  /** Ends the work on a run without a call. */
  rest(claim: Claim, next: Extract<Next, { kind: 'rest' }>): Promise<void>
  /**
   * Uses up the attempt, or, where the whole service is failing, pauses the service and none. Without
   * attempts left, or where a repeat cannot help, the run is Failed-Final.
   */
  fail(claim: Claim, settlement: Settlement | null, failure: StageFailure): Promise<FailedStage>
  /** Waits for a cap to free, or until an instant. */
  hold(claim: Claim, hold: { needNano: number; reason: string; notBeforeMs: number }): Promise<void>
  /** Gives the run back untouched, for whoever comes next. */
  release(claim: Claim, settlement: Settlement | null, why: string): Promise<void>
}

/** Transitions of claimed runs over one database. */
export function stageStore(core: StoreCore): StageStore {
  return {
    reserve: (claim, call, caps) =>
      fenced(core, claim, null, run => {
        const client = clientOf(core, run)
        const breach = breachOf(core, { taskId: run.taskId, client }, call.reservedNano, caps)
        if (breach === null) {
          reserveCall(core, { id: run.id, taskId: run.taskId, client, attempt: run.attempt, claim }, call)
        }
        return breach
      }),
    settle: async settlement => core.engine.transaction(() => settleCall(core, settlement)),
    commitOutput: (claim, settlement, output, next) =>
      fenced(core, claim, settlement, run => {
        insertOutput(core, run, settlement.callId, output)
        updateRun(core, run.id, { output_id: output.id })
        serviceAnswered(core, settlement.callId)
        proceed(core, run, `${output.stage} committed (${output.finish})`, next)
      }),
    commitJudgement: (claim, settlement, judgement, next) =>
      fenced(core, claim, settlement, run => {
        insertJudgement(core, run, settlement.callId, judgement)
        serviceAnswered(core, settlement.callId)
        proceed(core, run, judgedAs(judgement), next)
      }),
    rest: (claim, next) => fenced(core, claim, null, run => proceed(core, run, null, next)),
    fail: (claim, settlement, failure) => fenced(core, claim, settlement, run => fail(core, run, failure)),
    hold: (claim, hold) =>
      fenced(core, claim, null, run => {
        leave(
          core,
          run,
          'held',
          { held_need_nano: hold.needNano, not_before_ms: hold.notBeforeMs },
          hold.reason,
        )
      }),
    release: (claim, settlement, why) =>
      fenced(core, claim, settlement, run => {
        leave(core, run, WAITING_STATE[run.nextStage ?? 'generate'], {}, why)
      }),
  }
}

/**
 * One transaction under the fence. The settlement is booked whoever holds the lease; `work` runs only for
 * the holder, and loses nothing of the settlement when the lease is gone.
 */
async function fenced<T>(
  core: StoreCore,
  claim: Claim,
  settlement: Settlement | null,
  work: (run: Run) => T,
): Promise<T> {
  const result = core.engine.transaction(() => {
    if (settlement !== null) settleCall(core, settlement)
    const run = findRun(core, claim.runId)
    if (run === null || run.owner !== claim.owner || run.claimNo !== claim.claimNo) return null
    return { value: work(run) }
  })
  if (result === null) throw new LeaseLost(claim)
  return result.value
}

function proceed(core: StoreCore, run: Run, what: string | null, next: Next): void {
  if (what !== null) addEvent(core, { runId: run.id, state: run.state, what, actor: 'pipeline' })
  if (next.kind === 'stage') {
    const state = next.stage === 'generate' ? 'queued' : 'generated'
    leave(core, run, state, { next_stage: next.stage, score: next.score }, null)
    return
  }
  closeAttempt(core, run, next.state === 'failed_final' ? 'failed' : 'rested', next.errorClass, next.reason)
  leave(
    core,
    run,
    next.state,
    { next_stage: null, score: next.score, error_class: next.errorClass },
    next.reason,
  )
}

function fail(core: StoreCore, run: Run, failure: StageFailure): FailedStage {
  const rules = ERROR_CLASSES[failure.errorClass]
  const cause = pauseCause(failure.errorClass)
  if (cause !== null && failure.service !== null) {
    const pause = noteServiceFailure(core, run, cause, failure, failure.service)
    if (pause.state !== 'watching') {
      leave(core, run, WAITING_STATE[run.nextStage ?? 'generate'], {}, `waits for ${failure.service.name}`)
      return { kind: 'paused', nextProbeMs: pause.nextProbeMs }
    }
  }
  closeAttempt(core, run, 'failed', failure.errorClass, failure.reason)
  const delayMs = rules.retried
    ? retryDelayMs(failedAttempts(core, run.id), failure.jitter, failure.retryAfterMs)
    : null
  if (delayMs === null) {
    const columns = { next_stage: null, error_class: failure.errorClass }
    leave(core, run, 'failed_final', columns, failure.reason)
    return { kind: 'failed_final' }
  }
  const notBeforeMs = core.clock.now() + delayMs
  const columns = { not_before_ms: notBeforeMs, error_class: failure.errorClass }
  leave(core, run, 'retrying', columns, failure.reason)
  return { kind: 'retrying', notBeforeMs }
}

function noteServiceFailure(
  core: StoreCore,
  run: Run,
  cause: PauseCause,
  failure: StageFailure,
  service: { name: string; credential: string },
): { state: string; nextProbeMs: number } {
  const pause = afterServiceFailure(readPause(core, service.name), {
    runId: run.id,
    cause,
    reason: failure.reason,
    credential: service.credential,
    retryAfterMs: failure.retryAfterMs,
    atMs: core.clock.now(),
  })
  writePause(core, service.name, pause)
  return pause
}

/** The only way out of a claim: gives up the lease, moves along the state table, seals where that is final. */
function leave(
  core: StoreCore,
  run: Run,
  to: RunState,
  columns: Readonly<Record<string, string | number | null>>,
  reason: string | null,
): void {
  if (!mayGo(run.state, to)) {
    throw new AppError('bug', `run ${run.id} cannot go from ${run.state} to ${to}`)
  }
  handBackProbe(core, run.id)
  const endedMs = isFinal(to) ? core.clock.now() : null
  updateRun(core, run.id, {
    ...columns,
    state: to,
    reason,
    owner: null,
    lease_until_ms: null,
    ended_ms: endedMs,
  })
  if (reason !== null) addEvent(core, { runId: run.id, state: to, what: reason, actor: 'pipeline' })
  tellOutside(core, run.id)
  if (endedMs !== null) sealReceipt(core, run.id)
}

function insertOutput(core: StoreCore, run: Run, callId: string, output: NewOutput): void {
  core.engine.run(
    `INSERT INTO outputs (id, run_id, number, call_id, stage, finish, text, digest, refusal, check_findings,
       checks_version, created_ms)
     VALUES (:id, :runId, (SELECT COUNT(*) + 1 FROM outputs WHERE run_id = :runId), :callId, :stage, :finish,
       :text, :digest, :refusal, :checkFindings, :checksVersion, :now)`,
    {
      ...output,
      runId: run.id,
      callId,
      checkFindings: JSON.stringify(output.checkFindings),
      now: core.clock.now(),
    },
  )
}

function insertJudgement(core: StoreCore, run: Run, callId: string, judgement: NewJudgement): void {
  const verdict = judgement.verdict
  core.engine.run(
    `INSERT INTO judgements (id, run_id, output_id, number, call_id, score, scores, reasons, findings, opinion,
       flaw, rubric_digest, prompt_digest, model, created_ms)
     VALUES (:id, :runId, :outputId, (SELECT COUNT(*) + 1 FROM judgements WHERE output_id = :outputId), :callId,
       :score, :scores, :reasons, :findings, :opinion, :flaw, :rubricDigest, :promptDigest, :model, :now)`,
    {
      id: judgement.id,
      runId: run.id,
      outputId: judgement.outputId,
      callId,
      score: verdict?.score ?? null,
      scores: verdict === null ? null : JSON.stringify(verdict.scores),
      reasons: verdict === null ? null : JSON.stringify(verdict.reasons),
      findings: JSON.stringify(verdict?.findings ?? []),
      opinion: verdict?.opinion ?? null,
      flaw: judgement.flaw,
      rubricDigest: judgement.rubricDigest,
      promptDigest: judgement.promptDigest,
      model: judgement.model,
      now: core.clock.now(),
    },
  )
}

function judgedAs(judgement: NewJudgement): string {
  return judgement.verdict === null
    ? `no verdict: ${judgement.flaw ?? 'unusable answer'}`
    : `judged ${judgement.verdict.score}`
}

function serviceAnswered(core: StoreCore, callId: string): void {
  const row = core.engine.get('SELECT service FROM calls WHERE id = :callId', { callId })
  if (row !== undefined) clearPause(core, reader(row).text('service'))
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
