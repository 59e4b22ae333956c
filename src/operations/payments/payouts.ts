import {
  tieOut,
  type BookedEntry,
  type PayoutEntry,
  type PayoutFacts,
  type TieOut,
} from '../../domain/payout.ts'
import { payoutDocument, payoutFigure, tieFigure } from '../../figures/payouts.ts'
import { AppError } from '../../kernel/errors.ts'
import { optional, textField, wholeNumberField, withDefault } from '../../kernel/field.ts'
import type { PaymentProvider } from '../../roles/payment-provider.ts'
import type { Store } from '../../store/index.ts'
import { defineOperation } from '../define.ts'

export const paymentsPayouts = defineOperation({
  path: ['payments', 'payouts'],
  summary:
    'List payouts, or explain one to the cent: payments, fees, refunds, disputes; exit 1 where it differs',
  examples: [{ words: 'payments payouts po_1Q…', does: 'what a line of the bank statement is made of' }],
  input: {
    id: optional(textField('payout, as Stripe calls it; the newest are listed if left out')),
    limit: withDefault(wholeNumberField('most to list', 1, 100), 10),
  },
  positionals: ['id'],
  needs: { store: 'required', payments: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, { id, limit }) => {
    const providers = await Promise.all(
      context.payments.map(async payer => ({
        service: payer.service,
        provider: await payer.provider(context),
      })),
    )
    const services = id === undefined ? await Promise.all(providers.map(async one => listOf(one, limit))) : []
    const tie = id === undefined ? null : await tieOf(context.store, providers, id)
    return {
      services,
      payout:
        tie === null
          ? null
          : { service: tie.service, ...payoutFigure(tie.payout), ...tieFigure(tie.payout, tie.tied) },
    }
  },
  render: payoutDocument,
  outcome: ({ payout }) => (payout === null || payout.isTied || !payout.isTold ? 'ok' : 'failed'),
})

interface Asked {
  readonly service: string
  readonly provider: PaymentProvider
}

async function listOf({ service, provider }: Asked, limit: number) {
  const payouts = await provider.payouts?.list(limit)
  return { service, payouts: payouts?.map(payoutFigure) ?? null }
}

/** @throws AppError `missing` where no service knows it */
async function tieOf(
  store: Store,
  providers: readonly Asked[],
  id: string,
): Promise<{ readonly service: string; readonly payout: PayoutFacts; readonly tied: TieOut }> {
  for (const { service, provider } of providers) {
    const parts = await provider.payouts?.show(id)
    if (parts === null || parts === undefined) continue
    const booked = new Map<PayoutEntry, BookedEntry>()
    for (const entry of parts.entries) {
      const found = entry.paymentId === null ? null : await bookedAt(store, service, entry.paymentId)
      if (found !== null) booked.set(entry, found)
    }
    return { service, payout: parts.payout, tied: tieOut(parts, entry => booked.get(entry) ?? null) }
  }
  const asked = providers.filter(({ provider }) => provider.payouts !== null).map(({ service }) => service)
  const where =
    asked.length === 0
      ? 'no service that is set up tells what its payouts are made of'
      : `${asked.join(', ')} knows no payout ${id}`
  throw new AppError('missing', where, 'echopilot payments payouts')
}

async function bookedAt(store: Store, service: string, outsideId: string): Promise<BookedEntry | null> {
  const row = await store.payments.byOutsideId(service, outsideId)
  const payment = row === null ? null : await store.payments.get(row.id)
  return payment === null ? null : { ...payment, paymentId: payment.id }
}
