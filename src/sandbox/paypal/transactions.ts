/** Money that moved, and transaction search: it knows of nothing before hours have passed, as PayPal's. */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { timeText, type Account, type Act } from './account.ts'
import type { Call, MakeRoute } from './call.ts'
import { invalid } from './errors.ts'
import { MERCHANT_ID } from './identity.ts'
import { payerOf, type Row } from './model.ts'
import { moneyOf } from './money.ts'

const USUAL_LAG_MS = 3 * 3_600_000
const LONGEST_MS = 31 * 86_400_000
const MOST = 500

/** Books money that moved, in its first state. */
export function book(account: Account, act: Act, row: Omit<Row, 'states'>, status: string): void {
  account.rows.add({ ...row, states: [{ status, atMs: act.nowMs }] }, row.id)
}

/** The state of a row changes. */
export function mark({ rows }: Account, { nowMs }: Act, id: string, status: string): void {
  const row = rows.get(id)
  if (row !== undefined) rows.change(id, { ...row, states: [...row.states, { status, atMs: nowMs }] })
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
  return [route('GET', '/v1/reporting/transactions', {}, call => ({ status: 200, body: search(call) }))]
}

const FILTERS = ['transaction_id', 'transaction_type', 'transaction_status', 'transaction_currency'] as const
const OTHERS = ['start_date', 'end_date', 'fields', 'balance_affecting_records_only', 'page_size', 'page']

function search({ account, act, query }: Call): JsonObject {
  const strange = [...query.keys()].find(name => ![...FILTERS, ...OTHERS].includes(name))
  if (strange !== undefined) throw invalid({ issue: 'NOT_SUPPORTED', field: strange, location: 'query' })
  const horizon = act.nowMs - lagMs(account)
  const [from, to] = [timeIn(query, 'start_date'), timeIn(query, 'end_date')]
  if (to < from || to - from > LONGEST_MS) wrong('end_date', 'Date range is greater than 31 days')
  if (from > horizon) wrong('start_date', 'Data for the given start date is not available.')
  const [page, size] = [numberIn(query, 'page', 1, 2_147_483_647), numberIn(query, 'page_size', 100, MOST)]
  const found = account.rows.list().flatMap(([, row]) => {
    const [first] = row.states
    const isWithin = first !== undefined && first.atMs >= from && first.atMs <= to && first.atMs <= horizon
    const info = isWithin ? infoOf(row, horizon) : {}
    return isWithin && matches(row, info, query) ? [{ row, info }] : []
  })
  const withPayer = /\b(?:all|payer_info)\b/.test(query.get('fields') ?? '')
  const shown = found.slice((page - 1) * size, page * size)
  return {
    transaction_details: shown.map(({ row, info }) => ({
      transaction_info: info,
      ...(withPayer && row.payer !== null ? { payer_info: payerInfo(row.payer) } : {}),
    })),
    account_number: MERCHANT_ID,
    start_date: timeText(from),
    end_date: timeText(Math.min(to, horizon)),
    last_refreshed_datetime: timeText(horizon),
    page,
    total_items: found.length,
    total_pages: Math.ceil(found.length / size),
    links: [
      { href: `${act.origin}/v1/reporting/transactions?${query.toString()}`, rel: 'self', method: 'GET' },
    ],
  }
}

/** A row as it was at a time. */
function infoOf(row: Row, atMs: number): JsonObject {
  const { id, code, minor, fee, currency, reference, ids, payer, states } = row
  const last = states.findLast(state => state.atMs <= atMs) ?? states[0]
  const related = { paypal_reference_id: reference?.id, paypal_reference_id_type: reference?.type }
  const account = payerOf(payer)?.id
  return {
    ...(account === undefined ? {} : { paypal_account_id: account }),
    transaction_id: id,
    ...(reference === null ? {} : related),
    transaction_event_code: code,
    transaction_initiation_date: timeText(states[0]?.atMs ?? 0),
    transaction_updated_date: timeText(last?.atMs ?? 0),
    transaction_amount: moneyOf(minor, currency),
    ...(fee !== 0 && last?.status !== 'P' ? { fee_amount: moneyOf(fee, currency) } : {}),
    transaction_status: last?.status ?? 'S',
    ...(ids['invoice_id'] === undefined ? {} : { invoice_id: ids['invoice_id'] }),
    ...(ids['custom_id'] === undefined ? {} : { custom_field: ids['custom_id'] }),
  }
}

function matches({ id, code, currency }: Row, info: JsonObject, query: URLSearchParams): boolean {
  const { transaction_status } = info
  const has = {
    transaction_id: id,
    transaction_type: code,
    transaction_status,
    transaction_currency: currency,
  }
  return FILTERS.every(name => query.get(name) === null || query.get(name) === has[name])
}

function payerInfo(token: string): JsonObject {
  const who = payerOf(token)
  const payer_name = { given_name: who?.name, surname: 'Sandbox' }
  return { account_id: who?.id, email_address: `${token}@buyer.example`, payer_status: 'Y', payer_name }
}

function timeIn(query: URLSearchParams, name: string): number {
  const given = query.get(name)
  if (given === null) throw invalid({ issue: 'MISSING_REQUIRED_PARAMETER', field: name, location: 'query' })
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/i.test(given)
  return isTime ? Date.parse(given) : wrong(name, 'Invalid date passed')
}

function numberIn(query: URLSearchParams, name: string, usual: number, most: number): number {
  const given = Number(query.get(name) ?? usual)
  return Number.isInteger(given) && given >= 1 && given <= most ? given : wrong(name, 'Invalid value')
}

function wrong(field: string, description: string): never {
  throw invalid({ issue: 'INVALID_PARAMETER_VALUE', description, field, location: 'query' })
}
