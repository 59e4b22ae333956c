import { formatSigned, type PayoutFacts, type TieOut } from '../domain/payout.ts'
import {
  document,
  facts,
  id,
  line,
  list,
  next,
  section,
  state,
  table,
  words,
  type Document,
  type Part,
  type Span,
} from '../kernel/document.ts'
import { countText, instantText } from '../kernel/text.ts'

/** A payout, as people and machines see it. */
export interface PayoutFigure {
  readonly id: string
  readonly amount: string
  readonly state: string
  readonly live: boolean
  readonly at: string
  readonly arrives: string
}

/** The figure of a payout. */
export function payoutFigure({ id: of, amountMinor, currency, ...payout }: PayoutFacts): PayoutFigure {
  return {
    id: of,
    amount: formatSigned(amountMinor, currency),
    state: payout.state,
    live: payout.isLive,
    at: instantText(payout.atMs),
    arrives: instantText(payout.arrivesMs).slice(0, 10),
  }
}

/** What a payout is made of. */
export interface TieFigure {
  /** It is explained, and the books say the same. */
  readonly isTied: boolean
  /** Its service tells what it is made of; where not, nothing is proved and nothing wrong. */
  readonly isTold: boolean
  readonly sum: string
  /** Null where its entries are the payout to the last unit. */
  readonly difference: string | null
  readonly sums: readonly { readonly kind: string; readonly count: number; readonly amount: string }[]
  readonly fees: string
  readonly entries: readonly {
    readonly id: string
    readonly kind: string
    readonly what: string
    readonly amount: string
    readonly fee: string
    readonly net: string
    readonly paymentId: string | null
    readonly wrong: string | null
  }[]
}

/** The figure of it. */
export function tieFigure(
  { currency, isAutomatic }: PayoutFacts,
  { entries, sumMinor, differenceMinor }: TieOut,
): TieFigure {
  const shown = (minor: number): string => formatSigned(minor, currency)
  const total = (all: readonly number[]): string => shown(all.reduce((sum, minor) => sum + minor, 0))
  return {
    isTied: differenceMinor === 0 && entries.every(({ wrong }) => wrong === null),
    isTold: isAutomatic || entries.length > 0,
    sum: shown(sumMinor),
    difference: differenceMinor === 0 ? null : shown(differenceMinor),
    sums: [...Map.groupBy(entries, ({ kind }) => kind)].map(([kind, own]) => ({
      kind,
      count: own.length,
      amount: total(own.map(({ amountMinor }) => amountMinor)),
    })),
    fees: total(entries.map(({ feeMinor }) => -feeMinor)),
    entries: entries.map(entry => ({
      id: entry.id,
      kind: entry.kind,
      what: entry.what,
      amount: formatSigned(entry.amountMinor, entry.currency),
      fee: formatSigned(entry.feeMinor, entry.currency),
      net: formatSigned(entry.netMinor, entry.currency),
      paymentId: entry.booked,
      wrong: entry.wrong,
    })),
  }
}

/** What is shown: the newest of each service, or one whole. */
export function payoutDocument({
  services,
  payout,
}: {
  readonly services: readonly { readonly service: string; readonly payouts: readonly PayoutFigure[] | null }[]
  readonly payout: (PayoutFigure & TieFigure & { readonly service: string }) | null
}): Document {
  if (payout !== null) return document(tieParts(payout))
  if (services.length === 0) return document(NONE_SET_UP)
  const first = services.flatMap(({ payouts }) => payouts ?? [])[0]
  return document(
    services.map(({ service, payouts }) => section(service, listPart(payouts))),
    next(first === undefined ? null : `echopilot payments payouts ${first.id}`),
  )
}

const NONE_SET_UP = line`no service for payments is set up: set STRIPE_SECRET_KEY (echopilot doctor)`

function listPart(payouts: readonly PayoutFigure[] | null): Part {
  if (payouts === null)
    return line`${state('not proved', 'open')}: it does not tell what its payouts are made of`
  if (payouts.length === 0) return 'no payouts'
  return table(
    [{ title: 'arrives' }, { title: 'amount', align: 'right' }, { title: 'state' }, { title: 'id' }],
    payouts.map(one => [one.arrives, one.amount, one.live ? one.state : `${one.state}, test`, id(one.id)]),
  )
}

function tieState({ isTied, isTold }: TieFigure): Span {
  if (!isTold) return state('not proved: made by hand, its parts are not told', 'open')
  return isTied ? state('explained', 'good') : state('differs', 'bad')
}

function tieParts(payout: PayoutFigure & TieFigure & { readonly service: string }): Part {
  const { entries, sums } = payout
  const wrong = entries.filter(entry => entry.wrong !== null)
  return [
    facts(
      [tieState(payout), payout.amount],
      ['payout', words`${id(payout.id)} of ${payout.service}, ${payout.state}, ${payout.arrives}`],
      ...sums.map(({ kind, count, amount }) => [countText(count, kind), amount] as const),
      ['fees', payout.fees],
      ['sum', payout.sum],
      payout.difference === null ? null : ['difference', payout.difference],
    ),
    section(
      'Differs',
      list(wrong.map(({ id: of, what, net, wrong: why }) => words`${id(of)} ${net} (${what}): ${why ?? ''}`)),
    ),
    table(
      [
        { title: 'kind' },
        { title: 'amount', align: 'right' },
        { title: 'fee', align: 'right' },
        { title: 'leaves', align: 'right' },
        { title: 'payment' },
      ],
      entries.map(one => [
        one.kind,
        one.amount,
        one.fee,
        one.net,
        one.paymentId === null ? '–' : id(one.paymentId),
      ]),
    ),
    next(wrong.length === 0 ? null : 'echopilot payments-scan --since 14d'),
  ]
}
