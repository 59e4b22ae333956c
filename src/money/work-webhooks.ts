import { isRefusal, type ServiceFailure } from '../kernel/service-failure.ts'
import type { OutsideThing } from '../roles/payment-provider.ts'
import type { WebhookReading } from '../roles/webhook-reader.ts'
import type { WaitingWebhook } from '../store/webhooks.ts'
import { lookAtLink } from './look-at-links.ts'
import type { Payer } from './payer.ts'
import { recordAll, tryOne, type ScanContext } from './scan-context.ts'

/** Webhooks that are read at once. */
const BATCH = 200
/** The wait before the second try of one, which doubles with each, up to a day. */
const FIRST_WAIT_MS = 60_000
const LONGEST_WAIT_MS = 86_400_000
/** After so many tries, some four hours, what its service refuses to show is given up. */
const MOST_TRIES = 9

/**
 * Works the webhooks whose turn it is, in the order in which they came: what each is about is asked for, and recorded.
 * An event is a hint, so working one twice, or after a crash, comes to the same. What its service does not give is tried
 * again later; where the service is down, its webhooks are left as they are.
 */
export async function workWebhooks(context: ScanContext): Promise<void> {
  const seen = new Set<string>()
  for (;;) {
    // What was left is due as before, and stands in front of what is new.
    const due = await context.store.webhooks.due(seen.size + BATCH)
    const unseen = due.filter(({ id }) => !seen.has(id))
    if (unseen.length === 0) return
    for (const webhook of unseen) {
      if (context.stop.aborted) return
      seen.add(webhook.id)
      await workOne(context, webhook)
    }
  }
}

async function workOne(context: ScanContext, webhook: WaitingWebhook): Promise<void> {
  const payer = context.payers.find(({ service }) => service === webhook.service)
  if (payer === undefined || payer.down() !== null) {
    context.tally.left += 1
    return
  }
  const failure = await tryOne(context, webhook.id, async () => {
    const thing = await thingOf(context, payer, webhook)
    if (thing === null) return
    await lookAt(context, payer, thing)
    if (!context.dryRun) await context.store.webhooks.worked(webhook.id)
    context.tally.worked += 1
  })
  if (failure !== null && payer.down() === null) await putOff(context, webhook, failure)
}

/** What it is about; null where nothing follows from it, or whether it is the service's cannot be told now. */
async function thingOf(
  context: ScanContext,
  payer: Payer,
  webhook: WaitingWebhook,
): Promise<OutsideThing | null> {
  if (webhook.state === 'stored') return webhook.event.thing
  const { raw, receivedMs } = webhook
  const { reader } = payer
  const reading = await payer.ask(async () => (await reader?.verify?.(raw, receivedMs)) ?? UNREAD)
  if (!context.dryRun) await keepReading(context, webhook, reading)
  return reading.kind === 'event' ? reading.event.thing : null
}

const UNREAD = { kind: 'unread', why: 'nothing is set up to verify it by' } as const

/** Kept before it is worked: after a crash it is an event like any other, or none. */
async function keepReading(
  context: ScanContext,
  webhook: WaitingWebhook,
  reading: WebhookReading | typeof UNREAD,
): Promise<void> {
  const { webhooks } = context.store
  if (reading.kind === 'event') {
    await webhooks.verified(webhook.id, reading.event)
  } else if (reading.kind === 'refused') {
    await webhooks.refused(webhook.service, reading.why, 1)
    await webhooks.failed(webhook.id, reading.why, null)
  } else {
    await webhooks.failed(webhook.id, reading.why, nextTry(context, webhook))
  }
}

async function lookAt(context: ScanContext, payer: Payer, thing: OutsideThing): Promise<void> {
  const askedMs = context.world.clock.now()
  const seen = await payer.ask(async () => payer.provider.look(thing))
  await recordAll(context, payer, seen.payments, { by: 'webhook', askedMs })
  for (const outsideId of seen.links) {
    const link = await context.store.links.byOutsideId(payer.service, outsideId)
    if (link !== null) await lookAtLink(context, payer, link, 'webhook')
  }
}

/** What is refused for so long will not be shown any more. */
async function putOff(context: ScanContext, webhook: WaitingWebhook, failure: ServiceFailure): Promise<void> {
  if (context.dryRun) return
  const isOver = isRefusal(failure) && webhook.tries + 1 >= MOST_TRIES
  const againMs = isOver ? null : nextTry(context, webhook)
  await context.store.webhooks.failed(webhook.id, failure.message, againMs)
}

function nextTry({ world }: ScanContext, { tries }: WaitingWebhook): number {
  return world.clock.now() + Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS)
}
