import { billById } from './bill-rows.ts'
import { readRows, type Change } from './core.ts'
import { findLink } from './link-rows.ts'
import { openOfBill } from './payment-rows.ts'
import { appendEntry } from './receipts.ts'

/** See `intendCapture` of {@link file://./payments.ts}. The receipt of the run keeps the intent. */
export function intendCapture(tx: Change, linkId: string): string | null {
  const link = findLink(tx, linkId)
  const bill = link === null ? null : billById(tx, link.billId)
  if (link === null || bill === null) return null
  const isWanted = link.state === 'open' && bill.state === 'unpaid'
  const { minor: amountMinor, currency } = link.amount
  const open = openOfBill(tx, bill)
  if (!isWanted || open?.minor !== amountMinor || open.currency !== currency) return null
  const key = `${linkId}/capture/1`
  if (intents(tx, bill.runId).some(intent => intent.key === key)) return key
  appendEntry(tx, bill.runId, 'capture', { key, link: linkId, amountMinor, currency })
  tx.about(linkId, { capture: key, amountMinor, currency })
  return key
}

function intents(tx: Change, runId: string): { readonly key: string }[] {
  const sql = `SELECT body FROM receipt_entries WHERE run_id = :runId AND kind = 'capture'`
  return readRows(tx, sql, { runId }, is => is.json<{ key: string }>('body', { key: 'text' }))
}
