import type { Money } from './money.ts'
import type { DisputeFacts, PaymentFacts, RefundFacts } from './payment.ts'

/**
 * What a list of a service says of one payment, or of money that went back of it: not all that is known, but enough to
 * see whether the books say the same.
 */
export type Listed = {
  /** What to look at where they do not: a kind of the service's own, and the id. */
  readonly thing: { readonly kind: string; readonly id: string }
  /** The service's id of the payment. */
  readonly paymentId: string
} & (
  | {
      readonly kind: 'payment'
      readonly state: PaymentFacts['state']
      readonly amount: Money
      /** Our ids that are kept with it; empty for one that we did not ask for. */
      readonly ids: Readonly<Record<string, string>>
      /** What went back of it, or is on its way; null where the list does not tell. */
      readonly refundedMinor: number | null
      /** Whether it was ever disputed; null where the list does not tell. */
      readonly isDisputed: boolean | null
    }
  | { readonly kind: 'refund'; readonly id: string; readonly state: RefundFacts['state'] }
  | {
      readonly kind: 'dispute'
      readonly id: string
      /** Null where the list does not tell: then it is compared by when it last changed. */
      readonly state: DisputeFacts['state'] | null
      readonly changedMs: number
    }
)
