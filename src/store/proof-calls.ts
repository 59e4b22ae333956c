import { utcDay, type CapBreach, type Caps } from '../domain/budget.ts'
import { SETTLED, settledCost, settledValues } from './booking.ts'
import type { NewCall, Settlement } from './ledger.ts'
import { findRow, type Change, type StoreCore } from './core.ts'
import { addSpend, breachOf } from './spend.ts'

/** A call that no run is for, such as one of `doctor`, as it is booked before it leaves. */
export type NewProofCall = Omit<NewCall, 'stage' | 'credential' | 'promptDigest'>

/** Calls that no run is for. They count towards the caps of the day and the month, and are no business figures. */
export function proofCallStore(core: StoreCore) {
  return {
    /**
     * Books a call before it leaves, or says which cap it would break (then nothing is booked). Until it is settled,
     * also when its process dies, it stands there as one whose cost nobody knows, at its reservation.
     */
    book: (call: NewProofCall, caps: Caps) =>
      core.change(core.actor, 'probe_call.book', tx => book(tx, call, caps)),
    /** Books the end of a call, once; returns what it cost. */
    settle: (settlement: Settlement) =>
      core.change(core.actor, 'probe_call.settle', tx => settle(tx, settlement)),
  }
}

/** It is done for no task, and for no client. */
const NOBODY = { taskId: null, client: null }

function book(tx: Change, call: NewProofCall, caps: Caps): CapBreach | null {
  const now = tx.clock.now()
  const day = utcDay(now)
  const breach = breachOf(tx, NOBODY, call.reservedNano, caps)
  if (breach !== null) return breach
  tx.engine.run(
    `INSERT INTO probe_calls (id, service, model, certainty, cost_nano, reserved_nano, price_basis, price_version, day,
       started_ms)
     VALUES (:id, :service, :model, 'unknown', :reservedNano, :reservedNano, :priceBasis, :priceVersion, :day, :now)`,
    { ...call, day, now },
  )
  addSpend(tx, { ...NOBODY, day }, call.reservedNano)
  return null
}

function settle(tx: Change, settlement: Settlement): number {
  const sql = 'SELECT * FROM probe_calls WHERE id = :id AND ended_ms IS NULL'
  const before = findRow(tx, sql, { id: settlement.callId }, is => ({
    reservedNano: is.number('reserved_nano'),
    day: is.text('day'),
  }))
  if (before === null) return 0
  const costNano = settledCost(before, settlement)
  tx.engine.run(
    `UPDATE probe_calls SET ${SETTLED} WHERE id = :callId`,
    settledValues(tx, settlement, costNano),
  )
  tx.about(settlement.callId, { certainty: settlement.certainty, costNano })
  addSpend(tx, { ...NOBODY, day: before.day }, costNano - before.reservedNano)
  return costNano
}
