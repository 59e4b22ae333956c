import { formatAmount, formatMoney } from '../../domain/money.ts'
import { item, line, section, state, table, words, type Part } from '../../kernel/document.ts'
import { countText } from '../../kernel/text.ts'
import type { CurrencySums } from './books.ts'
import { storyOf, type DemoMoney } from './money.ts'
import { LATE_TASK } from './night.ts'
import { demoTasks } from './tasks.ts'

/** What clients paid: what did not go as usual, the sums, and what they were held against. */
export function moneySection(money: DemoMoney): Part {
  return section(
    'The money: clients paid, on the pages of the sandbox of Stripe',
    storyTable(money),
    sumTable(money.sums),
    tiedLine(money),
    ledgerPart(money),
  )
}

function storyTable({ tasks }: DemoMoney): Part {
  const told = tasks.flatMap(task => {
    const { pays } = [...demoTasks(), LATE_TASK].find(({ title }) => title === task.title) ?? {}
    const story = storyOf(task, pays)
    return story === null ? [] : [[task.title, formatMoney(task.amount), story] as const]
  })
  return table(
    [{ title: 'task', cut: 'end' }, { title: 'price', align: 'right' }, { title: 'what became of it' }],
    told,
  )
}

const SUMS = [
  ['billed', 'billed'],
  ['paid', 'paid'],
  ['open', 'open'],
  ['onInvoice', 'on invoice'],
  ['refunded', 'refunded'],
  ['disputed', 'disputed'],
] as const

function sumTable(sums: readonly CurrencySums[]): Part {
  return table(
    [{ title: '' }, ...SUMS.map(([, title]) => ({ title, align: 'right' }) as const)],
    sums.map(each => [
      each.currency,
      ...SUMS.map(([name]) => formatAmount({ currency: each.currency, minor: each[name] })),
    ]),
  )
}

function tiedLine({ tied }: DemoMoney): Part {
  return tied
    ? line`${state('proved', 'good')}: what is done was billed, and is paid, open or on invoice: to the cent.`
    : line`${state('failed', 'bad')}: what is done, billed and paid do not agree (echopilot report cost).`
}

function ledgerPart({ proved, store, ledger }: DemoMoney): Part {
  if (!proved) {
    return line`${state('failed', 'bad')}: the store says ${JSON.stringify(store)}, Stripe says ${JSON.stringify(ledger)}.`
  }
  const refunds = countText(ledger.refunds.length, 'refund')
  return item(
    words`${state('proved', 'good')}: the store and Stripe's own ledger agree to the cent:`,
    `${countText(ledger.payments.length, 'payment')} with their fees, ${refunds}, ${countText(ledger.disputes.length, 'dispute')}.`,
  )
}
