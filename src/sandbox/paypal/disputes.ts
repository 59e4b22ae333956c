/** Disputes: a payer complains to PayPal, which holds the money, or to a bank, which takes it at once. */
import type { JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { link, newId, type Act } from './account.ts'
import { found, type Call, type MakeRoute } from './call.ts'
import { giveBack, reverse } from './captures.ts'
import { unprocessable } from './errors.ts'
import type { Capture, Dispute } from './model.ts'
import { moneyText } from './money.ts'
import { emit } from './notifications.ts'
import { numberIn, refuseStrange, timeIn } from './query.ts'
import { shownBriefly, shownDispute } from './show.ts'
import { book } from './transactions.ts'

const DAY_MS = 86_400_000

/** How long the merchant has to answer an inquiry, and a claim or chargeback. */
const ANSWER_MS = { INQUIRY: 20 * DAY_MS, CHARGEBACK: 10 * DAY_MS }

/** Opens a dispute over what is left of a payment; an inquiry moves no money. */
export function openDispute(act: Act, capture: Capture, kind: 'claim' | 'inquiry' | 'chargeback'): Dispute {
  const { id: captureId, currency, status } = capture
  const isFree = status === 'COMPLETED' || status === 'PARTIALLY_REFUNDED'
  const before = act.store.list('dispute', { where: { captureId } })
  if (!isFree || before.some(one => one.status !== 'RESOLVED')) {
    throw unprocessable('CAPTURE_CANNOT_BE_DISPUTED')
  }
  const stage = kind === 'inquiry' ? 'INQUIRY' : 'CHARGEBACK'
  const opened: Dispute = {
    id: `PP-R-${newId(3)}-${String(act.store.count('dispute') + 10_000_001)}`,
    captureId,
    minor: capture.minor - capture.refunded,
    currency,
    stage,
    channel: kind === 'chargeback' ? 'EXTERNAL' : 'INTERNAL',
    status: 'WAITING_FOR_SELLER_RESPONSE',
    state: 'REQUIRED_ACTION',
    outcome: null,
    hasAppealed: false,
    isHeld: false,
    reversalId: null,
    dueMs: act.nowMs + ANSWER_MS[stage],
    createdMs: act.nowMs,
    updatedMs: act.nowMs,
  }
  const secured = kind === 'inquiry' ? opened : secure(act, opened)
  act.store.add('dispute', secured)
  tell(act, secured, 'CREATED')
  return secured
}

function tell(act: Act, dispute: Dispute, what: 'CREATED' | 'UPDATED' | 'RESOLVED'): void {
  const summary = `A dispute over ${moneyText(dispute)}: ${dispute.status}`
  const subject = { type: 'dispute', summary, resource: shownDispute(act, dispute) } as const
  emit(act, `CUSTOMER.DISPUTE.${what}`, subject)
}

/** PayPal holds the money; a bank has taken it. */
function secure(act: Act, dispute: Dispute): Dispute {
  if (dispute.channel === 'EXTERNAL') return take(act, dispute, 'T1201')
  move(act, dispute, 'T1110', -dispute.minor)
  return { ...dispute, isHeld: true }
}

function release(act: Act, dispute: Dispute): Dispute {
  if (!dispute.isHeld) return dispute
  move(act, dispute, 'T1111', dispute.minor)
  return { ...dispute, isHeld: false }
}

function take(act: Act, dispute: Dispute, code: string): Dispute {
  const { reversalId, captureId, minor } = dispute
  return { ...dispute, reversalId: reversalId ?? reverse(act, captureId, minor, code) }
}

function move(act: Act, { captureId, currency }: Dispute, code: string, minor: number): void {
  const reference = { id: captureId, type: 'TXN' } as const
  book(act, { id: newId(), code, minor, fee: 0, currency, reference, ids: {}, payer: null }, 'S')
}

/** What may happen to a dispute: the payer's, the merchant's and PayPal's moves. */
export const MOVES = ['escalate', 'answer', 'accept', 'cancel', 'won', 'lost', 'appeal'] as const

type Move = (typeof MOVES)[number]

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
  const verdicts = ['cancel', 'won', 'lost'] as const
  return state === 'REQUIRED_ACTION' ? ['answer', 'accept', ...verdicts] : verdicts
}

/** Moves a dispute on; refused where it does not stand so. */
export function moveDispute(act: Act, dispute: Dispute, how: Move): Dispute {
  if (!movesOf(dispute).includes(how)) throw unprocessable('DISPUTE_CANNOT_MOVE', 'how', how)
  const after = { ...moved(act, dispute, how), updatedMs: act.nowMs }
  act.store.put('dispute', after)
  tell(act, after, after.status === 'RESOLVED' ? 'RESOLVED' : 'UPDATED')
  return after
}

function moved(act: Act, dispute: Dispute, how: Move): Dispute {
  if (how === 'escalate') {
    return { ...secure(act, dispute), stage: 'CHARGEBACK', dueMs: act.nowMs + ANSWER_MS.CHARGEBACK }
  }
  if (how === 'answer' || how === 'appeal') {
    const appeal = how === 'appeal' ? { hasAppealed: true, outcome: null } : {}
    return { ...dispute, ...appeal, status: 'UNDER_REVIEW', state: 'UNDER_PAYPAL_REVIEW', dueMs: null }
  }
  const freed = release(act, dispute)
  const isLost = how === 'accept' || how === 'lost'
  if (!isLost && freed.reversalId !== null) giveBack(act, freed.reversalId)
  const settled = isLost ? take(act, freed, 'T1106') : { ...freed, reversalId: null }
  const state = how === 'lost' && !dispute.hasAppealed ? 'APPEALABLE' : 'RESOLVED'
  return { ...settled, status: 'RESOLVED', state, outcome: OUTCOMES[how], dueMs: null }
}

const FILTERS =
  'start_time disputed_transaction_id dispute_state page_size next_page_token update_time_after update_time_before'

/** The routes. */
export function disputeRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/customer/disputes'
  return [
    route('GET', path, {}, list),
    route('GET', `${path}/{id}`, {}, call => shownDispute(call, found(call, 'dispute'))),
  ]
}

function list(call: Call): JsonObject {
  const { query } = call
  refuseStrange(query, FILTERS.split(' '))
  const states = query.get('dispute_state')?.split(',')
  const token = query.get('next_page_token')
  const size = numberIn(query, 'page_size', 10, 50)
  const rows = call.store.list('dispute', {
    where: { captureId: query.get('disputed_transaction_id') ?? undefined },
    bounds: [
      ['createdMs', '>=', timeIn(query, 'start_time', 0)],
      ['updatedMs', '>=', timeIn(query, 'update_time_after', 0)],
      ['updatedMs', '<=', timeIn(query, 'update_time_before', call.nowMs)],
    ],
    ...(states === undefined ? {} : { anyOf: { field: 'state', texts: states } }),
    ...(token === null ? {} : { beyond: Buffer.from(token, 'base64').toString('utf8') }),
    limit: size + 1,
  })
  const page = rows.slice(0, size)
  const address = (more: Record<string, string>): string =>
    `${call.origin}/v1/customer/disputes?${new URLSearchParams({ ...Object.fromEntries(query), ...more }).toString()}`
  const next = { next_page_token: Buffer.from(page.at(-1)?.id ?? '').toString('base64') }
  const links = [link(address({})), ...(rows.length > size ? [link(address(next), 'next')] : [])]
  // The API's description knows no list without anything in it.
  return { ...(page.length > 0 ? { items: page.map(one => shownBriefly(call, one)) } : {}), links }
}
