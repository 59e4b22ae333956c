import type { OutsideThing } from '../store/outbox.ts'

/** How a delivery ended. `unfound` was looked up, is not there, and is looked up once more before it is made. */
export type Delivery =
  | { readonly kind: 'done'; readonly thing: OutsideThing | null }
  | { readonly kind: 'unfound'; readonly againAtMs: number }
  | { readonly kind: 'impossible'; readonly why: string }

/** Notion may not find what is there, above all what it has just made; what is refused so often is refused for itself. */
export const REFUSED_TRIES = 3
