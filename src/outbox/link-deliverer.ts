import { isCloseLink, isLinkOver, isMakeLink, type MakeLink } from '../domain/link.ts'
import type { LinkState } from '../domain/payment.ts'
import type { Clock } from '../kernel/world.ts'
import type { PaymentProvider } from '../roles/payment-provider.ts'
import type { Effect } from '../store/effect-rows.ts'
import type { Link } from '../store/link-rows.ts'
import type { Store } from '../store/index.ts'
import type { Deliverer, Delivery } from './deliverer.ts'

/** The service that makes the links, in one call. */
export interface LinkService {
  readonly service: string
  readonly provider: PaymentProvider
  readonly store: Pick<Store, 'links'>
  readonly clock: Pick<Clock, 'now'>
}

/** Makes and closes the payment links of a service. What a link shows is recorded with the end of its effect. */
export function linkDeliverer({ service, provider, store, clock }: LinkService): Deliverer {
  return {
    service,
    hasRoom: async () => true,
    whyAway: async () => null,
    deliver: async (head): Promise<Delivery> => {
      const link = await store.links.get(head.subject.id)
      const why = whyNot(link, provider, head)
      if (link === null || why !== null) return { kind: 'impossible', why: why ?? 'it is of no payment link' }
      const askedMs = clock.now()
      const seen = await seenAt(provider, link, head)
      return { kind: 'done', thing: seen === null ? null : { link: seen, askedMs } }
    },
  }
}

function whyNot(link: Link | null, { isLive }: PaymentProvider, { body }: Effect): string | null {
  if (link === null) return null
  if (link.isLive !== isLive) {
    const [own, other] = isLive ? ['test', 'live'] : ['live', 'test']
    return `the link was asked for in ${own} mode, and the key is one of ${other} mode`
  }
  const isLate = isMakeLink(body) && isLinkOver(link.state)
  return isLate ? 'its bill is not to be paid at this link any more' : null
}

/** What its service shows of a link that was made or closed; null where there is none to be closed. */
async function seenAt(provider: PaymentProvider, link: Link, head: Effect): Promise<LinkState | null> {
  if (isMakeLink(head.body)) return made(provider, link, head, head.body)
  const isThere = isCloseLink(head.body) && link.outsideId !== null
  return isThere ? provider.closeLink(link.outsideId) : null
}

/** What was tried before may have been made: then it is looked for first. */
async function made(
  provider: PaymentProvider,
  { amount }: Link,
  { key, tries, uncertain }: Effect,
  { title, ids }: MakeLink,
): Promise<LinkState> {
  const mayBeMade = uncertain || tries > 1
  const link = await provider.createLink({ key, amount, title, ids, mayBeMade })
  return { ...link, state: 'open', payments: [], refusal: null }
}
