import { nextSpan, type Span } from '../domain/coverage.ts'
import type { Listed } from '../domain/listed-payment.ts'
import type { Payer } from './payer.ts'
import { bornMs } from './read-events.ts'
import { recordAll, tryOne, type ScanContext } from './scan-context.ts'

/** Payments are begun before they are paid: a day is as long as a visit of a client lasts. */
const OVERLAP_MS = 86_400_000

/**
 * Compares the payments, refunds and disputes that a service lists since the last scan with the books. What the books do
 * not say is looked at whole, and recorded; what they say was paid and the list does not have is asked for by itself, and
 * doubted where the service does not know it as paid. An event may never have been made, so this is done also where
 * every event was seen. After a crash, or where anything failed, it begins at the same instant again.
 */
export async function compareMovements(
  context: ScanContext,
  payer: Payer,
  sinceMs: number | null,
): Promise<void> {
  const { store, world, dryRun, stop } = context
  const { service, provider } = payer
  if (stop.aborted || payer.down() !== null) return
  const span = nextSpan({
    ...provider.movements,
    covered: await store.coverage.of(service, 'objects'),
    bornMs: await bornMs(context, service),
    sinceMs,
    overlapMs: OVERLAP_MS,
    nowMs: world.clock.now(),
  })
  if (span === null) return
  let isWhole = true
  const failure = await tryOne(context, `payments of ${service}`, async () => {
    const unlisted = await store.payments.paidIn(service, span)
    for await (const page of payer.read(provider.movements.in(span))) {
      for (const listed of page) {
        if (stop.aborted) return
        unlisted.delete(listed.paymentId)
        context.tally.compared += 1
        isWhole = (await compareOne(context, payer, listed)) && isWhole
      }
    }
    for (const [outsideId, id] of unlisted)
      isWhole = (await askFor(context, payer, { outsideId, id })) && isWhole
  })
  if (failure === null && isWhole && !stop.aborted && !dryRun) await cover(context, service, span)
}

async function cover({ store }: ScanContext, service: string, span: Span): Promise<void> {
  await store.coverage.extend(service, 'objects', span)
}

/** False where it could not be looked at. */
async function compareOne(context: ScanContext, payer: Payer, listed: Listed): Promise<boolean> {
  const { store, world } = context
  if (await store.payments.isInBooks(payer.service, listed)) return true
  // Not looked at: of an account with many other sales each would be a question.
  if (context.hasOtherSales && !(await isOurs(context, payer, listed))) {
    context.tally.others.add(listed.paymentId)
    return true
  }
  if (payer.down() !== null) return false
  const failure = await tryOne(context, listed.paymentId, async () => {
    const askedMs = world.clock.now()
    const { payments } = await payer.ask(async () => payer.provider.look(listed.thing))
    await recordAll(context, payer, payments, { by: 'scan', askedMs })
  })
  return failure === null
}

/** What went back of a payment is of our business where the payment is. */
async function isOurs({ store }: ScanContext, { service }: Payer, listed: Listed): Promise<boolean> {
  const ids = listed.kind === 'payment' ? listed.ids : {}
  return store.payments.isOurs(service, { id: listed.paymentId, ids, linkId: null })
}

/** The same. */
async function askFor(
  context: ScanContext,
  payer: Payer,
  { outsideId, id }: { readonly outsideId: string; readonly id: string },
): Promise<boolean> {
  const { store, world, dryRun, tally } = context
  if (payer.down() !== null) return false
  const failure = await tryOne(context, outsideId, async () => {
    const askedMs = world.clock.now()
    const facts = await payer.ask(async () => payer.provider.showPayment(outsideId))
    if (facts !== null) await recordAll(context, payer, [facts], { by: 'scan', askedMs })
    if (facts?.state === 'paid') return
    tally.doubted.add(id)
    if (!dryRun) await store.payments.doubt(id)
  })
  return failure === null
}
