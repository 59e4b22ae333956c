import { periodText, readPeriod, type Period } from '../../domain/period.ts'
import { timesTable } from '../../figures/report-document.ts'
import { timeFigures } from '../../figures/report.ts'
import { document, section } from '../../kernel/document.ts'
import { instantText, minuteText } from '../../kernel/text.ts'
import { defineOperation } from '../define.ts'
import { periodField } from '../money-input.ts'

const DAY_MS = 86_400_000

export const reportP95 = defineOperation({
  path: ['report', 'p95'],
  summary: 'How long runs that were done took: 95 of 100 took no longer, by stage and in all',
  examples: [
    { words: 'report p95 --period 2026-11', does: 'one period; the last 24 hours and 7 days if left out' },
  ],
  input: { period: periodField },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }, { period }) => {
    const atMs = world.clock.now()
    const spans = []
    for (const { name, span } of spansOf(period, atMs)) {
      const { fromMs, toMs } = span
      spans.push({
        name,
        from: instantText(fromMs),
        to: instantText(toMs),
        times: await timeFigures(store, span),
      })
    }
    return { at: instantText(atMs), spans }
  },
  render: ({ at, spans }) =>
    document(
      `by nearest rank, of runs that ended as Done; read ${minuteText(Date.parse(at))} UTC`,
      ...spans.map(({ name, times }) => section(name, timesTable(times))),
    ),
})

function spansOf(
  typed: string | undefined,
  nowMs: number,
): { readonly name: string; readonly span: Period }[] {
  const period = typed === undefined ? null : readPeriod(typed)
  if (period !== null) return [{ name: `${periodText(period)} (UTC)`, span: period }]
  return [
    { name: 'Last 24 hours', span: { fromMs: nowMs - DAY_MS, toMs: nowMs } },
    { name: 'Last 7 days', span: { fromMs: nowMs - 7 * DAY_MS, toMs: nowMs } },
  ]
}
