import { monthOf, readPeriod } from '../../domain/period.ts'
import { moneyDocument, moneyReport } from '../../figures/money.ts'
import { defect } from '../../kernel/errors.ts'
import { defineOperation } from '../define.ts'
import { periodField, ratesOf } from '../money-input.ts'

export const reportCost = defineOperation({
  path: ['report', 'cost'],
  summary: 'What work was billed and what it cost in a period: by client, type and task',
  examples: [{ words: 'report cost --period 2026-11', does: 'one month; the current one if left out' }],
  input: { period: periodField },
  needs: { settings: 'required', store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, settings, world }, input) => {
    const period = readPeriod(input.period ?? monthOf(world.clock.now()))
    if (period === null) throw defect('a period that was read before cannot be read')
    return moneyReport(store, { period, clientId: null, rates: ratesOf(settings) })
  },
  render: moneyDocument,
})
