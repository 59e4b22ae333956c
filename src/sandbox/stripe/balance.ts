/** The balance: every movement of money, what is available, and payouts that take it to the bank. */
import { stringOf, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newObject, secondsOf, type Account, type Act } from './account.ts'
import { atPath, listed, listShape, type Call, type MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import type { BalanceTransaction, Payout } from './model.ts'
import { oneOf, TEXT } from './params.ts'

const DAY_S = 86_400

/** Days until money of a payment may be paid out. */
const AVAILABLE_AFTER_DAYS = 2

/** One movement before it has an id. */
export interface Movement {
  readonly type:
    'charge' | 'payment' | 'refund' | 'refund_failure' | 'adjustment' | 'payout' | 'payout_failure'
  /** What reports group it by; the type if left out. */
  readonly category?: string
  /** Negative for what goes out. */
  readonly amount: number
  readonly fee: number
  readonly currency: string
  /** The id of the object that caused it. */
  readonly source: string
  readonly description: string | null
}

/** Books a movement. Balances are kept in each currency: nothing is converted. */
export function book(
  account: Account,
  act: Act,
  movement: Movement,
  payout: string | null = null,
): BalanceTransaction {
  const { type, category = type, amount, fee, currency, source, description } = movement
  const waits = type === 'charge' || type === 'payment'
  const fees = {
    amount: fee,
    application: null,
    currency,
    description: 'Stripe processing fees',
    type: 'stripe_fee',
  }
  const transaction: BalanceTransaction = {
    ...newObject(act, 'balance_transaction', 'txn'),
    amount,
    available_on: secondsOf(act) + (waits ? AVAILABLE_AFTER_DAYS * DAY_S : 0),
    balance_type: 'payments',
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details: fee === 0 ? [] : [fees],
    net: amount - fee,
    reporting_category: category,
    source,
    status: waits ? 'pending' : 'available',
    type,
    own: { payout },
  }
  account.store.add('balance_transaction', transaction)
  return transaction
}

/** Makes available what has waited long enough; runs before each call. */
export function makeAvailable({ store }: Account, act: Act): void {
  const due = { field: 'available_on', at: secondsOf(act) } as const
  const waiting = { livemode: act.livemode, where: { status: 'pending' }, due }
  for (const one of store.list('balance_transaction', waiting)) {
    store.put('balance_transaction', { ...one, status: 'available' })
  }
}

/**
 * Pays out what is in the balance of a currency, without waiting for what is still pending: its movements then belong
 * to the payout, and their sum is its amount to the last unit. The money is on its way until {@link endPayout}.
 */
export function payOut(account: Account, act: Act, currency: string): Payout {
  const { store } = account
  const open = store.list('balance_transaction', {
    livemode: act.livemode,
    where: { 'own.payout': null, currency },
  })
  const amount = open.reduce((sum, { net }) => sum + net, 0)
  if (amount <= 0) {
    throw refused({ message: `There is nothing to pay out in ${currency}.`, code: 'balance_insufficient' })
  }
  const payout = newPayout(act, amount, currency)
  const out = { amount: -amount, fee: 0, currency, source: payout.id, description: 'STRIPE PAYOUT' }
  const { id } = book(account, act, { ...out, type: 'payout' }, payout.id)
  for (const one of open)
    store.put('balance_transaction', { ...one, status: 'available', own: { payout: payout.id } })
  const whole = { ...payout, balance_transaction: id }
  store.add('payout', whole)
  emit(account, act, 'payout.created', whole)
  return whole
}

function newPayout(act: Act, amount: number, currency: string): Payout {
  return {
    ...newObject(act, 'payout', 'po'),
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: secondsOf(act) + DAY_S,
    automatic: true,
    balance_transaction: null,
    currency,
    description: 'STRIPE PAYOUT',
    destination: 'ba_sandbox0000',
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'in_progress',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'in_transit',
    trace_id: null,
    type: 'bank_account',
  }
}

/** The bank took the money, or sent it back: then it is in the balance again. */
export function endPayout(account: Account, act: Act, payout: Payout, how: 'paid' | 'failed'): Payout {
  if (payout.status !== 'in_transit') {
    throw refused({ message: `The payout is ${payout.status} already.` })
  }
  if (how === 'paid') {
    const paid: Payout = { ...payout, status: 'paid', reconciliation_status: 'completed' }
    account.store.put('payout', paid)
    for (const type of ['payout.paid', 'payout.reconciliation_completed']) emit(account, act, type, paid)
    return paid
  }
  const { id: source, amount, currency } = payout
  const back = {
    type: 'payout_failure',
    amount,
    fee: 0,
    currency,
    source,
    description: 'PAYOUT FAILURE',
  } as const
  const failed: Payout = {
    ...payout,
    status: 'failed',
    failure_balance_transaction: book(account, act, back).id,
    failure_code: 'account_closed',
    failure_message: 'The bank account has been closed.',
  }
  account.store.put('payout', failed)
  emit(account, act, 'payout.failed', failed)
  return failed
}

/** The routes. */
export function balanceRoutes(route: MakeRoute): readonly Route[] {
  const transactions = listShape({ currency: TEXT, payout: TEXT, source: TEXT, type: TEXT })
  const payouts = listShape(
    { status: oneOf('pending', 'paid', 'failed', 'canceled', 'in_transit') },
    'arrival_date destination',
  )
  return [
    route('GET', '/v1/balance', { rules: {} }, balance),
    route('GET', '/v1/balance_transactions', transactions, call => {
      const { currency, source, type, payout } = call.params
      const where = { ...textOf({ currency, source, type }), ...textOf({ 'own.payout': payout }) }
      return listed(call, 'balance_transaction', '/v1/balance_transactions', { where })
    }),
    route('GET', '/v1/balance_transactions/{id}', { rules: {} }, call => atPath(call, 'balance_transaction')),
    route('GET', '/v1/payouts', payouts, call =>
      listed(call, 'payout', '/v1/payouts', { where: textOf({ status: call.params['status'] }) }),
    ),
    route('GET', '/v1/payouts/{id}', { rules: {} }, call => atPath(call, 'payout')),
  ]
}

/** The texts among the values. */
export function textOf(values: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.keys(values).flatMap(name => {
      const text = stringOf(values, name)
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function balance({ account, act }: Call): JsonObject {
  const sums = { available: new Map<string, number>(), pending: new Map<string, number>() }
  for (const { status, currency, net } of account.store.list('balance_transaction', {
    livemode: act.livemode,
  })) {
    sums[status].set(currency, (sums[status].get(currency) ?? 0) + net)
  }
  const shownSums = (sum: ReadonlyMap<string, number>): readonly JsonObject[] => {
    const all = [...sum].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }))
    return all.length > 0 ? all : [{ amount: 0, currency: 'usd', source_types: { card: 0 } }]
  }
  return {
    object: 'balance',
    available: shownSums(sums.available),
    livemode: act.livemode,
    pending: shownSums(sums.pending),
  }
}
