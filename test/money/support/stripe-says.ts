/** What Stripe's own objects come to, counted without any of the program's rules. */
import type { Stripe } from 'stripe'
import { rowsOf } from '../../support/books.ts'
import type { Transfer } from './walk.ts'

/** Payments with what came of them, as Stripe has them and as the books have them; both in one form. */
export interface Ledger {
  readonly payments: readonly string[]
  readonly refunds: readonly string[]
  readonly disputes: readonly string[]
}

const REFUNDS = { succeeded: 'succeeded', failed: 'failed', canceled: 'failed' } as const
const DISPUTES = new Map([
  ['warning_needs_response', 'warning'],
  ['warning_under_review', 'under_review'],
  ['warning_closed', 'closed'],
  ['appeal_needs_response', 'needs_response'],
  ['appeal_under_review', 'under_review'],
])

/** All of an account. */
export async function ledgerAt(stripe: Stripe): Promise<Ledger> {
  const intents = await all(stripe.paymentIntents.list(ALL))
  const refunds = await all(stripe.refunds.list(ALL))
  const disputes = await all(stripe.disputes.list(ALL))
  return {
    payments: intents
      .filter(({ status }) => status === 'succeeded')
      .map(
        ({ id, amount_received, currency }) => `${id} ${String(amount_received)} ${currency.toUpperCase()}`,
      )
      .toSorted(),
    refunds: refunds
      .map(({ id, amount, status }) => {
        const state = status === 'succeeded' || status === 'failed' || status === 'canceled'
        return `${id} ${String(amount)} ${state ? REFUNDS[status] : 'pending'}`
      })
      .toSorted(),
    disputes: disputes
      .map(({ id, amount, status }) => `${id} ${String(amount)} ${DISPUTES.get(status) ?? status}`)
      .toSorted(),
  }
}

/** The same as the books have it. */
export function ledgerIn(path: string): Ledger {
  const said = (sql: string): string[] =>
    rowsOf<{ said: string }>(path, `SELECT ${sql}`)
      .map(({ said: one }) => one)
      .toSorted()
  return {
    payments: said(
      `outside_id || ' ' || amount_minor || ' ' || currency AS said FROM payments
       WHERE state = 'paid' AND service = 'stripe'`,
    ),
    refunds: said(
      `outside_id || ' ' || amount_minor || ' ' || state AS said FROM refunds WHERE outside_id IS NOT NULL`,
    ),
    disputes: said(`outside_id || ' ' || amount_minor || ' ' || state AS said FROM disputes`),
  }
}

/** How each bill stands by what Stripe has, and by what came by bank: its id, and the state that the books should give it. */
export async function billsBy(
  stripe: Stripe,
  path: string,
  transfers: readonly Transfer[],
): Promise<readonly string[]> {
  const intents = await all(stripe.paymentIntents.list(ALL))
  const refunds = await all(stripe.refunds.list(ALL))
  const disputes = await all(stripe.disputes.list(ALL))
  const bills = rowsOf<{ id: string; state: string; amount_minor: number }>(
    path,
    'SELECT id, state, amount_minor FROM bills',
  )
  return bills
    .map(({ id, state, amount_minor }) => {
      const paid = intents.filter(({ metadata, status }) => metadata['bill'] === id && status === 'succeeded')
      const ids = new Set(paid.map(intent => intent.id))
      const isOf = ({ payment_intent }: { payment_intent: unknown }): boolean =>
        ids.has(String(payment_intent))
      const isAsked = disputes.some(
        one => isOf(one) && one.status !== 'won' && one.status !== 'warning_closed',
      )
      const backMinor = sum(refunds.filter(one => isOf(one) && isBack(one)).map(({ amount }) => amount))
      const isHere = ({ billId, isWithdrawn }: Transfer): boolean => billId === id && !isWithdrawn
      const cameMinor = sum([
        ...paid.map(({ amount_received }) => amount_received),
        ...transfers.filter(isHere).map(({ minor }) => minor),
      ])
      const keptMinor = cameMinor - backMinor
      const after = keptMinor >= amount_minor ? 'paid' : keptMinor > 0 ? 'partly_refunded' : 'refunded'
      const isTooLittle = keptMinor > 0 && amount_minor - keptMinor < SMALLEST_MINOR
      const open = isTooLittle ? 'on_invoice' : 'unpaid'
      const isOpen = cameMinor < amount_minor
      return `${id} ${state === 'cancelled' ? state : isAsked ? 'disputed' : isOpen ? open : after}`
    })
    .toSorted()
}

/** Refunds that we wanted once, and that Stripe made more than once. */
export async function refundsOfOneIntent(stripe: Stripe): Promise<readonly string[]> {
  const wanted = (await all(stripe.refunds.list(ALL))).flatMap(
    ({ metadata }) => metadata?.['echopilot_refund'] ?? [],
  )
  return wanted.filter((id, at) => wanted.indexOf(id) !== at)
}

/** Where money can be paid at this moment, by the bills that it is for: links that are active, and visits that are open. */
export async function openBills(
  stripe: Stripe,
): Promise<{ links: readonly string[]; visits: readonly string[] }> {
  const links = (await all(stripe.paymentLinks.list(ALL))).filter(({ active }) => active)
  const visits = await all(stripe.checkout.sessions.list({ ...ALL, status: 'open' }))
  const billOf = ({ metadata }: { metadata: Stripe.Metadata | null }): string => metadata?.['bill'] ?? ''
  return { links: links.map(billOf).toSorted(), visits: visits.map(billOf).toSorted() }
}

/** Stripe takes no less. */
const SMALLEST_MINOR = 50
const ALL = { limit: 100 }

async function all<T extends { id: string }>(list: Stripe.ApiListPromise<T>): Promise<T[]> {
  return list.autoPagingToArray({ limit: 10_000 })
}

function isBack({ status }: Stripe.Refund): boolean {
  return status === 'succeeded' || status === 'pending'
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
