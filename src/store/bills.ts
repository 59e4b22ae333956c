import { utcDay } from '../domain/budget.ts'
import type { Money } from '../domain/money.ts'
import { billById, billOfRun, billsOfTask, readBill, revenueOf, type Bill } from './bill-rows.ts'
import { paymentsOfBill } from './payment-rows.ts'
import { readRow, readRows, type StoreCore, type StoreReader } from './core.ts'

/** A span of time: from its first millisecond to before its last. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** What a task earned and cost within a span. */
export interface TaskBooks {
  readonly taskId: string
  readonly title: string
  readonly type: string
  /** For whom, as it was named. */
  readonly client: string | null
  readonly clientId: string | null
  /** AI cost that was booked within the span, in nano-dollars. */
  readonly costNano: number
  /** Results that were accepted within it. */
  readonly accepted: number
  /** Bills that were made within it and stand. */
  readonly bills: readonly BilledBooks[]
}

/** A bill with what its providers kept, where that is not known in dollars. */
export interface BilledBooks extends Bill {
  /** Each in its currency; empty where the bill has the sum of them. */
  readonly feesWithoutRate: readonly Money[]
}

/** Bills, and what they come to beside what the work cost. */
export function billStore(core: StoreCore) {
  return {
    /** A bill by its full id; null where there is none. */
    get: async (id: string) => billById(core, id),
    /** The bill for a run; null where it was not billed. */
    ofRun: async (runId: string) => billOfRun(core, runId),
    /** All bills of a task, oldest first. */
    ofTask: async (taskId: string) => billsOfTask(core, taskId),
    /** Those of a client that are not paid, oldest first. */
    open: async (clientId: string) =>
      readRows(
        core,
        `SELECT * FROM bills WHERE client_id = :clientId AND state IN ('unpaid', 'on_invoice')`,
        { clientId },
        readBill,
      ).toSorted((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1)),
    /** See {@link revenueOf}. */
    revenue: async (clientId: string) => revenueOf(core, clientId),
    /** Every task that was worked on, accepted or billed within a span; `clientId` null for all clients. */
    books: async (span: Span, clientId: string | null) => booksOf(core, span, clientId),
    /** AI cost of probes, which no task is for, within a span of whole days (UTC). */
    probeNano: async (span: Span) =>
      readRow(
        core,
        'SELECT COALESCE(SUM(cost_nano), 0) AS nano FROM probe_calls WHERE day >= :from AND day < :to',
        daysOf(span),
        is => is.number('nano'),
      ),
  }
}

function daysOf({ fromMs, toMs }: Span): { from: string; to: string } {
  return { from: utcDay(fromMs), to: utcDay(toMs) }
}

/** From the tasks of one client, or from all that there was in the span. */
function booksOf(core: StoreReader, span: Span, clientId: string | null): TaskBooks[] {
  const values = { ...span, ...daysOf(span), clientId }
  // By the tasks of a client only where one is asked for: there are many more of all clients than in any span.
  const { costs, accepted, made, bills } = clientId === null ? OF_ALL : OF_CLIENT
  const billed = readRows(core, bills, values, readBill).map(bill => withFees(core, bill))
  const byTask = Map.groupBy(billed, ({ taskId }) => taskId)
  const sql = `SELECT t.id, t.title, t.type, t.client, t.client_id, w.nano, w.accepted
    FROM (SELECT task_id, SUM(nano) AS nano, SUM(accepted) AS accepted
      FROM (${costs} UNION ALL ${accepted} UNION ALL ${made}) GROUP BY task_id) w
    JOIN tasks t ON t.id = w.task_id`
  return readRows(core, sql, values, is => ({
    taskId: is.text('id'),
    title: is.text('title'),
    type: is.text('type'),
    client: is.textOrNull('client'),
    clientId: is.textOrNull('client_id'),
    costNano: is.number('nano'),
    accepted: is.number('accepted'),
    bills: byTask.get(is.text('id')) ?? [],
  }))
}

function withFees(core: StoreReader, bill: Bill): BilledBooks {
  if (bill.feeNano !== null) return { ...bill, feesWithoutRate: [] }
  const paid = paymentsOfBill(core, bill.id).filter(({ state }) => state === 'paid')
  return { ...bill, feesWithoutRate: paid.flatMap(({ fee }) => fee ?? []) }
}

/** Calls count on the day on which they began, as they count for the caps. */
const COSTS = 'SELECT r.task_id, c.cost_nano AS nano, 0 AS accepted'
const IN_DAYS = 'c.day >= :from AND c.day < :to'
const ACCEPTED = 'SELECT r.task_id, 0 AS nano, 1 AS accepted'
const IS_ACCEPTED = `r.state = 'done' AND r.ended_ms >= :fromMs AND r.ended_ms < :toMs`
const MADE = 'SELECT b.task_id, 0 AS nano, 0 AS accepted'
const STANDS = `b.created_ms >= :fromMs AND b.created_ms < :toMs AND b.state NOT IN ('cancelled', 'refunded')`

const OF_ALL = {
  costs: `${COSTS} FROM calls c JOIN runs r ON r.id = c.run_id WHERE ${IN_DAYS}`,
  accepted: `${ACCEPTED} FROM runs r /* by runs_done */ WHERE ${IS_ACCEPTED}`,
  made: `${MADE} FROM bills b WHERE ${STANDS}`,
  bills: `SELECT b.* FROM bills b WHERE ${STANDS}`,
}

const OF_CLIENT = {
  costs: `${COSTS} FROM tasks t JOIN runs r ON r.task_id = t.id JOIN calls c ON c.run_id = r.id
    WHERE ${IN_DAYS} AND t.client_id = :clientId`,
  accepted: `${ACCEPTED} FROM tasks t JOIN runs r ON r.task_id = t.id WHERE ${IS_ACCEPTED} AND t.client_id = :clientId`,
  made: `${MADE} FROM tasks t JOIN bills b ON b.task_id = t.id WHERE ${STANDS} AND t.client_id = :clientId`,
  bills: `SELECT b.* FROM tasks t JOIN bills b ON b.task_id = t.id WHERE ${STANDS} AND t.client_id = :clientId`,
}
