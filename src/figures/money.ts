import { centsOf, formatNanoUsd } from '../domain/cost.ts'
import { formatMoney, marginPercent, sumsByCurrency, type DatedRate } from '../domain/money.ts'
import { periodText, type Period } from '../domain/period.ts'
import {
  document,
  facts,
  id,
  line,
  list,
  money,
  section,
  table,
  words,
  type Column,
  type Document,
  type Part,
  type Span,
  type Words,
} from '../kernel/document.ts'
import { countText } from '../kernel/text.ts'
import type { Store } from '../store/index.ts'
import type { TaskBooks } from '../store/bills.ts'
import { missingRates, sumsOf, type MoneySums } from './money-sums.ts'

/** What work earned and cost. Dollars are texts of six decimals; null is "not computed": something has no rate. */
export interface MoneyFigure {
  /** Results that were accepted. */
  readonly accepted: number
  /** Of those that were billed, the ones without a price. */
  readonly unpriced: number
  /** What was billed, one sum for each currency. */
  readonly billed: readonly string[]
  readonly grossUsd: string | null
  readonly costUsd: string
  /** 0 until a provider tells. */
  readonly feesUsd: string | null
  /** What went back of it after it was paid: refunds, and disputes that were lost. */
  readonly returned: readonly string[]
  readonly profitUsd: string | null
  readonly marginPercent: number | null
  /** AI cost of all work, over the results that were accepted; null without one. */
  readonly costPerAcceptedUsd: string | null
}

/** The same for each of something. */
export interface MoneyShare extends MoneyFigure {
  readonly id: string | null
  readonly name: string
}

/** The figures of a period. */
export interface MoneyReport {
  readonly period: string
  readonly total: MoneyFigure
  readonly byClient: readonly MoneyShare[]
  readonly byType: readonly MoneyShare[]
  /** The dearest first. */
  readonly byTask: readonly MoneyShare[]
  /** AI cost of probes, which no task is for; it is in the total. */
  readonly probesUsd: string
  /** Results that have no price. */
  readonly unpriced: readonly { readonly taskId: string; readonly title: string }[]
  /** Currencies of bills and of fees without a rate at their time. */
  readonly withoutRate: readonly string[]
}

/** Whose money, and when. */
export interface MoneyAsked {
  readonly period: Period
  /** Null for all clients, and then probes are in it. */
  readonly clientId: string | null
  readonly rates: readonly DatedRate[]
}

/** What was billed in a period beside what the work done in it cost. */
export async function moneyReport(store: Store, asked: MoneyAsked): Promise<MoneyReport> {
  const books = await store.bills.books(asked.period, asked.clientId)
  const probeNano = asked.clientId === null ? await store.bills.probeNano(asked.period) : 0
  const names = new Map((await store.clients.list()).map(client => [client.id, client.name]))
  const share = (name: string, of: string | null, own: readonly TaskBooks[]): Share => ({
    id: of,
    name,
    sums: sumsOf(own, asked.rates),
  })
  const clients = Map.groupBy(books, ({ clientId, client }) => clientId ?? `name ${client ?? ''}`)
  return {
    period: periodText(asked.period),
    total: figureOf(sumsOf(books, asked.rates), probeNano),
    byClient: dearestFirst(
      [...clients].map(([, own]) => {
        const [{ clientId, client } = { clientId: null, client: null }] = own
        const known = clientId === null ? undefined : names.get(clientId)
        return share(known ?? client ?? 'no client', clientId, own)
      }),
    ),
    byType: dearestFirst(
      [...Map.groupBy(books, ({ type }) => type)].map(([type, own]) => share(type, null, own)),
    ),
    byTask: dearestFirst(books.map(own => share(own.title, own.taskId, [own]))),
    probesUsd: formatNanoUsd(probeNano),
    unpriced: books
      .filter(({ bills }) => bills.some(({ amount }) => amount === null))
      .map(({ taskId, title }) => ({ taskId, title })),
    withoutRate: [
      ...new Set(books.flatMap(({ bills }) => bills.flatMap(bill => missingRates(bill, asked.rates)))),
    ].toSorted(),
  }
}

/** Each of something, with what its figure is made of. */
interface Share {
  readonly id: string | null
  readonly name: string
  readonly sums: MoneySums
}

function dearestFirst(shares: readonly Share[]): MoneyShare[] {
  const gross = ({ sums }: Share): number => sums.grossNano ?? 0
  return shares
    .toSorted((a, b) => gross(b) - gross(a) || b.sums.workNano - a.sums.workNano)
    .map(({ id: of, name, sums }) => ({ id: of, name, ...figureOf(sums, 0) }))
}

function figureOf(sums: MoneySums, otherCostNano: number): MoneyFigure {
  const { accepted, unpriced, grossNano, workNano, feesNano } = sums
  const isKnown = grossNano !== null && feesNano !== null
  const profitNano = isKnown ? grossNano - workNano - otherCostNano - feesNano - sums.returnedNano : null
  return {
    accepted,
    unpriced,
    billed: amountsIn(sums.billedMinor),
    returned: amountsIn(sums.returnedMinor),
    grossUsd: usd(grossNano),
    costUsd: formatNanoUsd(workNano + otherCostNano),
    feesUsd: usd(feesNano),
    profitUsd: usd(profitNano),
    marginPercent: profitNano === null || grossNano === null ? null : marginPercent(profitNano, grossNano),
    costPerAcceptedUsd: accepted === 0 ? null : formatNanoUsd(Math.round(workNano / accepted)),
  }
}

function amountsIn(sums: ReadonlyMap<string, number>): string[] {
  return sumsByCurrency([...sums].map(([currency, minor]) => ({ currency, minor }))).map(formatMoney)
}

function usd(nano: number | null): string | null {
  return nano === null ? null : formatNanoUsd(nano)
}

/** Tasks that a report for people names. */
const MOST_TASKS = 10

/** The report for people. */
export function moneyDocument(report: MoneyReport): Document {
  return document(
    section(`Cost and profit, ${report.period} (UTC)`, moneyFacts(report.total, report.probesUsd)),
    section('By client', shareTable('client', report.byClient)),
    section('By type', shareTable('type', report.byType)),
    section(
      report.byTask.length > MOST_TASKS ? `By task (${MOST_TASKS} of ${report.byTask.length})` : 'By task',
      shareTable('task', report.byTask.slice(0, MOST_TASKS)),
    ),
    moneyGaps(report),
  )
}

/** A figure whole. */
export function moneyFacts(figure: MoneyFigure, probesUsd = formatNanoUsd(0)): Part {
  const { costPerAcceptedUsd } = figure
  const each =
    costPerAcceptedUsd === null ? '' : words`, ${money(costPerAcceptedUsd)} for each accepted result`
  const probes = Number(probesUsd) === 0 ? '' : words`, ${money(probesUsd)} of it for probes`
  return facts(
    ['accepted', countText(figure.accepted, 'result')],
    ['billed', figure.billed.length === 0 ? 'nothing' : figure.billed.join(', ')],
    ['gross', dollars(figure.grossUsd)],
    figure.returned.length === 0 ? null : ['went back', figure.returned.join(', ')],
    ['AI cost', words`${money(figure.costUsd)}${each}${probes}`],
    ['fees', dollars(figure.feesUsd)],
    ['profit', dollars(figure.profitUsd)],
    ['margin', figure.marginPercent === null ? 'not computed' : `${figure.marginPercent.toFixed(1)} %`],
  )
}

/** What the figures lack, and how to mend it. */
export function moneyGaps({ withoutRate, unpriced }: Pick<MoneyReport, 'withoutRate' | 'unpriced'>): Part {
  return [
    withoutRate.length === 0
      ? null
      : line`not computed in USD: there is no rate for ${withoutRate.join(', ')} (fx.rates in the configuration)`,
    unpriced.length === 0
      ? null
      : section(
          'Without a price',
          list(unpriced.slice(0, MOST_TASKS).map(({ taskId, title }) => words`${id(taskId)}  ${title}`)),
          unpriced.length > MOST_TASKS ? `and ${unpriced.length - MOST_TASKS} more` : null,
          'set Price in the row and tick it again, or price in [types.TYPE] of the configuration',
        ),
  ]
}

function dollars(amount: string | null): Words {
  return amount === null ? 'not computed' : money(centsOf(amount))
}

const COLUMNS: readonly Column[] = [
  { title: 'done', align: 'right' },
  { title: 'gross USD', align: 'right' },
  { title: 'cost USD', align: 'right' },
  { title: 'profit USD', align: 'right' },
  { title: 'margin %', align: 'right' },
]

/** What each earned and cost; nothing where there is none. */
export function shareTable(what: string, shares: readonly MoneyShare[]): Part {
  if (shares.length === 0) return null
  return table(
    [{ title: what, cut: 'end' }, ...COLUMNS],
    shares.map((share): readonly (string | Span)[] => [
      share.name,
      String(share.accepted),
      share.grossUsd === null ? '–' : centsOf(share.grossUsd),
      share.costUsd,
      share.profitUsd === null ? '–' : centsOf(share.profitUsd),
      share.marginPercent === null ? '–' : share.marginPercent.toFixed(1),
    ]),
  )
}
