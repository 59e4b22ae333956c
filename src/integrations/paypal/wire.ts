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
