import type { RawWebhook, WebhookEvent } from '../domain/webhook.ts'

/** A webhook as it came. */
export interface WebhookArrival {
  /** As it was sent, byte for byte: it is what was signed. */
  readonly body: Uint8Array
  /** By its name in lower case; null where it is not there, or there more than once. */
  readonly header: (name: string) => string | null
  readonly atMs: number
}

/**
 * `event`: it was sent by the service. `unverified`: that cannot be judged here and now; it is kept, and judged later.
 * `refused`: it was not, or not for us. `why` is a few words, from a short list: they are counted by it.
 */
export type WebhookReading =
  | { readonly kind: 'event'; readonly event: WebhookEvent }
  | { readonly kind: 'unverified'; readonly raw: RawWebhook; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }

/** Tells what a webhook is; for one service. */
export interface WebhookReader {
  /** Asks nobody, and loads nothing: it is called for whatever anybody sends. Never throws. */
  read(arrival: WebhookArrival): WebhookReading
  /**
   * Judges one that was kept as unverified, and came at `receivedMs`; it may ask the service. Left out where none is.
   * @throws ServiceFailure where that cannot be told now
   */
  verify?(raw: RawWebhook, receivedMs: number): Promise<WebhookReading>
}
