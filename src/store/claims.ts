import { gateOf, isSameUse, type PausedService, type ServiceUse } from '../domain/breaker.ts'
import { CLOCK_STEP_MS } from '../domain/due.ts'
import { STAGE_STATE, type Stage } from '../domain/run-state.ts'
import { defect } from '../kernel/errors.ts'
import { LEASE_MS, type Claim } from '../kernel/lease.ts'
import { findRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { abandon, abandonCalls, orphanedCalls } from './booking.ts'
import { releaseEffects } from './outbox.ts'
import { leaveServices, letThrough, readPauses } from './pauses.ts'
import { readyRuns, type Wanted, type Work } from './queue.ts'
import { moveRun } from './run-moves.ts'
import { readRun, waitingState, type Run } from './run-rows.ts'
import { taskOf, type Task } from './tasks.ts'
import { dueSql } from './sql.ts'

/** Work that the caller can do, and the service that it would ask. */
export interface StageService extends Work, ServiceUse {}

/** Which runs may be claimed. */
export interface ClaimRequest extends Omit<Wanted, 'work'> {
  readonly stages: readonly StageService[]
}

/** A run that this process may now work on, for one stage. */
export interface ClaimedRun {
  readonly claim: Claim
  readonly stage: Stage
  readonly run: Run
  readonly task: Task
  /** How often this attempt's process died or lost its lease before. */
  readonly interruptions: number
  /** The service and model that the claim is for: a failure pauses this and nothing else. */
  readonly use: ServiceUse
  /** It finds out whether a paused service is back: one call, with no quick retries. */
  readonly isProbe: boolean
}

/** Who works on what. */
export function claimStore(core: StoreCore) {
  return {
    /**
     * Takes the run that is to be worked on next: highest priority, then oldest; its state moves to that of
     * the stage. Null where nothing is ready. Of several processes asking at once each gets another run.
     * While the queue is paused only runs that were already started can be claimed.
     */
    claim: (request: ClaimRequest) => core.change('pipeline', 'run.claim', tx => claimNext(tx, request)),
    /** Extends the lease; false where it is lost. */
    renew: (claim: Claim) =>
      core.change('pipeline', 'run.renew', tx => {
        const until = tx.clock.now() + LEASE_MS
        const mine = 'id = :runId AND owner = :owner AND claim_no = :claimNo'
        return (
          tx.engine.run(`UPDATE runs SET lease_until_ms = :until WHERE ${mine}`, { ...claim, until }) === 1
        )
      }),
    /** How many processes are gone that have left leases or calls behind. */
    countGone: async () => goneOwners(core).length,
    /**
     * Recovers what dead local processes and expired leases held: their open calls are booked as unknown,
     * their runs wait where the last committed stage left them. Returns how many runs.
     */
    recover: async () => {
      // Read before the write lock is taken: nearly always there is nothing to recover.
      if (goneOwners(core).length === 0 && orphanedCalls(core).length === 0 && !hasLeaseAhead(core)) return 0
      return core.change('recovery', 'run.recover', tx => {
        let taken = 0
        for (const callId of orphanedCalls(tx)) abandon(tx, callId, 'no answer: its run was ended meanwhile')
        for (const owner of goneOwners(tx)) taken += recoverFrom(tx, owner)
        shortenLeases(tx)
        return taken
      })
    },
  }
}

/** Claims the next run within a change, as `claim` does by itself. */
export function claimNext(tx: Change, request: ClaimRequest): ClaimedRun | null {
  const now = tx.clock.now()
  const gated = gatedStages(tx, request.stages, now)
  const probe = claimProbe(tx, request, gated)
  if (probe !== null) return probe
  const work = gated.filter(({ gate }) => gate === 'free').map(({ stage }) => stage)
  const [run] = readyRuns(tx, { ...request, work }, now, 1)
  return run === undefined ? null : take(tx, run, work, false)
}

/** Work that may be claimed now, as a probe or without restriction. */
export function openStages(core: StoreReader, stages: readonly StageService[]): StageService[] {
  return gatedStages(core, stages, core.clock.now()).flatMap(({ stage, gate }) =>
    gate === 'paused' ? [] : [stage],
  )
}

interface GatedStage {
  readonly stage: StageService
  readonly pause: PausedService | null
  readonly gate: ReturnType<typeof gateOf>
}

function gatedStages(core: StoreReader, stages: readonly StageService[], now: number): GatedStage[] {
  const pauses = readPauses(core)
  return stages.map(stage => {
    const pause = pauses.find(candidate => isSameUse(candidate, stage)) ?? null
    return { stage, pause, gate: gateOf(pause, now) }
  })
}

/** The run that is to try a paused service: of those that are ready, the one that did so longest ago. */
function claimProbe(tx: Change, request: ClaimRequest, gated: readonly GatedStage[]): ClaimedRun | null {
  for (const { pause, gate } of gated) {
    if (pause === null || gate !== 'probe') continue
    const work = gated.filter(other => other.pause === pause).map(({ stage }) => stage)
    const [run] = readyRuns(tx, { ...request, work }, tx.clock.now(), 1, pause)
    if (run === undefined) continue
    letThrough(tx, pause, run.id)
    return take(tx, run, work, true)
  }
  return null
}

function take(tx: Change, before: Run, work: readonly StageService[], isProbe: boolean): ClaimedRun {
  const now = tx.clock.now()
  const stage = before.nextStage ?? 'generate'
  const claim = { runId: before.id, owner: tx.processes.self, claimNo: before.claimNo + 1 }
  const attempt = openAttempt(tx, before, now)
  const columns = {
    owner: claim.owner,
    claim_no: claim.claimNo,
    lease_until_ms: now + LEASE_MS,
    attempt: attempt.number,
    started_ms: before.startedMs ?? now,
    reason: null,
    error_class: null,
  }
  const run = moveRun(tx, before, STAGE_STATE[stage], columns, `${stage} begins`)
  const task = taskOf(tx, run)
  const use = work.find(candidate => candidate.stage === stage && candidate.types.includes(task.type))
  if (use === undefined) throw defect(`run ${run.id} is no work that was asked for`)
  return { claim, stage, run, task, use, interruptions: attempt.interruptions, isProbe }
}

/** The attempt that is open, or a new one. */
function openAttempt(tx: Change, run: Run, now: number): { number: number; interruptions: number } {
  const open = findRow(
    tx,
    `SELECT number, interruptions FROM attempts WHERE run_id = :runId AND outcome = 'open'`,
    { runId: run.id },
    is => ({ number: is.number('number'), interruptions: is.number('interruptions') }),
  )
  if (open !== null) return open
  const number = run.attempt + 1
  tx.engine.run(
    `INSERT INTO attempts (run_id, number, started_ms, outcome, interruptions)
     VALUES (:runId, :number, :now, 'open', 0)`,
    { runId: run.id, number, now },
  )
  return { number, interruptions: 0 }
}

/** An owner whose claims may be recovered: all of them where its process is dead, else those whose lease has expired. */
interface Gone {
  readonly owner: string
  readonly dead: boolean
  /** Condition on the columns of a lease, with `:now`. */
  readonly leaseHasExpired: string
}

/** Owners of leases or open calls whose process is dead, or whose lease has expired. */
function goneOwners(core: StoreReader): Gone[] {
  const owners = readRows(
    core,
    `SELECT owner FROM runs WHERE owner IS NOT NULL
     UNION SELECT owner FROM effects WHERE owner IS NOT NULL
     UNION SELECT owner FROM calls WHERE certainty = 'reserved'`,
    {},
    is => goneIn(core, is.text('owner')),
  )
  return owners.filter(gone => gone.dead || hasExpiredLease(core, gone))
}

function goneIn(core: StoreReader, owner: string): Gone {
  const state = core.processes.state(owner)
  // A process that lives renews its leases by the clock as it is now: see `shortenLeases`.
  const leaseHasExpired =
    state === 'alive' ? 'lease_until_ms < :now' : dueSql('(lease_until_ms + 1)', LEASE_MS)
  return { owner, dead: state === 'dead', leaseHasExpired }
}

function hasExpiredLease(core: StoreReader, { owner, leaseHasExpired }: Gone): boolean {
  const sql = `SELECT 1 FROM runs WHERE owner = :owner AND ${leaseHasExpired}
    UNION SELECT 1 FROM effects WHERE owner = :owner AND ${leaseHasExpired}`
  return core.engine.get(sql, { owner, now: core.clock.now() }) !== undefined
}

/** Leases that end later than a lease lasts: they were given by a clock that was ahead. */
const AHEAD = `owner IS NOT NULL AND lease_until_ms > :until + ${CLOCK_STEP_MS}`

function hasLeaseAhead(core: StoreReader): boolean {
  const sql = `SELECT 1 FROM runs WHERE ${AHEAD} UNION SELECT 1 FROM effects WHERE ${AHEAD}`
  return core.engine.get(sql, { until: core.clock.now() + LEASE_MS }) !== undefined
}

/**
 * The clock was set back while a process was working. Its lease now ends when a new one would: the process renews it
 * before that. Expired at once, its paid call would be made twice.
 */
function shortenLeases(tx: Change): void {
  for (const table of ['runs', 'effects']) {
    tx.engine.run(`UPDATE ${table} SET lease_until_ms = :until WHERE ${AHEAD}`, {
      until: tx.clock.now() + LEASE_MS,
    })
  }
}

function recoverFrom(tx: Change, gone: Gone): number {
  const why = gone.dead ? 'its process died' : 'its lease expired'
  const runs = readRows(
    tx,
    `SELECT * FROM runs WHERE owner = :owner AND (:dead = 1 OR ${gone.leaseHasExpired})`,
    { owner: gone.owner, dead: gone.dead ? 1 : 0, now: tx.clock.now() },
    readRun,
  )
  for (const run of runs) {
    abandonCalls(tx, gone.owner, run.id, `no answer: ${why}`)
    leaveServices(tx, run.id, false)
    tx.engine.run(
      `UPDATE attempts SET interruptions = interruptions + 1 WHERE run_id = :runId AND outcome = 'open'`,
      { runId: run.id },
    )
    const state = waitingState(run)
    tx.about(run.id, { state })
    moveRun(tx, run, state, { owner: null, lease_until_ms: null }, `taken back: ${why}`)
  }
  if (gone.dead) abandonCalls(tx, gone.owner, null, `no answer: ${why}`)
  releaseEffects(tx, gone)
  return runs.length
}
