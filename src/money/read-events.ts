import { nextSpan } from '../domain/coverage.ts'
import type { Payer } from './payer.ts'
import { tryOne, type ScanContext } from './scan-context.ts'

/** Events of one second may be told a little later than others of it. */
const OVERLAP_MS = 3_600_000

/**
 * Reads the events that a service lists since the last scan, and stores those that no webhook told of: they are worked
 * like webhooks, each once. After a crash, or where the list broke off, it begins at the same instant again.
 */
export async function readEvents(context: ScanContext, payer: Payer, sinceMs: number | null): Promise<void> {
  const { store, world, dryRun, stop } = context
  const { service, provider } = payer
  const { events } = provider
  // A dry run stores nothing: what it would find, it finds as payments.
  if (events === null || dryRun || stop.aborted) return
  const span = nextSpan({
    ...events,
    covered: await store.coverage.of(service, 'events'),
    bornMs: await bornMs(context, service),
    sinceMs,
    overlapMs: OVERLAP_MS,
    nowMs: world.clock.now(),
  })
  if (span === null) return
  await tryOne(context, `events of ${service}`, async () => {
    for await (const page of payer.read(events.in(span))) await store.webhooks.takeRead(service, page)
    await store.coverage.extend(service, 'events', span)
  })
}

/** Since when the store belongs to the account: what was paid there before is none of its business. */
export async function bornMs({ store, world }: ScanContext, service: string): Promise<number> {
  return (await store.accounts.get(service))?.sinceMs ?? world.clock.now()
}
