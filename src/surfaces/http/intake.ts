import { asAppError } from '../../kernel/errors.ts'
import type { WebhookArrival, WebhookReader, WebhookReading } from '../../roles/webhook-reader.ts'
import type { Store } from '../../store/index.ts'
import type { Tally } from './tally.ts'

/** What is answered: nothing of what went wrong inside. */
export interface Answer {
  readonly status: number
  readonly body: string
  /** When to send it again, in seconds; null where that would not help. */
  readonly retryAfterS: number | null
}

/** A webhook as it came, and from where. */
export interface SentWebhook extends WebhookArrival {
  readonly from: string
}

/** What the intake works with. */
export interface IntakeOptions {
  /** By service; null for one whose webhooks cannot be judged, as nothing is set up. */
  readonly readers: ReadonlyMap<string, WebhookReader | null>
  readonly store: Pick<Store, 'webhooks'>
  readonly tally: Tally
  /** Something new is in the store. */
  readonly stored: () => void
}

/** Takes one webhook of a service. Never throws. */
export type Intake = (service: string, sent: SentWebhook) => Promise<Answer>

/**
 * Takes webhooks: judged without asking anybody, stored once, and only then answered with 200. What they are about is
 * asked for and recorded later, by whoever works them.
 */
export function webhookIntake({ readers, store, tally, stored }: IntakeOptions): Intake {
  return async (service, sent) => {
    const reader = readers.get(service)
    if (reader === undefined) return NOT_FOUND
    if (reader === null) return NOT_SET_UP
    const reading = reader.read(sent)
    if (reading.kind === 'refused') {
      tally.refused(service, reading.why, sent.from)
      return REFUSED
    }
    try {
      const taken = await store.webhooks.take(service, reading)
      if (taken === 'full') return tooMany(service, tally, sent.from)
      if (taken === 'stored' && isToBeWorked(reading)) stored()
      return TAKEN
    } catch (thrown) {
      tally.notStored(service, asAppError(thrown))
      return LATER
    }
  }
}

function isToBeWorked(reading: WebhookReading): boolean {
  return reading.kind === 'unverified' || (reading.kind === 'event' && reading.event.thing !== null)
}

function tooMany(service: string, tally: Tally, from: string): Answer {
  tally.refused(service, 'too many wait to be verified', from)
  return LATER
}

const TAKEN: Answer = { status: 200, body: '{"received":true}', retryAfterS: null }
const REFUSED = refusal(400, 'not a webhook of this service')
/** What was asked for is not here. */
export const NOT_FOUND = refusal(404, 'no such address')
const NOT_SET_UP = refusal(503, 'not set up', 300)
const LATER = refusal(503, 'cannot be stored now', 5)

/** An answer that says no. */
export function refusal(status: number, error: string, retryAfterS: number | null = null): Answer {
  return { status, body: JSON.stringify({ error }), retryAfterS }
}
