import { LINK_STATES } from '../domain/link.ts'
import {
  id,
  item,
  line,
  list,
  next,
  section,
  state,
  words,
  type Part,
  type Tone,
} from '../kernel/document.ts'
import { countText, instantText } from '../kernel/text.ts'
import type { PlannedLink } from '../pipeline/links.ts'
import type { Link } from '../store/link-rows.ts'
import type { Store } from '../store/index.ts'
import type { UnpaidBills } from '../store/links.ts'

/** A payment link as people and machines are shown it; its address is for the client, and opens nothing else. */
export interface LinkFigure {
  readonly id: string
  readonly number: number
  readonly service: string
  /** Whether its money is real. */
  readonly livemode: boolean
  readonly state: (typeof LINK_STATES)[Link['state']]
  readonly url: string | null
  /** Why it was refused or ended, or what befell the client who tried to pay. */
  readonly why: string | null
  readonly askedAt: string
  readonly endedAt: string | null
  readonly next: string | null
}

/** What a dry run tells of links that would be asked for; null where there are none. */
export function plannedLinkList(links: readonly PlannedLink[]): Part {
  return section(
    `would make ${countText(links.length, 'payment link')}`,
    list(links.map(({ taskId, title, amount }) => words`${amount}  ${title}  ${id(taskId)}`)),
  )
}

/** The newest link of a bill; null where it never had one. */
export async function linkFigure(store: Store, billId: string): Promise<LinkFigure | null> {
  const link = (await store.links.ofBill(billId)).at(-1)
  if (link === undefined) return null
  const { number, service, isLive, url, why, askedMs, endedMs } = link
  return {
    id: link.id,
    number,
    service,
    livemode: isLive,
    state: LINK_STATES[link.state],
    url,
    why,
    askedAt: instantText(askedMs),
    endedAt: endedMs === null ? null : instantText(endedMs),
    next: await nextOf(store, link),
  }
}

/** What ended while its bill is unpaid is replaced by the next pass; what was refused waits for a person. */
async function nextOf(store: Store, link: Link): Promise<string | null> {
  switch (link.state) {
    case 'refused':
      return `echopilot effect retry ${(await store.links.makingOf(link.id)) ?? 'ID'}, once the cause is gone`
    case 'asked':
    case 'closing':
    case 'closed':
    case 'expired':
      return 'echopilot deliver'
    case 'open':
    case 'paid':
      return null
  }
}

const TONES: Readonly<Record<LinkFigure['state'], Tone>> = {
  'being made': 'open',
  open: 'good',
  'being closed': 'open',
  closed: 'warn',
  expired: 'warn',
  paid: 'good',
  refused: 'bad',
}

/** Its state, where to pay, and what to type; `isOwed`: its bill waits to be paid. */
export function linkItem(link: LinkFigure, isOwed: boolean): Part {
  const mode = link.livemode ? '' : ', no real money'
  return item(
    words`payment link ${state(link.state, TONES[link.state])} (${link.service}${mode}) ${id(link.id)}`,
    link.url,
    link.why,
    isOwed ? next(link.next) : null,
  )
}

/** How the bills stand that wait to be paid; nothing where none does. */
export function unpaidParts({ open, asked, refused, without }: UnpaidBills, isSetUp: boolean): Part {
  const waiting = isSetUp
    ? line`${countText(without, 'bill waits', 'bills wait')} for a link (echopilot deliver)`
    : line`${countText(without, 'bill waits', 'bills wait')} for a link, and no service for payments is set up: set STRIPE_SECRET_KEY (echopilot doctor)`
  return section(
    'Payment links',
    open === 0 ? null : `${countText(open, 'bill', 'bills')} can be paid`,
    asked === 0 ? null : line`${countText(asked, 'link is', 'links are')} being made (echopilot deliver)`,
    refused === 0
      ? null
      : line`${state('refused', 'bad')}: ${countText(refused, 'bill', 'bills')} without a link, see why (echopilot effect list)`,
    without === 0 ? null : waiting,
  )
}
