import { recordAll, tryOne, type ScanContext } from './scan-context.ts'

/** Each costs a request. What is more has its turn in the next scan: what was asked about moves to the end. */
const MOST_ASKED_ABOUT = 50

/**
 * Asks about payments that are on their way and belong to no link, by which they would be looked at: a bank debit takes
 * days, and the list that told of it is not read so far back again.
 */
export async function followPending(context: ScanContext): Promise<void> {
  const { store, world, stop } = context
  for (const { service, outsideId } of await store.payments.pendingWithoutLink(MOST_ASKED_ABOUT)) {
    const payer = context.payers.find(each => each.service === service)
    if (stop.aborted) return
    if (payer === undefined || payer.down() !== null) continue
    await tryOne(context, outsideId, async () => {
      const askedMs = world.clock.now()
      const facts = await payer.ask(async () => payer.provider.showPayment(outsideId))
      if (facts !== null) await recordAll(context, payer, [facts], { by: 'scan', askedMs })
    })
  }
}
