import { readAmount, whyNoLink, type Money } from '../../domain/money.ts'
import { defect } from '../../kernel/errors.ts'
import { deliver } from '../../operations/deliver.ts'
import { refund } from '../../operations/refund.ts'
import type { CommandHost } from '../../surfaces/cli/host.ts'
import { isTied, readBooks, sumsOf, type BilledTask, type CurrencySums, type DemoBooks } from './books.ts'
import { DEMO_CLIENTS, type Paying } from './clients.ts'
import { startListener } from './listener.ts'
import type { NightContext } from './night.ts'
import { bringUpToTime, payAtLink, sendWebhooksTo, untold, webhooksSent } from './pay-page.ts'
import type { DemoTask } from './tasks.ts'

/** What clients paid, and the proof that tasks, payments and refunds agree. */
export interface DemoMoney extends DemoBooks {
  readonly sums: readonly CurrencySums[]
  /** What was done is billed at its price, and what is billed is paid, open or on an invoice. */
  readonly tied: boolean
  /** Payments, fees, refunds and disputes are those of Stripe's own ledger, one by one. */
  readonly proved: boolean
}

/** What it needs of the demo. */
export interface MoneyContext extends NightContext {
  /** A host for what takes webhooks. */
  readonly host: CommandHost
  /** Titles of what is done. */
  readonly done: ReadonlySet<string>
  readonly tasks: readonly DemoTask[]
}

/**
 * The clients pay, each on the page that its link opens; `serve` hears of it by webhooks, but for one payment that
 * Stripe never tells of. A scan brings the books to what Stripe knows. Then something is given back.
 */
export async function workMoney(context: MoneyContext): Promise<DemoMoney> {
  const { session, call, clock, fetch, tasks } = context
  const stripe = context.urls.get('stripe') ?? ''
  const asked = { stripe, titles: tasks.map(({ title }) => title) }
  const books = async (): Promise<DemoBooks> => (await session.run(readBooks, asked, call)).result
  await bringUpToTime(fetch, stripe, clock)
  const listener = await startListener(context.host)
  await sendWebhooksTo(fetch, stripe, listener.address)
  for (const { title, link } of (await books()).tasks) {
    const pays = tasks.find(task => task.title === title)?.pays
    if (pays !== undefined && link !== null) await payOne(context, stripe, link, pays)
  }
  await webhooksSent(fetch, stripe, clock, call.stop)
  await listener.stop()
  await session.runJob({ name: 'payments-scan', slotMs: null, waitMs: 0 }, call)
  for (const { title, payments } of (await books()).tasks) {
    const given = tasks.find(task => task.title === title)?.pays?.givenBack
    const sure = { ...call, confirmed: true }
    if (given !== undefined) await session.run(refund, { payment: payments[0]?.id, ...given }, sure)
  }
  // The board is told of it.
  await session.run(deliver, {}, call)
  return provedMoney(await books(), context)
}

async function payOne({ fetch }: MoneyContext, stripe: string, link: string, pays: Paying): Promise<void> {
  if (pays.isUntold === true) await untold(fetch, stripe, async () => payAtLink(fetch, link, pays))
  else await payAtLink(fetch, link, pays)
}

function provedMoney(books: DemoBooks, { tasks, done }: MoneyContext): DemoMoney {
  const priced = new Map(
    tasks.flatMap(task => {
      const price = priceOf(task)
      return price === null || !done.has(task.title) ? [] : [[task.title, price] as const]
    }),
  )
  return {
    ...books,
    sums: sumsOf(books.tasks),
    tied: isTied(books.tasks, priced),
    proved: JSON.stringify(books.store) === JSON.stringify(books.ledger),
  }
}

/** As it stands on the board. */
function priceOf({ price, client }: DemoTask): Money | null {
  const currency = DEMO_CLIENTS.find(({ name }) => name === client)?.currency
  if (price === undefined) return null
  if (currency === undefined) throw defect(`${client} is no client of the demo`)
  return readAmount(String(price), currency)
}

/** Why a bill is not simply paid, in a few words; null where it is. */
export function storyOf(task: BilledTask, pays: Paying | undefined): string | null {
  const [payment] = task.payments
  const dispute = payment?.disputes[0]
  if (payment === undefined) {
    if (task.status !== 'On Invoice') return 'not paid: its link is open'
    return whyNoLink(task.amount) === null
      ? 'on invoice, as its client wants it'
      : 'on invoice: too little for a link'
  }
  if (dispute !== undefined) {
    const due =
      dispute.dueMs === null ? '' : `: answer before ${new Date(dispute.dueMs).toISOString().slice(0, 10)}`
    return `paid, disputed${due}`
  }
  if (payment.refundedMinor > 0) return 'paid, and partly given back'
  if (payment.seenBy === 'scan') return 'paid: no webhook came, the scan found it'
  return pays?.by.includes('declined') === true ? 'paid, after a card that was declined' : null
}
