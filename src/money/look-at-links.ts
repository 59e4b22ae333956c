import type { LinkState as LinkFacts } from '../domain/payment.ts'
import type { Link } from '../store/link-rows.ts'
import type { SeenBy } from '../store/payment-rows.ts'
import type { Seeing } from '../store/record-payment.ts'
import type { Payer } from './payer.ts'
import { tryOne, type ScanContext } from './scan-context.ts'

/** Links that are looked at in one scan: each costs a few requests. What is more has its turn in the next. */
const MOST_LOOKED_AT = 100
/** Where the last scan ended. */
const MARK = 'links looked at'

/**
 * Looks at links that stand and those at which a payment is on its way, some in each scan, so that what no webhook told
 * of is found: what was paid is recorded, what was approved is captured, what has run out is replaced by the next pass
 * that asks for links. `sinceMs` has all looked at that were asked for since, whatever became of them.
 */
export async function lookAtLinks(context: ScanContext, sinceMs: number | null): Promise<void> {
  const { store, stop, dryRun } = context
  const mark = sinceMs === null ? await store.pickUps.mark(MARK) : null
  const links =
    sinceMs === null ? await store.links.standing(mark, MOST_LOOKED_AT) : await store.links.since(sinceMs)
  let brokenOffAt: string | null = null
  for (const link of links) {
    if (stop.aborted) return
    const payer = context.payers.find(({ service }) => service === link.service)
    if (payer === undefined || payer.down() !== null) continue
    await tryOne(context, link.id, async () => lookAtLink(context, payer, link, 'scan'))
    if (payer.down() !== null) brokenOffAt ??= link.id
  }
  if (sinceMs !== null || dryRun) return
  const end = links.length < MOST_LOOKED_AT ? null : (links.at(-1)?.id ?? null)
  // At the end the next scan begins anew. Behind links that fail each time it goes on: the others have their turn too.
  const last = brokenOffAt ?? end
  if (last !== mark) await store.pickUps.setMark(MARK, last)
}

/** Asks how it stands with a link, and records it. @throws ServiceFailure */
export async function lookAtLink(context: ScanContext, payer: Payer, link: Link, by: SeenBy): Promise<void> {
  const { outsideId } = link
  if (outsideId === null) return
  const askedMs = context.world.clock.now()
  const facts = await payer.ask(async () => payer.provider.showLink(outsideId))
  context.tally.looked += 1
  await recordLink(context, link, facts, { by, askedMs })
  if (facts.state === 'approved') await capture(context, payer, link, by)
}

async function recordLink(
  { store, dryRun, tally }: ScanContext,
  { id, service }: Link,
  facts: LinkFacts,
  seen: Seeing,
): Promise<void> {
  for (const payment of facts.payments) {
    if (await store.payments.wouldChange(service, payment, seen.askedMs)) tally.changed.add(payment.id)
  }
  if (!dryRun) await store.links.look(id, facts, seen)
}

/**
 * Takes the money that a client approved, where the bill is still to be paid by this link. The intent is in the store
 * before: whoever repeats it after a crash uses the same key, and what was taken is not taken again.
 */
async function capture(context: ScanContext, payer: Payer, link: Link, by: SeenBy): Promise<void> {
  const { store, dryRun, tally } = context
  const { capture: take } = payer.provider
  if (take === null || link.outsideId === null) return
  const { outsideId, amount } = link
  if (dryRun) {
    tally.captured.add(link.id)
    return
  }
  const key = await store.payments.intendCapture(link.id)
  if (key === null) return
  const askedMs = context.world.clock.now()
  const taken = await payer.ask(async () => take(outsideId, key, amount))
  await recordLink(context, link, taken, { by, askedMs })
  if (taken.state === 'paid') tally.captured.add(link.id)
}
