import { formatNanoUsd } from '../domain/cost.ts'
import { nanoUsdOfAll, ratesAt, type DatedRate } from '../domain/money.ts'
import { daysIn, type Period } from '../domain/period.ts'
import type { Store } from '../store/index.ts'

/** What came of the work of a span of days, and what it earned and cost. */
export interface WorkSum {
  /** Runs that ended as Done, and as Failed-Final. */
  readonly done: number
  readonly failed: number
  /** Of those that ended; null where none did. One decimal. */
  readonly successPercent: number | null
  /** Runs with a score, the average of these with one decimal (null where there are none), and those under target. */
  readonly judged: number
  readonly averageScore: number | null
  readonly low: number
  /** AI cost, probes included. */
  readonly costUsd: string
  /** What was billed; null where something has no rate. */
  readonly grossUsd: string | null
}

/** The same of one day. */
export interface DayFigure extends WorkSum {
  /** As `2026-11-30`. */
  readonly day: string
}

/** What a sum is made of, exactly. */
interface Parts {
  readonly done: number
  readonly failed: number
  readonly judged: number
  readonly scores: number
  readonly low: number
  readonly costNano: number
  readonly grossNano: number | null
}

/** The days of a period, each of them, and what they come to together. */
export async function workOfDays(
  { reports }: Pick<Store, 'reports'>,
  period: Period,
  rates: readonly DatedRate[],
): Promise<{ readonly total: WorkSum; readonly days: readonly DayFigure[] }> {
  const work = new Map((await reports.daysOfWork(period)).map(day => [day.day, day]))
  const cost = await reports.costOfDays(period)
  const bills = new Map((await reports.billsOfDays(period)).map(day => [day.day, day]))
  const days = daysIn(period).map((day): Parts & { readonly day: string } => {
    const { done, failed, judged, scores, low } = work.get(day) ?? NO_WORK
    const billed = bills.get(day)
    const others = billed === undefined ? 0 : othersNano(day, billed.withoutUsd, rates)
    const grossNano = others === null ? null : (billed?.usdNano ?? 0) + others
    return { day, done, failed, judged, scores, low, costNano: cost.get(day) ?? 0, grossNano }
  })
  return { total: sumOf(days), days: days.map(day => ({ day: day.day, ...sumOf([day]) })) }
}

const NO_WORK = { done: 0, failed: 0, judged: 0, scores: 0, low: 0 } as const

/** Rates are of days: all bills of one are at the same. */
function othersNano(
  day: string,
  amounts: Parameters<typeof nanoUsdOfAll>[0],
  rates: readonly DatedRate[],
): number | null {
  return amounts.length === 0 ? 0 : nanoUsdOfAll(amounts, ratesAt(rates, Date.parse(`${day}T23:59:59Z`)))
}

function sumOf(days: readonly Parts[]): WorkSum {
  const sum = (of: (day: Parts) => number): number => days.reduce((total, day) => total + of(day), 0)
  const done = sum(day => day.done)
  const failed = sum(day => day.failed)
  const judged = sum(day => day.judged)
  const isComputed = days.every(({ grossNano }) => grossNano !== null)
  return {
    done,
    failed,
    successPercent: percentOf(done, done + failed),
    judged,
    averageScore: judged === 0 ? null : oneDecimal(sum(day => day.scores) / judged),
    low: sum(day => day.low),
    costUsd: formatNanoUsd(sum(day => day.costNano)),
    grossUsd: isComputed ? formatNanoUsd(sum(day => day.grossNano ?? 0)) : null,
  }
}

/** With one decimal, and never 100 where something is missing, or 0 where something is there; null of nothing. */
export function percentOf(part: number, whole: number): number | null {
  if (whole === 0) return null
  const percent = oneDecimal((part / whole) * 100)
  if (percent === 100 && part < whole) return 99.9
  return percent === 0 && part > 0 ? 0.1 : percent
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10
}
