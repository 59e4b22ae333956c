import { latestWork } from '../domain/next-step.ts'
import type { Bill } from '../store/bill-rows.ts'
import type { Client } from '../store/client-rows.ts'
import type { Effect } from '../store/effect-rows.ts'
import type { Store } from '../store/index.ts'
import type { Link } from '../store/link-rows.ts'
import type { Dispute, PaymentBooks } from '../store/payment-rows.ts'
import type { Receipt } from '../store/receipts.ts'
import type { RunEvent } from '../store/runs.ts'
import type { TaskSummary } from '../store/tasks.ts'

/** All that the store knows of what a disputed payment was for. */
export interface EvidenceFacts {
  readonly dispute: Dispute
  readonly payment: PaymentBooks
  readonly link: Link | null
  /** Null where the payment belongs to no bill: then nothing is known of what it was for. */
  readonly work: EvidenceOfWork | null
}

/** The work that was billed. */
export interface EvidenceOfWork {
  readonly bill: Bill
  readonly task: TaskSummary
  /** As it is kept now. */
  readonly brief: string
  readonly client: Client | null
  /** The result that was accepted; null where none is kept. */
  readonly result: { readonly text: string; readonly digest: string } | null
  readonly receipt: Receipt | null
  readonly events: readonly RunEvent[]
  /** Writes of the result to where the client reads it, that are proved done. */
  readonly deliveries: readonly Effect[]
}

/** Reads them. */
export async function evidenceFacts(
  store: Store,
  payment: PaymentBooks,
  dispute: Dispute,
): Promise<EvidenceFacts> {
  const link = payment.linkId === null ? null : await store.links.get(payment.linkId)
  const bill = payment.billId === null ? null : await store.bills.get(payment.billId)
  return { dispute, payment, link, work: bill === null ? null : await workOf(store, bill) }
}

async function workOf(store: Store, bill: Bill): Promise<EvidenceOfWork | null> {
  const { runId, taskId, clientId } = bill
  const task = await store.tasks.get(taskId)
  if (task === null) return null
  const run = await store.runs.get(runId)
  const effects = await store.outbox.ofRun(runId)
  return {
    bill,
    task,
    brief: run?.ownBrief ?? task.brief,
    client: clientId === null ? null : await store.clients.get(clientId),
    result: latestWork(await store.runs.outputs(runId)) ?? null,
    receipt: await store.receipts.get(runId),
    events: await store.runs.events(runId),
    deliveries: effects.filter(({ kind, state }) => kind === 'body' && state === 'done'),
  }
}
