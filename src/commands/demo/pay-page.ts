import { defect } from '../../kernel/errors.ts'
import { optional, textField, wholeNumberField } from '../../kernel/field.ts'
import type { Fetch } from '../../kernel/http/fetch.ts'
import type { Clock } from '../../kernel/world.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'
import { armFault, clearFaults, control } from './board.ts'
import { WAYS, type Paying } from './clients.ts'

/**
 * Plays a client with a browser: opens the link, is sent on to the page, and sends its form, again by another way where
 * one was declined.
 */
export async function payAtLink(fetch: Fetch, link: string, { by }: Paying): Promise<void> {
  const opened = await fetch(link)
  const page = new URL(opened.headers.get('location') ?? '', link)
  for (const way of by) {
    const paid = await fetch(page, { method: 'POST', body: new URLSearchParams({ method: WAYS[way] }) })
    const wanted = way === 'declined' ? DECLINED : TO_THE_END
    if (paid.status !== wanted)
      throw defect(`the page of the sandbox did not take ${way}: ${await paid.text()}`)
  }
}

const DECLINED = 402
const TO_THE_END = 303

/** While it lasts the stand-in tells of nothing that happens, as if its events had never been. */
export async function untold(fetch: Fetch, stripe: string, happening: () => Promise<void>): Promise<void> {
  await armFault(fetch, stripe, { action: { type: 'event-lost' }, times: 1000 })
  await happening()
  await clearFaults(fetch, stripe)
}

/** Brings the time of the stand-in up to ours: what it signs is believed for five minutes. */
export async function bringUpToTime(fetch: Fetch, stripe: string, clock: Clock): Promise<void> {
  const pass = async (seconds: number) => control(fetch, `${stripe}/__sandbox/stripe/clock`, { seconds })
  const { now } = sandboxAnswer({ now: textField('its time') }, await pass(0))
  const behindS = Math.round((clock.now() - Date.parse(now)) / 1000)
  if (behindS > 0) await pass(behindS)
}

/** Has it send webhooks to an address: of what a store should hear of, as the README says. */
export async function sendWebhooksTo(fetch: Fetch, stripe: string, address: string): Promise<void> {
  const url = `${address}/webhook/stripe`
  await control(fetch, `${stripe}/__sandbox/stripe/endpoint`, { url, events: EVENTS.join(',') })
}

const EVENTS = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'charge.refunded',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
]

/** Waits until all webhooks that it has to send are sent. */
export async function webhooksSent(
  fetch: Fetch,
  stripe: string,
  clock: Clock,
  stop: AbortSignal,
): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS && !stop.aborted; looks += 1) {
    const answer: unknown = await (await fetch(`${stripe}/__sandbox/state`)).json()
    const told =
      typeof answer === 'object' && answer !== null && 'webhooks' in answer ? answer.webhooks : null
    const { waiting = 0 } = sandboxAnswer({ waiting: optional(wholeNumberField('on their way', 0)) }, told)
    if (waiting === 0) return
    await clock.sleep(BETWEEN_MS, stop)
  }
}

const BETWEEN_MS = 20
const MOST_LOOKS = 500
