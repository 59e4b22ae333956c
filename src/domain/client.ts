import type { Billing } from './billing.ts'

/** How a client's work is taxed (SPEC §15). */
export const TAX_CATEGORIES = ['Standard', 'Reverse Charge', 'Exempt', 'Outside Scope'] as const

/** One of them. */
export type TaxCategory = (typeof TAX_CATEGORIES)[number]

/** What is known of a client, as its row says it; null where it says nothing that can be taken. */
export interface ClientFacts {
  readonly name: string
  /** In lower case: what tasks are matched by. */
  readonly email: string | null
  readonly active: boolean
  /** ISO 4217. */
  readonly currency: string | null
  readonly billing: Billing | null
  /** Nano-dollars for a minute of sound. */
  readonly rateNano: number | null
  readonly taxCategory: TaxCategory | null
  /** Days from an invoice to its payment. */
  readonly paymentDays: number | null
  readonly language: string | null
  readonly country: string | null
  readonly taxId: string | null
  readonly address: string | null
  readonly notes: string | null
}

/** What is to be changed of a client. */
export type ClientChanges = Partial<Omit<ClientFacts, 'name'>>

/** Of whom nothing is known but the name. */
export function newClient(name: string): ClientFacts {
  return {
    name,
    email: null,
    active: true,
    currency: null,
    billing: null,
    rateNano: null,
    taxCategory: null,
    paymentDays: null,
    language: null,
    country: null,
    taxId: null,
    address: null,
    notes: null,
  }
}

/** An address as it is compared: without spaces around it, in lower case; null for none. */
export function emailOf(text: string | null): string | null {
  const email = text?.trim().toLowerCase() ?? ''
  return email === '' ? null : email
}
