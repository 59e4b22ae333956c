/** Disputes: the bank takes the money back until somebody has decided, or only asks first. */
import { isObject, type JsonObject } from '../lib/json.ts'
import type { Route } from '../lib/service.ts'
import { emit, newObject, secondsOf, type Account, type Act } from './account.ts'
import { book, textOf } from './balance.ts'
import { atPath, listed, listShape, type Call, type MakeRoute } from './call.ts'
import { refused } from './errors.ts'
import { changedMetadata } from './metadata.ts'
import type { Charge, Dispute, DisputeStatus } from './model.ts'
import { FLAG, METADATA, object, TEXT, type Rule } from './params.ts'
import { shown } from './show.ts'

const DAY_S = 86_400

/** Days from the dispute, or its appeal, until evidence is due. */
const DUE_AFTER_DAYS = 9

/** What the bank charges for a dispute, in the smallest unit; kept by it however it ends. */
const DISPUTE_FEE = 1500

const EVIDENCE_TEXTS =
  'access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text'.split(
    ' ',
  )

/** Who answers next, and what the answer leads to. */
const AFTER_EVIDENCE: Partial<Readonly<Record<DisputeStatus, DisputeStatus>>> = {
  warning_needs_response: 'warning_under_review',
  needs_response: 'under_review',
  appeal_needs_response: 'appeal_under_review',
}

/** Opens a dispute over what is left of a charge; an inquiry takes no money yet. */
export function disputeCharge(
  account: Account,
  act: Act,
  charge: Charge,
  { inquiry }: { readonly inquiry: boolean },
): Dispute {
  const amount = charge.amount - charge.amount_refunded
  if (charge.status !== 'succeeded' || charge.disputed || amount <= 0) {
    throw refused({ message: `Charge ${charge.id} cannot be disputed.` })
  }
  const opened: Dispute = {
    ...newObject(act, 'dispute', 'dp'),
    amount,
    balance_transactions: [],
    charge: charge.id,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {
      ...Object.fromEntries(EVIDENCE_TEXTS.map(name => [name, null])),
      enhanced_evidence: {},
    },
    evidence_details: {
      due_by: secondsOf(act) + DUE_AFTER_DAYS * DAY_S,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: 'manual',
    is_charge_refundable: inquiry,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: {
        brand: 'visa',
        case_type: inquiry ? 'inquiry' : 'chargeback',
        network: 'visa',
        network_reason_code: '10.4',
      },
    },
    reason: inquiry ? 'general' : 'fraudulent',
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  }
  account.store.add('dispute', opened)
  if (inquiry) {
    emit(account, act, 'charge.dispute.created', opened)
    return opened
  }
  account.store.put('charge', { ...charge, disputed: true })
  const taken = moved(account, act, opened, -amount)
  emit(account, act, 'charge.dispute.created', taken)
  emit(account, act, 'charge.dispute.funds_withdrawn', taken)
  return taken
}

/** Moves the disputed money out of the balance, or back into it. */
function moved(account: Account, act: Act, dispute: Dispute, amount: number): Dispute {
  const out = amount < 0
  const transaction = book(account, act, {
    type: 'adjustment',
    category: out ? 'dispute' : 'dispute_reversal',
    amount,
    fee: out ? DISPUTE_FEE : 0,
    currency: dispute.currency,
    source: dispute.id,
    description: out
      ? `Chargeback withdrawal for ${dispute.charge}`
      : `Chargeback reversal for ${dispute.charge}`,
  })
  const all = [...dispute.balance_transactions, shown(transaction)]
  return changed(account, dispute, { balance_transactions: all })
}

/** How a person at the bank can move a dispute on. */
export type Verdict = 'won' | 'lost' | 'closed' | 'appeal'

/**
 * Decides a dispute: `won` gives the money back, `lost` keeps it, `closed` ends an inquiry, and `appeal` opens a lost
 * one again, with a new date by which evidence is due.
 */
export function decide(account: Account, act: Act, dispute: Dispute, verdict: Verdict): Dispute {
  const { status } = dispute
  const inquiry = status.startsWith('warning_')
  const open = AFTER_EVIDENCE[status] !== undefined || status.endsWith('under_review')
  const fits = verdict === 'appeal' ? status === 'lost' : open && inquiry === (verdict === 'closed')
  if (!fits) throw refused({ message: `The dispute is ${status}: it cannot become ${verdict}.` })
  if (verdict === 'appeal') return appealed(account, act, dispute)
  const ended = changed(account, dispute, {
    status: verdict === 'closed' ? 'warning_closed' : verdict,
    evidence_details: { ...dispute.evidence_details, due_by: null },
  })
  emit(account, act, 'charge.dispute.closed', ended)
  if (verdict !== 'won') return ended
  const back = moved(account, act, ended, dispute.amount)
  emit(account, act, 'charge.dispute.funds_reinstated', back)
  return back
}

function appealed(account: Account, act: Act, dispute: Dispute): Dispute {
  const due_by = secondsOf(act) + DUE_AFTER_DAYS * DAY_S
  const details = { ...dispute.evidence_details, due_by, past_due: false }
  const reopened = changed(account, dispute, { status: 'appeal_needs_response', evidence_details: details })
  emit(account, act, 'charge.dispute.updated', reopened, { status: dispute.status })
  return reopened
}

function changed(account: Account, dispute: Dispute, parts: Partial<Dispute>): Dispute {
  const after: Dispute = { ...dispute, ...parts }
  account.store.put('dispute', after)
  return after
}

const FILES: Rule = { type: 'list', of: TEXT }
const EVIDENCE = object({
  ...Object.fromEntries(EVIDENCE_TEXTS.map(name => [name, { ...TEXT, unset: true, max: 20_000 } as const])),
  appeal: object({ card: object({ reason_for_filing: TEXT, supporting_files: FILES }) }),
})

/** The routes. */
export function disputeRoutes(route: MakeRoute): readonly Route[] {
  const path = '/v1/disputes'
  const changes = {
    rules: { evidence: EVIDENCE, metadata: METADATA, submit: FLAG },
    others: 'intended_submission_method',
  }
  return [
    route('GET', path, listShape({ charge: TEXT, payment_intent: TEXT }), call => {
      const { charge, payment_intent } = call.params
      return listed(call, 'dispute', path, { where: textOf({ charge, payment_intent }) })
    }),
    route('GET', `${path}/{id}`, { rules: {} }, call => atPath(call, 'dispute')),
    route('POST', `${path}/{id}`, changes, update),
    route('POST', `${path}/{id}/close`, { rules: {} }, close),
  ]
}

/** Marks the disputes whose date has passed; runs before each call. */
export function passDueDates(account: Account, act: Act): void {
  for (const status of ['needs_response', 'warning_needs_response', 'appeal_needs_response'] as const) {
    for (const dispute of account.store.list('dispute', { livemode: act.livemode, where: { status } })) {
      const { due_by, past_due } = dispute.evidence_details
      if (past_due || due_by === null || due_by >= secondsOf(act)) continue
      changed(account, dispute, { evidence_details: { ...dispute.evidence_details, past_due: true } })
    }
  }
}

/** Evidence is kept until it is submitted, which can be done once in each stage, and is done unless `submit` is false. */
function update(call: Call): JsonObject {
  const { account, act, params } = call
  const dispute = atPath(call, 'dispute')
  const given = isObject(params['evidence']) ? params['evidence'] : undefined
  const metadata = changedMetadata(dispute.metadata, params)
  if (given === undefined && params['submit'] !== true) return changed(account, dispute, { metadata })
  const next = AFTER_EVIDENCE[dispute.status]
  if (next === undefined || dispute.evidence_details.past_due) {
    const message =
      next === undefined ? 'This dispute is already closed or under review' : 'The evidence is past due'
    throw refused({
      message: `${message}; evidence can no longer be changed.`,
      code: 'dispute_evidence_closed',
    })
  }
  const evidence = { ...dispute.evidence, ...given }
  const { submission_count, ...details } = dispute.evidence_details
  const submits = params['submit'] !== false
  const after = changed(account, dispute, {
    metadata,
    evidence,
    status: submits ? next : dispute.status,
    evidence_details: {
      ...details,
      has_evidence: true,
      submission_count: submission_count + Number(submits),
    },
  })
  emit(account, act, 'charge.dispute.updated', after, { evidence: dispute.evidence })
  return after
}

function close(call: Call): JsonObject {
  const dispute = atPath(call, 'dispute')
  if (AFTER_EVIDENCE[dispute.status] === undefined) {
    throw refused({ message: 'This dispute is already closed', code: 'dispute_closed' })
  }
  return decide(call.account, call.act, dispute, dispute.status.startsWith('warning_') ? 'closed' : 'lost')
}
