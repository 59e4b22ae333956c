/** Disputes: the bank takes the money back until somebody has decided, or only asks first. */
import type { Route } from '../lib/service.ts'
import { change, emit, make, secondsOf, type Act } from './account.ts'
import { book } from './balance.ts'
import type { MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { readRoutes } from './lists.ts'
import { shown } from './looks.ts'
import type { Charge, Dispute, DisputeStatus } from './model.ts'
import { TEXT } from './params.ts'

/** Seconds from the dispute, or its appeal, until evidence is due. */
const DUE_AFTER_S = 9 * 86_400

/** What the bank charges for a dispute, in the smallest unit; kept by it however it ends. */
const DISPUTE_FEE = 1500

/** Opens a dispute over what is left of a charge; an inquiry takes no money yet. */
export function disputeCharge(act: Act, charge: Charge, how: 'dispute' | 'inquiry'): Dispute {
  const amount = charge.amount - charge.amount_refunded
  if (charge.status !== 'succeeded' || charge.disputed || amount <= 0) {
    throw refused({ message: `Charge ${charge.id} cannot be disputed.` })
  }
  const inquiry = how === 'inquiry'
  const opened = make(act, 'dispute', {
    amount,
    charge: charge.id,
    currency: charge.currency,
    evidence_details: {
      due_by: secondsOf(act) + DUE_AFTER_S,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    is_charge_refundable: inquiry,
    payment_intent: charge.payment_intent,
    reason: inquiry ? 'general' : 'fraudulent',
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  })
  if (inquiry) {
    emit(act, 'charge.dispute.created', opened)
    return opened
  }
  change(act, 'charge', charge, { disputed: true })
  const taken = moved(act, opened, 'dispute')
  for (const event of ['created', 'funds_withdrawn']) emit(act, `charge.dispute.${event}`, taken)
  return taken
}

/** Moves the disputed money out of the balance, or back into it. */
function moved(act: Act, dispute: Dispute, category: 'dispute' | 'dispute_reversal'): Dispute {
  const isOut = category === 'dispute'
  const transaction = book(act, {
    type: 'adjustment',
    amount: isOut ? -dispute.amount : dispute.amount,
    fee: isOut ? DISPUTE_FEE : 0,
    currency: dispute.currency,
    source: dispute.id,
    description: `Chargeback ${isOut ? 'withdrawal' : 'reversal'} for ${dispute.charge}`,
    reporting_category: category,
  })
  const balance_transactions = [...dispute.balance_transactions, shown(transaction)]
  return change(act, 'dispute', dispute, { balance_transactions })
}

/** The next status by what a person does; what is not named is refused. */
const MOVES = {
  /** The merchant sends evidence at the dashboard. */
  answer: {
    needs_response: 'under_review',
    warning_needs_response: 'warning_under_review',
    appeal_needs_response: 'appeal_under_review',
  },
  /** The bank gives the money back. */
  won: { needs_response: 'won', under_review: 'won', appeal_under_review: 'won' },
  /** The bank keeps it. */
  lost: {
    needs_response: 'lost',
    under_review: 'lost',
    appeal_needs_response: 'lost',
    appeal_under_review: 'lost',
  },
  /** The bank has no more to ask. */
  closed: { warning_needs_response: 'warning_closed', warning_under_review: 'warning_closed' },
  /** The bank opens a lost one again. */
  appeal: { lost: 'appeal_needs_response' },
} as const satisfies Record<string, Partial<Record<DisputeStatus, DisputeStatus>>>

/** What can be done to a dispute. */
export type Verdict = keyof typeof MOVES

/** All of it. */
export const VERDICTS: readonly Verdict[] = ['answer', 'won', 'lost', 'closed', 'appeal']

/** What can be done to it as it stands. */
export function movesOf({ status }: Dispute): readonly Verdict[] {
  return VERDICTS.filter(verdict => status in MOVES[verdict])
}

/** Moves a dispute on. An appeal has a new date by which evidence is due; what is decided has none. */
export function decide(act: Act, dispute: Dispute, verdict: Verdict): Dispute {
  const moves: Partial<Record<DisputeStatus, DisputeStatus>> = MOVES[verdict]
  const status = moves[dispute.status]
  if (status === undefined) {
    throw refused({ message: `The dispute is ${dispute.status}: it cannot become ${verdict}.` })
  }
  const details = dispute.evidence_details
  if (verdict === 'answer') {
    const sent = { has_evidence: true, submission_count: Number(details['submission_count']) + 1 }
    const parts = { status, evidence_details: { ...details, ...sent } }
    return change(act, 'dispute', dispute, parts, 'charge.dispute.updated')
  }
  const due_by = verdict === 'appeal' ? secondsOf(act) + DUE_AFTER_S : null
  const event = `charge.dispute.${verdict === 'appeal' ? 'updated' : 'closed'}`
  const ended = change(act, 'dispute', dispute, { status, evidence_details: { ...details, due_by } }, event)
  if (verdict !== 'won') return ended
  const back = moved(act, ended, 'dispute_reversal')
  emit(act, 'charge.dispute.funds_reinstated', back)
  return back
}

/** The routes. Evidence is sent at the dashboard. */
export function disputeRoutes(route: MakeRoute): readonly Route[] {
  return readRoutes(route, '/v1/disputes', 'dispute', { charge: TEXT, payment_intent: TEXT })
}
