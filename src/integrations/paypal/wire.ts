import type { Money } from '../../domain/money.ts'
import { isObject, textOf } from '../../domain/shape.ts'
import { amountIn } from './amount.ts'

type Json = Readonly<Record<string, unknown>>

/** What a client is asked to pay, as PayPal has it. */
export interface Order {
  readonly id: string
  /** CREATED, PAYER_ACTION_REQUIRED, APPROVED, COMPLETED and others. */
  readonly status: string
  readonly amount: Money
  /** Our text that is kept with it. */
  readonly customId: string | null
  /** When it was changed, as PayPal writes it: another time after another yes. Empty where it does not say. */
  readonly updated: string
  /** Where the client says yes; null where that is not wanted any more. */
  readonly approveUrl: string | null
  readonly captures: readonly Capture[]
  readonly refunds: readonly Refund[]
}

/** Money that was taken, or is on its way. */
export interface Capture {
  readonly id: string
  readonly status: string
  readonly amount: Money
  readonly customId: string | null
  /** Null within the order itself, and for what was not paid by an order. */
  readonly orderId: string | null
  /** Null until PayPal tells. */
  readonly fee: Money | null
  readonly atMs: number
}

/** Money that went back. */
export interface Refund {
  readonly id: string
  readonly status: string
  readonly amount: Money
  readonly captureId: string | null
  readonly customId: string | null
  readonly note: string | null
  readonly atMs: number
}

/** What a payer or a bank complains of. */
export interface Dispute {
  readonly id: string
  readonly status: string
  readonly stage: string
  readonly outcome: string | null
  readonly amount: Money
  readonly reason: string
  readonly dueMs: number | null
  readonly atMs: number
  /** The payments that it is about. */
  readonly captureIds: readonly string[]
}

/** An order in the representation; null for what is none. */
export function readOrder(json: unknown): Order | null {
  if (!isObject(json)) return null
  const [unit] = objectsIn(json['purchase_units'])
  const [id, status, amount] = [textOf(json['id']), textOf(json['status']), amountIn(unit?.['amount'])]
  if (unit === undefined || id === null || status === null || amount === null) return null
  const payments = isObject(unit['payments']) ? unit['payments'] : {}
  const captures = allOf(payments['captures'], readCapture)
  const refunds = allOf(payments['refunds'], readRefund)
  if (captures === null || refunds === null) return null
  const approveUrl = hrefOf(json, 'payer-action') ?? hrefOf(json, 'approve')
  const [customId, updated] = [textOf(unit['custom_id']), textOf(json['update_time']) ?? '']
  return { id, status, amount, customId, updated, approveUrl, captures, refunds }
}

/** A captured payment; null for what is none. */
export function readCapture(json: unknown): Capture | null {
  if (!isObject(json)) return null
  const [id, status, amount] = [textOf(json['id']), textOf(json['status']), amountIn(json['amount'])]
  const atMs = timeOf(json['create_time'])
  if (id === null || status === null || amount === null || atMs === null) return null
  const related = objectAt(objectAt(json, 'supplementary_data'), 'related_ids')
  const orderId = textOf(related['order_id'])
  return { id, status, amount, customId: textOf(json['custom_id']), orderId, fee: feeIn(json), atMs }
}

/** In the currency that PayPal took it in. */
function feeIn(json: Json): Money | null {
  const earned = objectAt(json, 'seller_receivable_breakdown')
  return amountIn(earned['paypal_fee_in_receivable_currency']) ?? amountIn(earned['paypal_fee'])
}

/** A refund; null for what is none. */
export function readRefund(json: unknown): Refund | null {
  if (!isObject(json)) return null
  const [id, status, amount] = [textOf(json['id']), textOf(json['status']), amountIn(json['amount'])]
  const atMs = timeOf(json['create_time'])
  if (id === null || status === null || amount === null || atMs === null) return null
  const captureId = /\/captures\/([^/?]+)$/.exec(hrefOf(json, 'up') ?? '')?.[1] ?? null
  const [customId, note] = [textOf(json['custom_id']), textOf(json['note_to_payer'])]
  return { id, status, amount, captureId, customId, note, atMs }
}

/** A dispute in full; null for what is none. */
export function readDispute(json: unknown): Dispute | null {
  if (!isObject(json)) return null
  const [id, status, amount] = [
    textOf(json['dispute_id']),
    textOf(json['status']),
    amountIn(json['dispute_amount']),
  ]
  const atMs = timeOf(json['create_time'])
  if (id === null || status === null || amount === null || atMs === null) return null
  return {
    id,
    status,
    amount,
    atMs,
    stage: textOf(json['dispute_life_cycle_stage']) ?? '',
    outcome: textOf(objectAt(json, 'dispute_outcome')['outcome_code']),
    reason: textOf(json['reason']) ?? 'OTHER',
    dueMs: timeOf(json['seller_response_due_date']),
    captureIds: objectsIn(json['disputed_transactions']).flatMap(
      each => textOf(each['seller_transaction_id']) ?? [],
    ),
  }
}

/** Money that moved, as transaction search lists it. */
export interface Transaction {
  readonly id: string
  /** What it is: `T` and four digits (PayPal's page "Transaction event codes"). */
  readonly code: string
  readonly status: string
  readonly isIncome: boolean
  /** Without its sign. */
  readonly amount: Money
  /** The transaction that it is about; null where it stands for itself. */
  readonly about: string | null
  /** Our text that is kept with it. */
  readonly customId: string | null
}

/** A page of transaction search; null for what is none. */
export function readTransactions(
  json: unknown,
): { readonly transactions: readonly Transaction[]; readonly pages: number } | null {
  if (!isObject(json)) return null
  const pages = json['total_pages']
  const infos = objectsIn(json['transaction_details']).map(each => objectAt(each, 'transaction_info'))
  const transactions = allOf(infos, readTransaction)
  return transactions === null || typeof pages !== 'number' ? null : { transactions, pages }
}

function readTransaction(json: unknown): Transaction | null {
  if (!isObject(json)) return null
  const [id, code, status] = [
    textOf(json['transaction_id']),
    textOf(json['transaction_event_code']),
    textOf(json['transaction_status']),
  ]
  const said = objectAt(json, 'transaction_amount')
  const value = textOf(said['value']) ?? ''
  const amount = amountIn({ ...said, value: value.replace(/^-/, '') })
  if (id === null || code === null || status === null || amount === null) return null
  const about = json['paypal_reference_id_type'] === 'TXN' ? textOf(json['paypal_reference_id']) : null
  const customId = textOf(json['custom_field'])
  return { id, code, status, isIncome: !value.startsWith('-'), amount, about, customId }
}

/** A page of the list of disputes, each with when it last changed; null for what is none. */
export function readDisputePage(json: unknown): {
  readonly disputes: readonly { readonly id: string; readonly changedMs: number }[]
  /** The token of the next page; null where there is none. */
  readonly next: string | null
} | null {
  if (!isObject(json)) return null
  const disputes = objectsIn(json['items']).flatMap(each => {
    const id = textOf(each['dispute_id'])
    const changedMs = timeOf(each['update_time']) ?? timeOf(each['create_time'])
    return id === null || changedMs === null ? [] : [{ id, changedMs }]
  })
  const address = hrefOf(json, 'next')
  const next =
    address === null ? null : new URLSearchParams(address.split('?', 2)[1] ?? '').get('next_page_token')
  return { disputes, next }
}

/** The ids of a list of disputes; null for what is none. */
export function readDisputeIds(json: unknown): readonly string[] | null {
  if (!isObject(json)) return null
  // PayPal leaves the list out where there are none.
  return objectsIn(json['items']).flatMap(each => textOf(each['dispute_id']) ?? [])
}

/** The address of a link of an answer, by what it is for. */
export function hrefOf(json: Json, rel: string): string | null {
  return textOf(objectsIn(json['links']).find(each => each['rel'] === rel)?.['href'])
}

function objectsIn(list: unknown): readonly Json[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}

function objectAt(json: Json, name: string): Json {
  const value = json[name]
  return isObject(value) ? value : {}
}

/** All of a list that may be left out; null where one of them cannot be read. */
function allOf<T>(list: unknown, read: (json: unknown) => T | null): readonly T[] | null {
  const all = (Array.isArray(list) ? list : []).map(read)
  return all.includes(null) ? null : all.filter(each => each !== null)
}

function timeOf(value: unknown): number | null {
  const ms = Date.parse(textOf(value) ?? '')
  return Number.isNaN(ms) ? null : ms
}
