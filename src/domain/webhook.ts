/**
 * An event that a service told of by a webhook. It is a hint: what it is about is asked for before anything is recorded,
 * so that a false or a late one does no harm.
 */
export interface WebhookEvent {
  /** The service's id of it. */
  readonly id: string
  /** By what it is told apart: its id; of one that repeats another in another form, the id of that. */
  readonly key: string
  readonly type: string
  /** What it is about: a kind of the service's own, and the id. Null where nothing follows from it. */
  readonly thing: { readonly kind: string; readonly id: string } | null
  readonly isLive: boolean
  /** When it happened, as the service says. */
  readonly atMs: number
  /** Why nothing follows from it; null where it has a thing. */
  readonly ignored: string | null
}

/** What came, as far as it is needed to verify it later. */
export interface RawWebhook {
  /** Byte for byte; what is no UTF-8 is no webhook of anybody. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** How long one that could not be worked may wait for its next try. */
export const LONGEST_WEBHOOK_WAIT_MS = 86_400_000

/** Of a service: more that cannot be verified are not kept. Anybody may send them. */
export const MOST_UNVERIFIED = 1_000
