import type { HandPayment } from '../../domain/hand-payment.ts'
import { formatMoney, readAmount, readCurrency, type Money } from '../../domain/money.ts'
import { document, id, line, next } from '../../kernel/document.ts'
import { AppError } from '../../kernel/errors.ts'
import { dateField, flagField, nameField, optional, textField } from '../../kernel/field.ts'
import { billMeant } from '../../pipeline/payments.ts'
import type { Bill } from '../../store/bill-rows.ts'
import { defineOperation } from '../define.ts'

export const paymentsRecord = defineOperation({
  path: ['payments', 'record'],
  summary: 'Record by hand what a client paid by bank, whole or in part; its open payment link is ended',
  examples: [
    {
      words: 'payments record task_01k… --amount 49.90 --date 2026-11-30 --reference "RF18 5390"',
      does: 'as it stands on the statement; the same again changes nothing',
    },
  ],
  input: {
    id: textField('task, run or bill that was paid'),
    amount: textField('what came: 49.90'),
    date: dateField('the day on which it came, YYYY-MM-DD'),
    reference: nameField('what the statement calls the transfer', 'the reference is empty'),
    currency: optional(
      textField('of the amount; that of the bill if left out', given =>
        readCurrency(given) === null ? 'an ISO currency such as USD, EUR or JPY is wanted' : null,
      ),
    ),
    force: flagField('take more than what is open: the client paid too much'),
  },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'money',
  run: async ({ store, dryRun, world }, input) => {
    const bill = await billMeant(store, input.id)
    const hand: HandPayment = {
      amount: amountOf(input, bill),
      paidMs: pastDay(input.date, world.clock.now()),
      reference: input.reference,
      isForced: input.force,
    }
    const done = dryRun
      ? await store.payments.planByHand(bill, hand)
      : await store.payments.recordByHand(bill.id, hand)
    if (done.kind === 'refused') throw new AppError('refused', `not recorded: ${done.why}`, done.next)
    const open = 'open' in done ? done.open : await store.payments.open(bill)
    return {
      dryRun,
      did: done.kind === 'known' ? 'was recorded before' : dryRun ? 'would be recorded' : 'recorded by hand',
      paymentId: done.kind === 'record' ? null : done.id,
      billId: bill.id,
      taskId: bill.taskId,
      amount: formatMoney(hand.amount),
      date: input.date,
      reference: hand.reference,
      /** What is still to be paid after it. */
      open: open === null ? null : formatMoney(open),
      isCovered: open === null || open.minor === 0,
    }
  },
  render: ({ did, amount, date, reference, paymentId, taskId, open, isCovered }) =>
    document(
      line`${amount} of ${date} (${reference}) ${did}${paymentId === null ? '' : ' as '}${id(paymentId ?? '')}`,
      isCovered ? line`the bill of ${id(taskId)} is covered` : line`${open ?? ''} of ${id(taskId)} is open`,
      next(paymentId === null ? null : `echopilot payments show ${paymentId}`),
    ),
})

/** @throws AppError `usage` for what is no amount, or none to speak of */
function amountOf(
  { amount, currency }: { readonly amount: string; readonly currency: string | undefined },
  bill: Bill,
): Money {
  const of = readCurrency(currency ?? bill.amount?.currency ?? 'USD') ?? 'USD'
  const read = readAmount(amount, of)
  if (read !== null && read.minor > 0) return read
  const hint = 'give a number such as 49.90, with no more decimals than the currency has'
  throw new AppError('usage', `"${amount}" is no amount of ${of} that can have come`, hint)
}

/** @throws AppError `usage` for a day that has not begun (UTC) */
function pastDay(date: string, nowMs: number): number {
  const dayMs = Date.parse(`${date}T00:00:00Z`)
  if (dayMs <= nowMs) return dayMs
  throw new AppError('usage', `${date} is in the future: nothing came then`, 'give the day on the statement')
}
