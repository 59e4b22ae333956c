/** A store whose clients pay at a stand-in of Stripe, scanned by the operation itself. */
import { dirname } from 'node:path'
import type { Outcome } from '../../../src/kernel/errors.ts'
import { paymentsScan } from '../../../src/operations/payments-scan.ts'
import { isObject } from '../../../src/sandbox/lib/json.ts'
import { TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'
import type { Bill } from '../../../src/store/bill-rows.ts'
import type { Link } from '../../../src/store/link-rows.ts'
import type { Store } from '../../../src/store/index.ts'
import { stripeServer, type StripeServer } from '../../sandbox/stripe/support/server.ts'
import { billedRow, eur } from '../../support/bills.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { CALL, realSession, type RealSessionOptions } from '../../support/session.ts'
import { testStore, type TestStore } from '../../support/store.ts'

/** What is known of one that was scanned. */
export interface Scan {
  readonly outcome: Outcome
  readonly result: Awaited<ReturnType<typeof paymentsScan.run>>
}

/** A client's visit at a link. */
export interface Shop {
  readonly files: TestStore
  readonly store: Store
  readonly clock: FakeClock
  readonly server: StripeServer
  /** All that a session on it is opened with. */
  readonly session: Pick<RealSessionOptions, 'stateDir' | 'env' | 'clock'>
  readonly scan: (input?: Readonly<Record<string, unknown>>, dryRun?: boolean) => Promise<Scan>
  /** Bills a task over 49.00 EUR, and has its link made. */
  readonly billed: (pageId?: string) => Promise<{ readonly bill: Bill; readonly link: Link }>
  readonly billOf: (bill: Bill) => Promise<Bill | null>
  /** A client pays at a link; returns Stripe's id of the payment. */
  readonly pay: (link: Link, method?: string) => Promise<string>
  /** Takes what Stripe has told of since the last time as webhooks; returns the events, oldest first. */
  readonly events: () => Promise<readonly TakenEvent[]>
  readonly take: (event: TakenEvent) => Promise<void>
}

/** An event as it is stored. */
export type TakenEvent = Extract<Parameters<Store['webhooks']['take']>[1], { kind: 'event' }>['event']

/** Waits that are for another try pass at once. */
const LONGEST_WAIT_MS = 5_000

/** Opens one; closed when the test is over. */
export async function openShop(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
  const files = testStore()
  const { clock } = files
  const server = await stripeServer(undefined, () => clock.now())
  const store = files.open('keeper')
  const sleep: FakeClock['sleep'] = async (ms, signal) =>
    ms > LONGEST_WAIT_MS ? clock.sleep(ms, signal) : clock.advance(Math.ceil(ms))
  const session = {
    stateDir: dirname(files.path),
    env: { STRIPE_SECRET_KEY: TEST_KEY, STRIPE_BASE_URL: server.url, ...env },
    clock: { ...clock, sleep },
  }
  const scan: Shop['scan'] = async (input = {}, dryRun = false) => {
    const opened = realSession(session)
    try {
      const { result, outcome } = await opened.run(paymentsScan, input, { ...CALL, dryRun })
      return { result, outcome }
    } finally {
      opened.close()
    }
  }
  return {
    files,
    store,
    clock,
    server,
    session,
    scan,
    billed: async (pageId = 'page-1') => {
      const taskId = await billedRow(store, eur(4900), pageId)
      await scan()
      const bill = (await store.bills.ofTask(taskId)).at(-1)
      const link = bill === undefined ? undefined : (await store.links.ofBill(bill.id)).at(-1)
      if (bill === undefined || link === undefined) throw new Error('it was not billed')
      return { bill, link }
    },
    billOf: async ({ id }) => store.bills.get(id),
    pay: async (link, method) => {
      const { id: visit } = await server.hand('open', { link: link.outsideId })
      await clock.advance(1_000)
      await server.hand('pay', { session: visit, ...(method === undefined ? {} : { method }) })
      const { data } = await server.stripe.paymentIntents.list({ limit: 1 })
      return data[0]?.id ?? ''
    },
    events: async () => {
      const { data } = await server.stripe.events.list({ limit: 100 })
      return data.toReversed().map(({ id, type, livemode, created, data: { object } }) => {
        const { object: kind, id: thingId } = isObject(object) ? object : {}
        const thing = { kind: String(kind), id: String(thingId) }
        return { id, key: id, type, thing, isLive: livemode, atMs: created * 1000, ignored: null }
      })
    },
    take: async event => void (await store.webhooks.take('stripe', { kind: 'event', event })),
  }
}
