import type { EffectBody, EffectKind } from './effect-kind.ts'
import type { PayState } from './payment.ts'

/** Every state of a payment link, with the words for it that people see. */
export const LINK_STATES = {
  asked: 'being made',
  open: 'open',
  closing: 'being closed',
  closed: 'closed',
  expired: 'expired',
  paid: 'paid',
  refused: 'refused',
} as const

/** A state of a payment link. */
export type LinkState = keyof typeof LINK_STATES

/** In these nobody can pay at it, or it was paid: nothing is to be closed. */
const OVER: ReadonlySet<LinkState> = new Set(['closed', 'expired', 'paid'])

/** Whether a link is over: it is looked at again for what was paid at it, and never changed. */
export function isLinkOver(state: LinkState): boolean {
  return OVER.has(state)
}

/**
 * The state of a link after its service said how it stands. One that was paid stays so, and one that is over can only
 * turn out to have been paid; one that is to be closed stays so until that was done. What is on its way, or approved,
 * has not been paid yet: the link stands, and none is made beside it.
 */
export function linkAfterLook(state: LinkState, seen: PayState): LinkState {
  if (state === 'closing' || state === 'paid') return state
  if (seen === 'paid') return 'paid'
  if (isLinkOver(state)) return state
  return seen === 'closed' || seen === 'expired' ? seen : 'open'
}

/** The same after it was closed: it takes no new payment, whatever is still on its way at it. */
export function linkAfterClose(state: LinkState, seen: PayState): LinkState {
  if (state === 'paid' || seen === 'paid') return 'paid'
  return seen === 'expired' ? seen : 'closed'
}

/** Has a service make a payment link, once; the key of the effect is that of the request. */
export interface MakeLink extends EffectBody {
  readonly kind: 'payment-link'
  /** What is paid for, as the client sees it: as it was when the link was asked for. */
  readonly title: string
  /** Our ids by their kind, kept with the link and with its payment. */
  readonly ids: Readonly<Record<string, string>>
}

/** Has a service close a payment link, and tell what was paid at it. */
export interface CloseLink extends EffectBody {
  readonly kind: 'close-link'
}

const MAKE_LINK: EffectKind<MakeLink> = {
  kind: 'payment-link',
  writes: 'payment link',
  shape: { title: 'text', ids: {} },
  isMerged: false,
  isInParts: false,
  placeOf: () => 'account',
  stillToSay: body => body,
}

const CLOSE_LINK: EffectKind<CloseLink> = {
  kind: 'close-link',
  writes: 'end of a payment link',
  shape: {},
  isMerged: false,
  isInParts: false,
  placeOf: () => 'account',
  stillToSay: body => body,
}

/** What a service declares that makes payment links. */
export const LINK_EFFECTS: readonly EffectKind[] = [MAKE_LINK, CLOSE_LINK]

/** Whether an effect has a link made; it was read by its kind. */
export function isMakeLink(body: EffectBody): body is MakeLink {
  return body.kind === MAKE_LINK.kind
}

/** Whether an effect has a link closed. */
export function isCloseLink(body: EffectBody): body is CloseLink {
  return body.kind === CLOSE_LINK.kind
}
