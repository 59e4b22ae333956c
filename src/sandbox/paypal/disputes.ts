/** Disputes: a payer complains to PayPal, which holds the money, or to a bank, which takes it at once. */
import type { Route } from '../lib/service.ts'
import { emit, newId, type Account, type Act } from './account.ts'
import type { Call, MakeRoute } from './call.ts'
import { giveBack, reverse } from './captures.ts'
import { invalid, notFound, unprocessable } from './errors.ts'
import type { Capture, Dispute } from './model.ts'
import { moneyText } from './money.ts'
import { shownDispute } from './show.ts'
import { book } from './transactions.ts'

const DAY_MS = 86_400_000

/** Days to answer an inquiry, and a claim or chargeback. */
const ANSWER_DAYS = { INQUIRY: 20, CHARGEBACK: 10 }

/** What a dispute begins as. */
export interface NewDispute {
  readonly stage: Dispute['stage']
  readonly channel: Dispute['channel']
}

/** Opens a dispute over what is left of a payment; an inquiry moves no money. */
export function openDispute(account: Account, act: Act, capture: Capture, given: NewDispute): Dispute {
  const minor = capture.minor - capture.refunded
  const isFree = capture.status === 'COMPLETED' || capture.status === 'PARTIALLY_REFUNDED'
  const isOpen = account.disputes
    .list()
    .some(([, one]) => one.captureId === capture.id && one.status !== 'RESOLVED')
  if (!isFree || isOpen) throw unprocessable('CAPTURE_CANNOT_BE_DISPUTED')
  const opened: Dispute = {
    id: `PP-R-${newId(3)}-${String(account.disputes.list().length + 10_000_001)}`,
    captureId: capture.id,
    minor,
    currency: capture.currency,
    ...given,
    status: 'WAITING_FOR_SELLER_RESPONSE',
    state: 'REQUIRED_ACTION',
    outcome: null,
    hasAppealed: false,
    isHeld: false,
    reversalId: null,
    dueMs: act.nowMs + ANSWER_DAYS[given.stage] * DAY_MS,
    createdMs: act.nowMs,
    updatedMs: act.nowMs,
  }
  const secured = given.stage === 'INQUIRY' ? opened : secure(account, act, opened)
  account.disputes.add(secured, secured.id)
  tell(account, act, secured, 'CUSTOMER.DISPUTE.CREATED')
  return secured
}

function tell(account: Account, act: Act, dispute: Dispute, type: string): void {
  const summary = `A dispute over ${moneyText(dispute)}: ${dispute.status}`
  const resource = shownDispute(account, act, dispute, true)
  emit(account, act, type, { type: 'dispute', id: dispute.captureId, summary, resource })
}

/** PayPal holds the money; a bank has taken it. */
function secure(account: Account, act: Act, dispute: Dispute): Dispute {
  if (dispute.channel === 'EXTERNAL') return take(account, act, dispute, 'T1201')
  move(account, act, dispute, 'T1110', -dispute.minor)
  return { ...dispute, isHeld: true }
}

function release(account: Account, act: Act, dispute: Dispute): Dispute {
  if (!dispute.isHeld) return dispute
  move(account, act, dispute, 'T1111', dispute.minor)
  return { ...dispute, isHeld: false }
}

function take(account: Account, act: Act, dispute: Dispute, code: string): Dispute {
  if (dispute.reversalId !== null) return dispute
  const capture = account.captures.get(dispute.captureId)
  if (capture === undefined) return dispute
  return { ...dispute, reversalId: reverse(account, act, capture, dispute.minor, code).id }
}

function move(
  account: Account,
  act: Act,
  { captureId, currency }: Dispute,
  code: string,
  minor: number,
): void {
  const reference = { id: captureId, type: 'TXN' } as const
  book(account, act, { id: newId(), code, minor, fee: 0, currency, reference, ids: {}, payer: null }, 'S')
}

/** What may happen to a dispute: the payer's, the merchant's and PayPal's moves. */
export type Move = 'escalate' | 'answer' | 'accept' | 'cancel' | 'won' | 'lost' | 'appeal'

/** All of them. */
export const MOVES: readonly Move[] = ['escalate', 'answer', 'accept', 'cancel', 'won', 'lost', 'appeal']

const OUTCOMES = {
  accept: 'ACCEPTED',
  cancel: 'CANCELED_BY_BUYER',
  won: 'RESOLVED_SELLER_FAVOUR',
  lost: 'RESOLVED_BUYER_FAVOUR',
} as const

/** The moves a dispute allows as it stands. */
export function movesOf({ state, stage }: Dispute): readonly Move[] {
  if (state === 'RESOLVED') return []
  if (state === 'APPEALABLE') return ['appeal']
  if (stage === 'INQUIRY') return ['escalate', 'accept', 'cancel']
  return state === 'REQUIRED_ACTION'
    ? ['answer', 'accept', 'cancel', 'won', 'lost']
    : ['cancel', 'won', 'lost']
}

/** Moves a dispute on; refused where it does not stand so. */
export function moveDispute(account: Account, act: Act, dispute: Dispute, how: Move): Dispute {
  if (!movesOf(dispute).includes(how)) throw unprocessable('DISPUTE_CANNOT_MOVE', 'how', how)
  const after = { ...moved(account, act, dispute, how), updatedMs: act.nowMs }
  account.disputes.change(after.id, after)
  const isOver = after.status === 'RESOLVED'
  tell(account, act, after, isOver ? 'CUSTOMER.DISPUTE.RESOLVED' : 'CUSTOMER.DISPUTE.UPDATED')
  return after
}

function moved(account: Account, act: Act, dispute: Dispute, how: Move): Dispute {
  if (how === 'escalate') {
    const dueMs = act.nowMs + ANSWER_DAYS.CHARGEBACK * DAY_MS
    return { ...secure(account, act, dispute), stage: 'CHARGEBACK', dueMs }
  }
  if (how === 'answer' || how === 'appeal') {
    const appeal = how === 'appeal' ? { hasAppealed: true, outcome: null } : {}
    return { ...dispute, ...appeal, status: 'UNDER_REVIEW', state: 'UNDER_PAYPAL_REVIEW', dueMs: null }
  }
  const freed = release(account, act, dispute)
  const isLost = how === 'accept' || how === 'lost'
  if (!isLost && freed.reversalId !== null) giveBack(account, act, freed.reversalId)
  const settled = isLost ? take(account, act, freed, 'T1106') : { ...freed, reversalId: null }
  const mayAppeal = how === 'lost' && !dispute.hasAppealed
  const state = mayAppeal ? 'APPEALABLE' : 'RESOLVED'
  return { ...settled, status: 'RESOLVED', state, outcome: OUTCOMES[how], dueMs: null }
}

const FILTERS =
  'start_time disputed_transaction_id dispute_state page_size next_page_token update_time_after update_time_before'

/** The routes. */
export function disputeRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/customer/disputes'
  return [
    route('GET', path, {}, call => ({ status: 200, body: list(call) })),
    route('GET', `${path}/{id}`, {}, ({ account, act, id }) => {
      const dispute = account.disputes.get(id)
      if (dispute === undefined) throw notFound()
      return { status: 200, body: shownDispute(account, act, dispute, true) }
    }),
  ]
}

function list({ account, act, query }: Call): unknown {
  const strange = [...query.keys()].find(name => !FILTERS.split(' ').includes(name))
  if (strange !== undefined) throw invalid({ issue: 'NOT_SUPPORTED', field: strange, location: 'query' })
  const [capture, states] = [query.get('disputed_transaction_id'), query.get('dispute_state')?.split(',')]
  const time = (name: string, otherwise: number): number => Date.parse(query.get(name) ?? '') || otherwise
  const found = account.disputes
    .list()
    .map(([, one]) => one)
    .filter(one => (capture === null || one.captureId === capture) && (states?.includes(one.state) ?? true))
    .filter(one => one.createdMs >= time('start_time', 0) && one.updatedMs >= time('update_time_after', 0))
    .filter(one => one.updatedMs <= time('update_time_before', Infinity))
    .toReversed()
  const [size, from] = [Number(query.get('page_size') ?? 10), Number(query.get('next_page_token') ?? 0)]
  const rest = new URLSearchParams([...query].filter(([name]) => name !== 'next_page_token'))
  const self = { href: `${act.origin}/v1/customer/disputes?${query.toString()}`, rel: 'self', method: 'GET' }
  const next = {
    ...self,
    rel: 'next',
    href: `${self.href.split('?')[0] ?? ''}?${rest.toString()}&next_page_token=${String(from + size)}`,
  }
  const items = found.slice(from, from + size).map(one => shownDispute(account, act, one, false))
  return { items, links: from + size < found.length ? [self, next] : [self] }
}
