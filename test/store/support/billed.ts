import Database from 'better-sqlite3'
import { newClient } from '../../../src/domain/client.ts'
import type { Money } from '../../../src/domain/money.ts'
import type { DisputeFacts, PaymentFacts, RefundFacts } from '../../../src/domain/payment.ts'
import type { Store } from '../../../src/store/index.ts'
import {
  aCall,
  aJudgement,
  aPage,
  aRun,
  aSettlement,
  claimFrom,
  commitDraft,
  NO_CAPS,
  TO_DONE,
} from '../../support/store.ts'

/** A task that is Done and billed, with a link at which its client can pay. */
export interface Billed {
  readonly taskId: string
  readonly runId: string
  readonly billId: string
  readonly clientId: string
  readonly linkId: string
  /** The service's id of the link. */
  readonly outsideLinkId: string
}

/** An amount in EUR. */
export function eur(minor: number): Money {
  return { currency: 'EUR', minor }
}

/** Does the work of a row of the board over 49.00 EUR, and opens a link for it. */
export async function billed(store: Store, path: string, pageId = 'page-1'): Promise<Billed> {
  const clientRow = { ...newClient('Acme'), pageId: 'page-acme', email: 'ana@acme.example', currency: 'EUR' }
  const terms = { prices: [], billing: 'link', rates: { EUR: '1.1' } } as const
  const page = { ...aPage(pageId), price: eur(4900), clientRow }
  await store.pickUps.pickUp(page, aRun({ cause: 'tick', terms }))
  const { outputId } = await commitDraft(store, (await claimFrom(store)).claim)
  const { claim, run } = await claimFrom(store)
  const call = aCall({ stage: 'judge' })
  await store.stages.reserve(claim, call, NO_CAPS)
  const judgement = aJudgement(outputId)
  const end = { kind: 'judged', settlement: aSettlement(call.id), judgement, next: TO_DONE } as const
  await store.stages.finish(claim, end, null)
  const bill = await store.bills.ofRun(run.id)
  if (bill === null) throw new Error('it was not billed')
  const of = { taskId: run.taskId, runId: run.id, billId: bill.id, clientId: bill.clientId ?? '' }
  return { ...of, ...openLink(path, bill.id) }
}

/** A link of a bill of 49.00 EUR as it stands once it was made. */
function openLink(path: string, billId: string): Pick<Billed, 'linkId' | 'outsideLinkId'> {
  const [linkId, outsideLinkId] = [`link_${billId}`, `plink_${billId}`]
  const db = new Database(path)
  db.prepare(
    `INSERT INTO links (id, bill_id, number, service, livemode, currency, amount_minor, state, outside_id, url,
       asked_ms, made_ms)
     VALUES (?, ?, 1, 'stripe', 0, 'EUR', 4900, 'open', ?, 'https://pay.example/1', 0, 0)`,
  ).run(linkId, billId, outsideLinkId)
  db.close()
  return { linkId, outsideLinkId }
}

/** What a service tells of the payment of 49.00 EUR at a link. */
export function paidAt({ outsideLinkId, linkId }: Billed, changes: Partial<PaymentFacts> = {}): PaymentFacts {
  return {
    id: `pi_${linkId}`,
    isLive: false,
    amount: eur(4900),
    state: 'paid',
    linkId: outsideLinkId,
    ids: { link: linkId },
    fee: eur(172),
    atMs: 1_000,
    refunds: [],
    disputes: [],
    ...changes,
  }
}

/** A refund that was made at the service. */
export function refunded(minor: number, changes: Partial<RefundFacts> = {}): RefundFacts {
  const of = { id: `re_${String(minor)}`, amount: eur(minor), state: 'succeeded', ours: null } as const
  return { ...of, reason: 'requested_by_customer', atMs: 2_000, ...changes }
}

/** A dispute over 49.00 EUR. */
export function disputed(state: DisputeFacts['state']): DisputeFacts {
  return { id: 'dp_1', amount: eur(4900), state, reason: 'fraudulent', dueMs: 86_400_000, atMs: 3_000 }
}
