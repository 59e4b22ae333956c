import type { Filing } from './filed.ts'
import { formatMoney, nanoUsdOf, readMoney, whyNoLink, type Money } from './money.ts'

/** How a client pays: by a link for each task, or by an invoice over several. */
export const BILLINGS = ['link', 'invoice'] as const

/** One of the two ways. */
export type Billing = (typeof BILLINGS)[number]

/** Every state of a bill, with the payment status that people see. */
export const BILL_STATES = {
  unpriced: 'Unpriced',
  unpaid: 'Unpaid',
  on_invoice: 'On Invoice',
  paid: 'Paid',
  partly_refunded: 'Partly Refunded',
  refunded: 'Refunded',
  disputed: 'Disputed',
  cancelled: 'Cancelled',
} as const

/** A state of a bill. */
export type BillState = keyof typeof BILL_STATES

/** As people see it. */
export type PaymentStatus = (typeof BILL_STATES)[BillState]

/** States of a bill for which money was taken: it stays as it is, and only more is asked for by another. */
const SETTLED: ReadonlySet<BillState> = new Set(['paid', 'partly_refunded', 'refunded', 'disputed'])

/** When accepted results are mailed to their clients. */
export const SENDINGS = ['by-hand', 'on-done'] as const

/** One of them. */
export type Sending = (typeof SENDINGS)[number]

/** The prices that a run is created with. They stay as they are when the configuration changes later. */
export interface PriceTerms {
  /** Prices of its type, in several currencies; the client's is taken, else the first. */
  readonly prices: readonly Money[]
  /** How clients pay of whom nothing else is known. */
  readonly billing: Billing
  /** US dollars for one of each currency, then. */
  readonly rates: Readonly<Record<string, string>>
  /** Whether its result is mailed to its client as soon as it is accepted; by hand where it is left out. */
  readonly send?: Sending
  /** Where its result is filed as soon as it is accepted; nowhere where it is left out. */
  readonly filing?: Filing
}

/** Where the price of a bill comes from. */
export type PriceBasis = 'row' | 'type' | 'none'

/** What a task costs its client, decided once. */
export interface NewBill {
  readonly state: 'unpriced' | 'unpaid' | 'on_invoice'
  readonly basis: PriceBasis
  /** What is asked for; null where there is no price. */
  readonly amount: Money | null
  /** What the whole task costs: more than the amount where some of it was paid before. */
  readonly price: Money | null
  /** Why so much, and why by this way. */
  readonly why: string
  /** The amount in nano-dollars by the rate of its time; null without one. */
  readonly usdNano: number | null
}

/** A bill of a task that stands, as the next decision needs it. */
export interface StandingBill {
  readonly id: string
  readonly state: BillState
  readonly basis: PriceBasis
  readonly amount: Money | null
  readonly price: Money | null
}

/** What is known when the work on a task is Done. */
export interface BillingFacts {
  readonly taskType: string
  /** The task's own price, in its client's currency; null where none is given. */
  readonly own: Money | null
  /** Null for a run that was made before there were prices. */
  readonly terms: PriceTerms | null
  readonly client: { readonly currency: string | null; readonly billing: Billing | null } | null
  /** Those of the task that are not cancelled, oldest first. */
  readonly bills: readonly StandingBill[]
}

/** What becomes of the bills of a task; `note` says why a price that was changed is not billed. */
export interface BillDecision {
  readonly cancel: readonly StandingBill[]
  readonly add: NewBill | null
  readonly note: string | null
}

const NOTHING: BillDecision = { cancel: [], add: null, note: null }

/**
 * One bill a task, frozen at its first Done (SPEC §9). What is Done again is billed again only where the task's own
 * price was changed, or it had none: a bill that is not paid is replaced; after payment only what is more is billed.
 */
export function decideBill(facts: BillingFacts): BillDecision {
  const last = facts.bills.at(-1)
  const price = priceOf(facts)
  if (last === undefined) return { ...NOTHING, add: billOver(facts, price, price.amount) }
  if (!isRepriced(last, facts.own, price)) return NOTHING
  const paid = facts.bills.filter(({ state }) => SETTLED.has(state))
  const cancel = facts.bills.filter(({ state }) => !SETTLED.has(state))
  if (paid.length === 0) return { ...NOTHING, cancel, add: billOver(facts, price, price.amount) }
  if (price.amount === null) return { ...NOTHING, cancel, note: 'its price was taken away after payment' }
  const { amount: whole } = price
  const amounts = paid.flatMap(({ amount }) => amount ?? [])
  if (amounts.some(({ currency }) => currency !== whole.currency)) {
    const note = `its price ${formatMoney(whole)} is in another currency than what was paid: bill what is more by hand`
    return { ...NOTHING, cancel, note }
  }
  const more = whole.minor - amounts.reduce((sum, { minor }) => sum + minor, 0)
  if (more <= 0) return { ...NOTHING, cancel, note: `its price ${formatMoney(whole)} was paid before` }
  return { ...NOTHING, cancel, add: billOver(facts, price, { ...whole, minor: more }) }
}

interface Price {
  readonly basis: PriceBasis
  readonly amount: Money | null
}

/** The task's own price before that of its type. */
function priceOf({ own, terms, client }: BillingFacts): Price {
  if (own !== null) return { basis: 'row', amount: own }
  const prices = terms?.prices ?? []
  const amount = prices.find(({ currency }) => currency === client?.currency) ?? prices[0] ?? null
  return { basis: amount === null ? 'none' : 'type', amount }
}

function isRepriced(last: StandingBill, own: Money | null, price: Price): boolean {
  if (last.basis === 'none') return price.basis !== 'none'
  const before = last.basis === 'row' ? last.price : null
  return before?.minor !== own?.minor || before?.currency !== own?.currency
}

function billOver(facts: BillingFacts, { basis, amount: price }: Price, amount: Money | null): NewBill {
  if (price === null || amount === null) {
    const why = `no price: the task has none, and ${facts.taskType} has none`
    return { state: 'unpriced', basis, amount: null, price: null, why, usdNano: null }
  }
  const source = basis === 'row' ? 'price of the task' : `price of ${facts.taskType}`
  const rest = amount.minor === price.minor ? '' : `, ${formatMoney(amount)} more than was paid`
  const byInvoice = whyByInvoice(facts, amount)
  return {
    state: byInvoice === null ? 'unpaid' : 'on_invoice',
    basis,
    amount,
    price,
    why: `${source} ${formatMoney(price)}${rest}${byInvoice === null ? '' : `; on invoice: ${byInvoice}`}`,
    usdNano: nanoUsdOf(amount, facts.terms?.rates ?? {}),
  }
}

function whyByInvoice({ client, terms }: BillingFacts, amount: Money): string | null {
  const billing = client?.billing ?? terms?.billing ?? 'link'
  return billing === 'invoice' ? 'the client is billed so' : whyNoLink(amount)
}

/** The prices of a setting: `49.00 EUR, 55 USD`; null where one is none, or two are of one currency. */
export function readPrices(text: string): Money[] | null {
  const parts = text.split(',').map(readMoney)
  const prices = parts.filter(price => price !== null)
  const currencies = new Set(prices.map(({ currency }) => currency))
  return prices.length < parts.length || currencies.size < prices.length ? null : prices
}
