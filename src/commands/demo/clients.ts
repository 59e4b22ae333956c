/** The clients of the demo, and what they do when they are asked to pay. */

/** One of them, as its row in the Clients database says. */
export interface DemoClient {
  readonly name: string
  readonly email: string
  readonly currency: 'EUR' | 'GBP' | 'USD'
  readonly billing?: 'Invoice'
}

/** Their names. */
export const NAMES = {
  HARBOR: 'Harbor & Pine Studio',
  DENTAL: 'Brightwell Dental Group',
  FOODS: 'Tasty Basket Foods',
  LEGAL: 'Alder Legal',
  ENERGIE: 'Nordlicht Energie GmbH',
} as const

/** All of them. */
export const DEMO_CLIENTS: readonly DemoClient[] = [
  { name: NAMES.HARBOR, email: 'mara@harborpine.example', currency: 'GBP' },
  { name: NAMES.DENTAL, email: 'office@brightwell.example', currency: 'USD' },
  { name: NAMES.FOODS, email: 'anna@tastybasket.example', currency: 'EUR' },
  { name: NAMES.LEGAL, email: 'ines@alderlegal.example', currency: 'EUR', billing: 'Invoice' },
  { name: NAMES.ENERGIE, email: 'einkauf@nordlicht.example', currency: 'EUR' },
]

/** Ways to pay on the page of the stand-in, by what they show. */
export const WAYS = {
  card: 'pm_card_visa',
  declined: 'pm_card_chargeDeclined',
  disputed: 'pm_card_createDispute',
} as const

/** What a client does at a payment link, and what becomes of the money. */
export interface Paying {
  /** One after the other, until one works. */
  readonly by: readonly (keyof typeof WAYS)[]
  /** Stripe never tells of it: no webhook comes, and no event is listed. */
  readonly isUntold?: boolean
  /** What the agency gives back. */
  readonly givenBack?: { readonly amount: string; readonly reason: string }
}
