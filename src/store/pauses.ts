import { withoutProbe, type PauseCause, type ServicePause } from '../domain/breaker.ts'
import { reader, type StoreCore } from './core.ts'
import type { SqlRow } from './engine.ts'

/** The breakers of the services. */
export interface PauseStore {
  /** Services that are not called for now, or were seen to fail. */
  list(): Promise<(ServicePause & { readonly service: string })[]>
  /** Lets the next run through at once; for the operator. False where the service was not paused. */
  clear(service: string): Promise<boolean>
}

/** Breakers over one database. */
export function pauseStore(core: StoreCore): PauseStore {
  return {
    list: async () =>
      core.engine.all('SELECT * FROM service_pauses ORDER BY service').map(row => ({
        service: reader(row).text('service'),
        ...fromRow(row),
      })),
    clear: async service => clearPause(core, service),
  }
}

/** The breaker of a service; null where it is in use. */
export function readPause(core: StoreCore, service: string): ServicePause | null {
  const row = core.engine.get('SELECT * FROM service_pauses WHERE service = :service', { service })
  return row === undefined ? null : fromRow(row)
}

/** Replaces the breaker of a service; inside a transaction of the caller. */
export function writePause(core: StoreCore, service: string, pause: ServicePause): void {
  core.engine.run(
    `INSERT OR REPLACE INTO service_pauses (service, state, cause, reason, failed_runs, credential, opened_count,
       since_ms, next_probe_ms, probe_run_id)
     VALUES (:service, :state, :cause, :reason, :failedRuns, :credential, :openedCount, :sinceMs, :nextProbeMs,
       :probeRunId)`,
    { ...pause, service, failedRuns: JSON.stringify(pause.failedRuns) },
  )
}

function clearPause(core: StoreCore, service: string): boolean {
  return core.engine.run('DELETE FROM service_pauses WHERE service = :service', { service }) > 0
}

/** A call was answered: its service is in use again. Inside a transaction of the caller. */
export function serviceAnswered(core: StoreCore, callId: string): void {
  core.engine.run(
    'DELETE FROM service_pauses WHERE service = (SELECT service FROM calls WHERE id = :callId)',
    { callId },
  )
}

/** A run stops being worked on: was it a probe that never asked, another one may. Inside a transaction of the caller. */
export function handBackProbe(core: StoreCore, runId: string): void {
  const row = core.engine.get(
    `SELECT * FROM service_pauses WHERE state = 'probing' AND probe_run_id = :runId`,
    { runId },
  )
  if (row === undefined) return
  writePause(core, reader(row).text('service'), withoutProbe(fromRow(row), core.clock.now()))
}

function fromRow(row: SqlRow): ServicePause {
  const is = reader(row)
  return {
    state: is.text<ServicePause['state']>('state'),
    cause: is.text<PauseCause>('cause'),
    reason: is.text('reason'),
    failedRuns: is.json<string[]>('failed_runs', ['text']),
    credential: is.text('credential'),
    openedCount: is.number('opened_count'),
    sinceMs: is.number('since_ms'),
    nextProbeMs: is.number('next_probe_ms'),
    probeRunId: is.textOrNull('probe_run_id'),
  }
}
