/** Money that moved, and transaction search: it knows of nothing before hours have passed, as PayPal's. */
import type { JsonObject } from '../lib/json.ts'
import { VendorError, type Route } from '../lib/service.ts'
import { link, timeText, type Account, type Act } from './account.ts'
import { type Call, type MakeRoute } from './call.ts'
import { errorReply } from './errors.ts'
import { MERCHANT_ID } from './identity.ts'
import { payerOf, type Row } from './model.ts'
import { moneyOf } from './money.ts'
import { numberIn, refuseParameter, refuseStrange, timeIn } from './query.ts'

const USUAL_LAG_MS = 3 * 3_600_000
const LONGEST_MS = 31 * 86_400_000
const MOST_FOUND = 10_000

/** Books money that moved, by the id of its transaction, in its first state. */
export function book(
  act: Act,
  row: Omit<Row, 'transactionId' | 'createdMs' | 'states'>,
  status: string,
): void {
  const { id: transactionId, code, minor, fee, currency, reference, ids, payer } = row
  const states = [{ status, atMs: act.nowMs }]
  const told = { code, minor, fee, currency, reference, ids, payer, createdMs: act.nowMs, states }
  act.store.add('row', { id: `row-${transactionId}`, transactionId, ...told })
}

/** The state of a transaction changes. */
export function mark({ store, nowMs }: Act, transactionId: string, status: string): void {
  const row = store.find('row', `row-${transactionId}`)
  if (row !== undefined) store.put('row', { ...row, states: [...row.states, { status, atMs: nowMs }] })
}

/** How long transaction search is behind. */
export function lagMs({ settings }: Account): number {
  return settings.get('lag') ?? USUAL_LAG_MS
}

/** Changes it. */
export function setLag({ settings }: Account, ms: number): void {
  if (!settings.add(ms, 'lag')) settings.change('lag', ms)
}

/** The routes. */
export function transactionRoutes(route: MakeRoute): readonly Route[] {
  return [route('GET', '/v1/reporting/transactions', {}, search)]
}

const FILTERS = ['transaction_id', 'transaction_type', 'transaction_status', 'transaction_currency'] as const
const OTHERS = ['start_date', 'end_date', 'fields', 'balance_affecting_records_only', 'page_size', 'page']

function search(call: Call): JsonObject {
  const { query } = call
  refuseStrange(query, [...FILTERS, ...OTHERS])
  const horizon = call.nowMs - lagMs(call)
  const [from, to] = [timeIn(query, 'start_date'), timeIn(query, 'end_date')]
  if (to < from || to - from > LONGEST_MS) refuseParameter('end_date', 'Date range is greater than 31 days')
  if (from > horizon) refuseParameter('start_date', 'Data for the given start date is not available.')
  const last = Math.min(to, horizon)
  const [page, size] = [numberIn(query, 'page', 1, 2_147_483_647), numberIn(query, 'page_size', 100, 500)]
  const bounds = [['createdMs', '>=', from] as const, ['createdMs', '<=', last] as const]
  const rows = call.store.list('row', {
    bounds,
    sortedBy: 'createdMs',
    oldestFirst: true,
    limit: MOST_FOUND + 1,
  })
  if (rows.length > MOST_FOUND) throw tooMany()
  const found = rows
    .map(row => ({ payer: row.payer, info: infoOf(row, horizon), matched: matchedBy(row, horizon) }))
    .filter(({ matched }) => FILTERS.every(name => (query.get(name) ?? matched[name]) === matched[name]))
  const withPayer = /\b(?:all|payer_info)\b/.test(query.get('fields') ?? '')
  const details = found.slice((page - 1) * size, page * size).map(({ payer, info }) => ({
    transaction_info: info,
    ...(withPayer && payer !== null ? { payer_info: payerInfo(payer) } : {}),
  }))
  return {
    // Its description knows no list without anything in it.
    ...(details.length > 0 ? { transaction_details: details } : {}),
    account_number: MERCHANT_ID,
    start_date: timeText(from),
    end_date: timeText(last),
    last_refreshed_datetime: timeText(horizon),
    page,
    total_items: found.length,
    total_pages: Math.ceil(found.length / size),
    links: [link(`${call.origin}/v1/reporting/transactions?${query.toString()}`)],
  }
}

/** No page of it is answered: who asks must narrow the range. */
function tooMany(): VendorError {
  const message =
    'Result set size is greater than the maximum limit. Change the filter criteria and try again.'
  const more = { name: 'RESULTSET_TOO_LARGE', message, maximum_items: MOST_FOUND }
  return new VendorError(errorReply(400, [], more))
}

/** A transaction as it was at a time. */
function stateAt({ states, createdMs }: Row, atMs: number): Row['states'][number] {
  return states.findLast(state => state.atMs <= atMs) ?? { status: 'P', atMs: createdMs }
}

function matchedBy(row: Row, atMs: number): Readonly<Record<(typeof FILTERS)[number], string>> {
  return {
    transaction_id: row.transactionId,
    transaction_type: row.code,
    transaction_status: stateAt(row, atMs).status,
    transaction_currency: row.currency,
  }
}

function infoOf(row: Row, horizon: number): JsonObject {
  const { minor, fee, currency, reference, ids, createdMs } = row
  const { status, atMs } = stateAt(row, horizon)
  return {
    paypal_account_id: payerOf(row.payer)?.id,
    transaction_id: row.transactionId,
    paypal_reference_id: reference?.id,
    paypal_reference_id_type: reference?.type,
    transaction_event_code: row.code,
    transaction_initiation_date: timeText(createdMs),
    transaction_updated_date: timeText(atMs),
    transaction_amount: moneyOf(minor, currency),
    ...(fee !== 0 && status !== 'P' ? { fee_amount: moneyOf(fee, currency) } : {}),
    transaction_status: status,
    invoice_id: ids['invoice_id'],
    custom_field: ids['custom_id'],
  }
}

function payerInfo(token: string): JsonObject {
  const who = payerOf(token)
  const payer_name = { given_name: who?.name, surname: 'Sandbox' }
  return { account_id: who?.id, email_address: `${token}@buyer.example`, payer_status: 'Y', payer_name }
}
