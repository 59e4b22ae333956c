import { formatMoney } from '../domain/money.ts'
import { PAYMENT_PROBLEMS, type PaymentProblem, type PaymentState } from '../domain/payment-state.ts'
import {
  document,
  facts,
  id,
  line,
  minute,
  next,
  section,
  state,
  table,
  type Block,
  type Document,
  type Part,
  type Span,
  type Tone,
} from '../kernel/document.ts'
import { instantText } from '../kernel/text.ts'
import type { PaymentBooks, SeenBy } from '../store/payment-rows.ts'

/** A payment, as people and machines see it. */
export interface PaymentFigure {
  readonly id: string
  readonly service: string
  /** The service's id of it. */
  readonly outsideId: string
  /** `49.90 EUR` */
  readonly amount: string
  readonly state: PaymentState
  /** Whether it is real money; test and live are never added together. */
  readonly live: boolean
  readonly refunded: string | null
  readonly fee: string | null
  /** How it was learned of first; `hand` is what a person recorded. */
  readonly seenBy: SeenBy
  /** Why a person took it back that was recorded by hand; null where nobody did. */
  readonly withdrawn: string | null
  readonly paidAt: string | null
  readonly recordedMs: number
  readonly checkedAt: string
  readonly billId: string | null
  readonly linkId: string | null
  readonly refunds: readonly ReturnFigure[]
  readonly disputes: readonly ReturnFigure[]
  readonly problem: PaymentProblem | null
  /** What that means; null where nothing is wrong. */
  readonly means: string | null
}

/** A refund or a dispute. */
export interface ReturnFigure {
  readonly id: string
  readonly outsideId: string | null
  readonly amount: string
  readonly state: string
  readonly reason: string
  readonly at: string
  /** Until when an answer is taken; null where none is asked for. */
  readonly due: string | null
}

/** The figure of a payment. */
export function paymentFigure(payment: PaymentBooks): PaymentFigure {
  const { amount, fee, problem, refundedMinor } = payment
  const inItsCurrency = (minor: number): string => formatMoney({ minor, currency: amount.currency })
  return {
    id: payment.id,
    service: payment.service,
    outsideId: payment.outsideId,
    amount: formatMoney(amount),
    state: payment.state,
    live: payment.isLive,
    refunded: refundedMinor === 0 ? null : inItsCurrency(refundedMinor),
    fee: fee === null ? null : formatMoney(fee),
    seenBy: payment.seenBy,
    withdrawn: payment.withdrawnWhy,
    paidAt: payment.paidMs === null ? null : instantText(payment.paidMs),
    recordedMs: payment.recordedMs,
    checkedAt: instantText(payment.checkedMs),
    billId: payment.billId,
    linkId: payment.linkId,
    refunds: payment.refunds.map(({ id: of, outsideId, amountMinor, state: is, reason, plannedMs }) => {
      const at = instantText(plannedMs)
      return { id: of, outsideId, amount: inItsCurrency(amountMinor), state: is, reason, at, due: null }
    }),
    disputes: payment.disputes.map(({ id: of, outsideId, reason, ...dispute }) => ({
      id: of,
      outsideId,
      amount: formatMoney(dispute.amount),
      state: dispute.state,
      reason,
      at: instantText(dispute.openedMs),
      due: dispute.dueMs === null ? null : instantText(dispute.dueMs),
    })),
    problem,
    means: problem === null ? null : PAYMENT_PROBLEMS[problem],
  }
}

const TONES = { pending: 'open', failed: 'warn', paid: 'good' } as const satisfies Record<PaymentState, Tone>

/** How it stands, the worst of it first. */
function paymentState({ state: is, problem, refunded, disputes, live, withdrawn }: PaymentFigure): Span {
  if (withdrawn !== null) return state('withdrawn', 'warn')
  const mode = live ? '' : ', test'
  if (problem !== null) return state(`${is}${mode}: ${problem.replaceAll('_', ' ')}`, 'bad')
  const dispute = disputes.find(one => one.state !== 'won' && one.state !== 'closed')
  if (dispute !== undefined)
    return state(`${is}${mode}, disputed: ${dispute.state.replaceAll('_', ' ')}`, 'bad')
  return state(`${is}${mode}${refunded === null ? '' : `, ${refunded} refunded`}`, TONES[is])
}

/** A payment in a line, beside what it is for. */
export function paymentLine(payment: PaymentFigure): Block {
  return line`${payment.amount} ${paymentState(payment)}${wayText(payment)} ${id(payment.id)}`
}

/** What a person recorded is shown as such wherever it is shown. */
function wayText({ seenBy, outsideId }: PaymentFigure): string {
  return seenBy === 'hand' ? `, by bank, recorded by hand: ${outsideId}` : ''
}

/** Payments in a table, the newest first. */
export function paymentTable(payments: readonly PaymentFigure[]): Document {
  if (payments.length === 0) return document('no payments')
  return document(
    table(
      [
        { title: 'recorded (UTC)' },
        { title: 'amount', align: 'right' },
        { title: 'state' },
        { title: 'by' },
        { title: 'bill' },
        { title: 'id' },
      ],
      payments.map(payment => [
        minute(payment.recordedMs),
        payment.amount,
        paymentState(payment),
        payment.seenBy === 'hand' ? 'by hand' : payment.service,
        payment.billId === null ? '–' : id(payment.billId),
        id(payment.id),
      ]),
    ),
    next(
      payments.flatMap(({ id: of, problem }) =>
        problem === null ? [] : [`echopilot payments show ${of}`],
      )[0] ?? null,
    ),
  )
}

/** A bill, as far as a payment tells of it. */
interface PaidBill {
  readonly taskId: string
  readonly status: string
  readonly amount: string | null
}

/** One payment whole; `bill` is what it is for, null where that is not known. */
export function paymentParts(payment: PaymentFigure, bill: PaidBill | null): Part {
  const returns = (title: string, all: readonly ReturnFigure[]): Part =>
    section(
      title,
      all.map(
        one =>
          line`${one.amount} ${one.state.replaceAll('_', ' ')}: ${one.reason}${one.due === null ? '' : `, answer before ${one.due}`} (${one.at}) ${id(one.id)}`,
      ),
    )
  return [
    facts(
      [paymentState(payment), payment.amount],
      ['id', id(payment.id)],
      payment.means === null ? null : ['wrong', payment.means],
      payment.withdrawn === null ? null : ['withdrawn', payment.withdrawn],
      ...(payment.seenBy === 'hand' ? handFacts(payment) : serviceFacts(payment)),
      ['bill', billText(payment, bill)],
      payment.linkId === null ? null : ['link', id(payment.linkId)],
    ),
    returns('Refunds', payment.refunds),
    returns('Disputes', payment.disputes),
  ]
}

type FigureFact = readonly [string, string]

function handFacts({ outsideId, paidAt, recordedMs }: PaymentFigure): FigureFact[] {
  return [
    ['reference', outsideId],
    ['paid', paidAt === null ? 'it did not come' : `by bank on ${paidAt.slice(0, 10)}`],
    ['learned of', `recorded by hand at ${instantText(recordedMs)}`],
  ]
}

function serviceFacts(payment: PaymentFigure): FigureFact[] {
  return [
    [payment.service, payment.outsideId],
    ['paid', payment.paidAt ?? 'not yet'],
    ['fee', payment.fee ?? 'not told yet'],
    ['learned of', `by ${payment.seenBy}, asked about at ${payment.checkedAt}`],
  ]
}

function billText({ billId }: PaymentFigure, bill: PaidBill | null): string {
  if (billId === null || bill === null) return 'none: nobody knows what it is for'
  return `${billId}, ${bill.amount ?? 'no price'}, ${bill.status}, of ${bill.taskId}`
}
