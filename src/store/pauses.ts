import {
  afterAnswer,
  isSameUse,
  whileProbing,
  whileTried,
  withoutProbe,
  type AfterFailure,
  type PauseCause,
  type PausedService,
  type ServicePause,
  type ServiceUse,
  type Trial,
} from '../domain/breaker.ts'
import { findRow, readRows, type Change, type RowReader, type StoreCore, type StoreReader } from './core.ts'

/** The services that are not called for now. */
export function pauseStore(core: StoreCore) {
  return {
    list: async () => readPauses(core),
    /** Ends every pause of a service; for the operator. Returns how many there were. */
    resume: (service: string) =>
      core.change(core.actor, 'pause.resume', tx => {
        const pauses = tx.engine.run('DELETE FROM service_pauses WHERE service = :service', { service })
        if (pauses > 0) tx.about(service, { pauses })
        return pauses
      }),
    /**
     * Forgets pauses of credentials, addresses and models that the caller does not use: nothing would end them. Where
     * another environment works on the same store with one of them, its next call finds out again.
     */
    keepOnly: async (uses: readonly ServiceUse[]) => {
      const isUnused = (pause: ServiceUse): boolean => !uses.some(use => isSameUse(use, pause))
      // Read before the write lock is taken: nearly always nothing is paused.
      if (!readPauses(core).some(isUnused)) return
      await core.change(core.actor, 'pause.forget', tx => {
        for (const pause of readPauses(tx).filter(isUnused)) endPause(tx, pause)
      })
    },
  }
}

/** All pauses. */
export function readPauses(core: StoreReader): PausedService[] {
  return readRows(core, 'SELECT * FROM service_pauses ORDER BY service, model, credential', {}, readPause)
}

/** The service is in use again. */
function endPause(tx: Change, use: ServiceUse): void {
  tx.engine.run(`DELETE FROM service_pauses WHERE ${OF_USE}`, keyOf(use))
}

/** A run is let through as the probe of a paused service. */
export function letThrough(tx: Change, pause: PausedService, runId: string): void {
  const now = tx.clock.now()
  const known = readTrials(tx, pause).find(trial => trial.runId === runId) ?? null
  writePause(tx, pause, whileProbing(pause, runId, now))
  writeTrial(tx, pause, whileTried(known, runId, now))
}

/** A call of a run was answered: {@link useAnswered}. */
export function serviceAnswered(tx: Change, runId: string, callId: string): void {
  const sql = 'SELECT service, credential, model, started_ms FROM calls WHERE id = :callId'
  const call = findRow(tx, sql, { callId }, is => ({ use: readUse(is), startedMs: is.number('started_ms') }))
  if (call !== null) useAnswered(tx, call.use, runId, call.startedMs)
}

/** A service answered, for a run or, where `runId` is null, for none. */
export function useAnswered(tx: Change, use: ServiceUse, runId: string | null, startedMs: number): void {
  endPause(tx, use)
  const before = readTrials(tx, use)
  if (before.length === 0) return
  const after = afterAnswer(before, runId, startedMs)
  tx.engine.run(`DELETE FROM service_trials WHERE ${OF_USE} AND run_id = :runId`, { ...keyOf(use), runId })
  for (const trial of after) if (!before.includes(trial)) writeTrial(tx, use, trial)
}

/** Writes what is known of a service after it failed a run. */
export function serviceFailed(
  tx: Change,
  use: ServiceUse,
  { pause, trial }: Pick<AfterFailure, 'pause' | 'trial'>,
): void {
  if (pause === null) endPause(tx, use)
  else writePause(tx, use, pause)
  writeTrial(tx, use, trial)
}

/**
 * A run is no longer worked on, by whatever way: was it a probe that never asked, another one may; has it ended,
 * what it met at services says nothing more.
 */
export function leaveServices(tx: Change, runId: string, hasEnded: boolean): void {
  const sql = 'SELECT * FROM service_pauses WHERE probe_run_id = :runId'
  const probed = readRows(tx, sql, { runId }, readPause)
  for (const pause of probed) writePause(tx, pause, withoutProbe(pause, tx.clock.now()))
  if (hasEnded) tx.engine.run('DELETE FROM service_trials WHERE run_id = :runId', { runId })
}

function writePause(tx: Change, use: ServiceUse, pause: ServicePause): void {
  tx.engine.run(
    `INSERT INTO service_pauses (service, credential, model, state, cause, reason, hint, opened_count,
       since_ms, next_probe_ms, probe_run_id)
     VALUES (:service, :credential, :model, :state, :cause, :reason, :hint, :openedCount, :sinceMs, :nextProbeMs,
       :probeRunId)
     ON CONFLICT (service, credential, model) DO UPDATE SET state = excluded.state, cause = excluded.cause,
       reason = excluded.reason, hint = excluded.hint, opened_count = excluded.opened_count,
       since_ms = excluded.since_ms, next_probe_ms = excluded.next_probe_ms, probe_run_id = excluded.probe_run_id`,
    { ...pause, ...keyOf(use) },
  )
}

function readUse(is: RowReader): ServiceUse {
  return { service: is.text('service'), credential: is.text('credential'), model: is.text('model') }
}

function readPause(is: RowReader): PausedService {
  return {
    ...readUse(is),
    state: is.text<ServicePause['state']>('state'),
    cause: is.text<PauseCause>('cause'),
    reason: is.text('reason'),
    hint: is.textOrNull('hint'),
    openedCount: is.number('opened_count'),
    sinceMs: is.number('since_ms'),
    nextProbeMs: is.number('next_probe_ms'),
    probeRunId: is.textOrNull('probe_run_id'),
  }
}

/** What runs last met at a service that did not answer them. */
export function readTrials(core: StoreReader, use: ServiceUse): Trial[] {
  const sql = `SELECT * FROM service_trials WHERE ${OF_USE} ORDER BY run_id`
  return readRows(core, sql, keyOf(use), is => ({
    runId: is.text('run_id'),
    lastMs: is.number('last_ms'),
    signature: is.textOrNull('signature'),
    inRow: is.number('in_row'),
    unknownEnds: is.number('unknown_calls'),
    isAtFault: is.number('at_fault') === 1,
  }))
}

/** Replaces what a run met at a service. */
function writeTrial(tx: Change, use: ServiceUse, trial: Trial): void {
  tx.engine.run(
    `INSERT INTO service_trials (service, credential, model, run_id, last_ms, signature, in_row,
       unknown_calls, at_fault)
     VALUES (:service, :credential, :model, :runId, :lastMs, :signature, :inRow, :unknownEnds, :isAtFault)
     ON CONFLICT (service, credential, model, run_id) DO UPDATE SET last_ms = excluded.last_ms,
       signature = excluded.signature, in_row = excluded.in_row, unknown_calls = excluded.unknown_calls,
       at_fault = excluded.at_fault`,
    { ...trial, ...keyOf(use), isAtFault: trial.isAtFault ? 1 : 0 },
  )
}

const OF_USE = 'service = :service AND credential = :credential AND model = :model'

/** The columns of the key. */
export function keyOf({ service, credential, model }: ServiceUse): Record<keyof ServiceUse, string> {
  return { service, credential, model }
}
