import { readPeriod, type Period } from '../../domain/period.ts'
import { billFigure, clientDocument, clientFigure } from '../../figures/clients.ts'
import { paymentFigure } from '../../figures/payments.ts'
import { moneyReport } from '../../figures/money.ts'
import { findClient } from '../../pipeline/clients.ts'
import type { Client } from '../../store/client-rows.ts'
import { defineOperation } from '../define.ts'
import { clientField, periodField, ratesOf } from '../money-input.ts'

const DAY_MS = 86_400_000
/** The newest; `payments list` shows more. */
const MOST_PAYMENTS = 10

/** Since there is this client; by a clock that was far off it says nothing of that. */
function allTime({ createdMs }: Client, nowMs: number): Period {
  const sinceMs = createdMs < 0 || createdMs > nowMs ? 0 : createdMs
  return { fromMs: sinceMs - (sinceMs % DAY_MS), toMs: nowMs + DAY_MS }
}

export const clientShow = defineOperation({
  path: ['client', 'show'],
  summary: 'Show a client: how it is billed, what it was billed, what that cost, what is paid and what not',
  examples: [
    { words: 'client show Acme --period 2026', does: 'with the figures of a year; of all time if left out' },
  ],
  input: { client: clientField, period: periodField },
  positionals: ['client'],
  needs: { settings: 'required', store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, settings, world }, input) => {
    const client = await findClient(store, input.client)
    const period = readPeriod(input.period ?? '') ?? allTime(client, world.clock.now())
    const figures = await moneyReport(store, { period, clientId: client.id, rates: ratesOf(settings) })
    const open = await store.bills.open(client.id)
    const paid = await store.payments.list({
      state: null,
      clientId: client.id,

      limit: MOST_PAYMENTS,
    })
    return {
      client: clientFigure(client),
      figures,
      open: await Promise.all(open.map(async bill => billFigure(store, bill))),
      payments: paid.map(paymentFigure),
    }
  },
  render: clientDocument,
})
