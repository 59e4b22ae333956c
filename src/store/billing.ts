import { decideBill, type NewBill, type PriceTerms } from '../domain/billing.ts'
import { findRow, type Change, type StoreReader } from './core.ts'
import { billsOfTask, revenueOf, type Bill } from './bill-rows.ts'
import { clientById } from './client-rows.ts'
import { recordEffects, tellMoney } from './effect-rows.ts'
import { closeLinkOf } from './link-moves.ts'
import { appendEntry } from './receipts.ts'
import { addEvent, findRun, type Run } from './run-rows.ts'
import { taskOf, type Task } from './tasks.ts'

/** Bills the task of a run that has just become Done, once; inside the transaction that ended it. */
export function billDone(tx: Change, run: Run): void {
  const task = taskOf(tx, run)
  const client = task.clientId === null ? null : clientById(tx, task.clientId)
  const bills = billsOfTask(tx, task.id)
  const { cancel, add, note } = decideBill({
    taskType: task.type,
    own: task.price,
    terms: termsOf(tx, run.id),
    client,
    bills: bills.filter(({ state }) => state !== 'cancelled'),
  })
  const cancelled = bills.filter(({ id }) => cancel.some(standing => standing.id === id))
  for (const bill of cancelled) cancelBill(tx, bill)
  if (add !== null) insertBill(tx, run, { task, number: bills.length + 1, bill: add })
  if (note !== null) addEvent(tx, { runId: run.id, state: run.state, what: `not billed: ${note}` })
  // The client that an earlier bill went to may be another one.
  const clients = add === null ? [] : [task.clientId]
  const touched = new Set([...clients, ...cancelled.map(({ clientId }) => clientId)])
  for (const clientId of touched) if (clientId !== null) tellRevenue(tx, clientId)
}

/** The prices and rates that a run was created with; null where there were none yet. */
export function termsOf(core: StoreReader, runId: string): PriceTerms | null {
  const sql = 'SELECT terms FROM runs WHERE id = :runId'
  const shape = { prices: [{ currency: 'text', minor: 'number' }], billing: 'text', rates: {} } as const
  return findRow(core, sql, { runId }, is =>
    is.textOrNull('terms') === null ? null : is.json<PriceTerms>('terms', shape),
  )
}

interface Billed {
  readonly task: Task
  readonly number: number
  readonly bill: NewBill
}

function insertBill(tx: Change, run: Run, { task, number, bill }: Billed): void {
  const id = tx.newId('bill')
  const { state, basis, amount, price, why, usdNano } = bill
  const amountMinor = amount?.minor ?? null
  const currency = amount?.currency ?? null
  tx.engine.run(
    `INSERT INTO bills (id, task_id, number, run_id, client_id, state, basis, currency, amount_minor, price_minor, why,
       usd_nano, fee_nano, owed, created_ms, changed_ms)
     VALUES (:id, :taskId, :number, :runId, :clientId, :state, :basis, :currency, :amountMinor, :priceMinor, :why,
       :usdNano, 0, :state, :now, :now)`,
    {
      id,
      taskId: task.id,
      number,
      runId: run.id,
      clientId: task.clientId,
      state,
      basis,
      currency,
      amountMinor,
      priceMinor: price?.minor ?? null,
      why,
      usdNano,
      now: tx.clock.now(),
    },
  )
  tx.about(id, { run: run.id, state, amountMinor, currency })
  if (amount !== null) addEvent(tx, { runId: run.id, state: run.state, what: `billed: ${why}` })
}

/** Ends a bill that another replaces; the run that it was for keeps saying so. */
function cancelBill(tx: Change, { id, runId, amount }: Bill): void {
  tx.engine.run(`UPDATE bills SET state = 'cancelled', changed_ms = :now WHERE id = :id`, {
    id,
    now: tx.clock.now(),
  })
  tx.about(id, { run: runId, state: 'cancelled', amountMinor: amount?.minor ?? null })
  appendEntry(tx, runId, 'bill', { id, state: 'cancelled' })
  closeLinkOf(tx, id, 'another bill took its place')
  const run = findRun(tx, runId)
  if (run !== null) tellMoney(tx, run)
}

/** Records that the row of a client is to say what it was billed for; inside the transaction that changed or read it. */
export function tellRevenue(tx: Change, clientId: string): void {
  const client = clientById(tx, clientId)
  if (client === null || client.pageId === null) return
  const { pageId, source } = client
  const body = { kind: 'client', pageId, change: { revenueNano: revenueOf(tx, clientId) } }
  const effect = { name: null, target: pageId, body }
  recordEffects(tx, { service: source, subject: { kind: 'client', id: clientId } }, [effect])
}
