import type { ReportFigures } from './report.ts'

/** What charts show of a report, each for the thirty days that end with its period; `as` is how it is drawn. */
export function reportCharts({ trend: { days } }: Pick<ReportFigures, 'trend'>) {
  const names = days.map(({ day }) => day)
  const values = (of: (day: (typeof days)[number]) => number | null): (number | null)[] => days.map(of)
  return [
    {
      title: 'Jobs a day',
      days: names,
      as: 'bars',
      series: [
        { name: 'done', values: values(({ done }) => done) },
        { name: 'failed', values: values(({ failed }) => failed) },
      ],
    },
    {
      title: 'QA score, average of the day',
      days: names,
      as: 'line',
      series: [{ name: 'score', values: values(({ averageScore }) => averageScore) }],
    },
    {
      title: 'Billed a day, USD',
      days: names,
      as: 'bars',
      series: [
        { name: 'gross', values: values(({ grossUsd }) => (grossUsd === null ? null : Number(grossUsd))) },
      ],
    },
    {
      title: 'AI cost a day, USD',
      days: names,
      as: 'bars',
      series: [{ name: 'cost', values: values(({ costUsd }) => Number(costUsd)) }],
    },
  ] as const
}
