import { keysOf } from '../domain/keys-of.ts'
import { BILL_STATES, type PriceBasis, type StandingBill } from '../domain/billing.ts'
import type { OwedState } from '../domain/payment-state.ts'
import { findRow, moneyIn, readRows, type RowReader, type StoreReader } from './core.ts'

/** What a client is asked to pay for a task. */
export interface Bill extends StandingBill {
  readonly taskId: string
  /** Of its task, from 1. */
  readonly number: number
  /** The run that was accepted. */
  readonly runId: string
  readonly clientId: string | null
  readonly why: string
  /** Nano-dollars; null without a rate. */
  readonly usdNano: number | null
  /** What the provider kept, in nano-dollars; 0 until it tells, null without a rate. */
  readonly feeNano: number | null
  readonly createdMs: number
  /** How it stood before anything was paid. */
  readonly owed: OwedState
  /** What went back of it after it was paid: refunds, and disputes that were lost. */
  readonly returnedMinor: number
}

/** A row of the bills table. */
export function readBill(is: RowReader): Bill {
  return {
    id: is.text('id'),
    taskId: is.text('task_id'),
    number: is.number('number'),
    runId: is.text('run_id'),
    clientId: is.textOrNull('client_id'),
    state: is.choice('state', keysOf(BILL_STATES)),
    basis: is.text<PriceBasis>('basis'),
    amount: moneyIn(is, 'amount_minor', 'currency'),
    price: moneyIn(is, 'price_minor', 'currency'),
    why: is.text('why'),
    usdNano: is.numberOrNull('usd_nano'),
    feeNano: is.numberOrNull('fee_nano'),
    createdMs: is.number('created_ms'),
    owed: is.text<OwedState>('owed'),
    returnedMinor: is.number('returned_minor'),
  }
}

/** A bill by its full id; null where there is none. */
export function billById(core: StoreReader, id: string): Bill | null {
  return findRow(core, 'SELECT * FROM bills WHERE id = :id', { id }, readBill)
}

/** All bills of a task, oldest first. */
export function billsOfTask(core: StoreReader, taskId: string): Bill[] {
  return readRows(core, 'SELECT * FROM bills WHERE task_id = :taskId ORDER BY number', { taskId }, readBill)
}

/** The bill for a run; null where it was not billed. */
export function billOfRun(core: StoreReader, runId: string): Bill | null {
  return findRow(core, 'SELECT * FROM bills WHERE run_id = :runId', { runId }, readBill)
}

/**
 * What a client was billed for in US dollars, in nano-dollars: all bills that stand, whether they are paid or not; null
 * where one of them has no rate.
 */
export function revenueOf(core: StoreReader, clientId: string): number | null {
  const sql = `SELECT COALESCE(SUM(usd_nano), 0) AS nano, COUNT(*) - COUNT(usd_nano) AS unknown FROM bills
    WHERE client_id = :clientId AND state IN ('unpaid', 'on_invoice', 'paid', 'partly_refunded', 'disputed')`
  return findRow(core, sql, { clientId }, is => (is.number('unknown') > 0 ? null : is.number('nano')))
}
