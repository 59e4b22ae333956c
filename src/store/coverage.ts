import { afterLook, type Span } from '../domain/coverage.ts'
import { findRow, readRow, type StoreCore, type StoreReader } from './core.ts'

/** What is looked through: events, or payments, refunds and disputes themselves. */
export type Covered = 'events' | 'objects'

/** All of what was looked through, and when the last look ended. */
export interface Coverage extends Span {
  readonly atMs: number
}

/** How far the lists of services of payments were looked through. */
export function coverageStore(core: StoreCore) {
  return {
    /** Null where nothing was. */
    of: async (service: string, what: Covered) => coverageOf(core, service, what),
    /** When the last look at any list of it ended; null where none did. */
    lastLook: async (service: string) =>
      readRow(
        core,
        'SELECT MAX(at_ms) AS at FROM payment_coverage WHERE service = :service',
        { service },
        is => is.numberOrNull('at'),
      ),
    /** A span was looked through whole. Said again, or by two processes, it comes to the same. */
    extend: (service: string, what: Covered, span: Span) =>
      core.change(core.actor, 'payment.cover', tx => {
        const { fromMs, toMs } = afterLook(coverageOf(tx, service, what), span)
        tx.engine.run(
          `INSERT INTO payment_coverage (service, what, from_ms, to_ms, at_ms)
           VALUES (:service, :what, :fromMs, :toMs, :now)
           ON CONFLICT (service, what) DO UPDATE SET from_ms = excluded.from_ms, to_ms = excluded.to_ms,
             at_ms = excluded.at_ms`,
          { service, what, fromMs, toMs, now: tx.clock.now() },
        )
      }),
  }
}

function coverageOf(core: StoreReader, service: string, what: Covered): Coverage | null {
  return findRow(
    core,
    'SELECT from_ms, to_ms, at_ms FROM payment_coverage WHERE service = :service AND what = :what',
    { service, what },
    is => ({ fromMs: is.number('from_ms'), toMs: is.number('to_ms'), atMs: is.number('at_ms') }),
  )
}
