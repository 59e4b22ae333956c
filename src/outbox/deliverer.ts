import { isNotice } from '../domain/notice.ts'
import type { AppError } from '../kernel/errors.ts'
import type { AlertChannel } from '../roles/alert-channel.ts'
import type { Effect } from '../store/effect-rows.ts'
import type { Learned } from '../store/outbox.ts'

/** How a delivery ended. `unfound` was looked up, is not there, and is looked up once more before it is made. */
export type Delivery =
  | { readonly kind: 'done'; readonly thing: Learned | null }
  | { readonly kind: 'unfound'; readonly againAtMs: number }
  | { readonly kind: 'impossible'; readonly why: string }

/** A service may not find what is there, above all what it has just made; what is refused so often is refused for itself. */
export const REFUSED_TRIES = 3

/** A service may not show at once what it has just taken. */
export const SECOND_LOOK_MS = 10_000

/** Those that can deliver in one call; a service that cannot be opened stops no other. */
export interface OpenDeliverers {
  readonly ready: readonly Deliverer[]
  readonly failed: readonly { readonly service: string; readonly error: AppError }[]
}

/**
 * Opens what delivers to these services in one call, each at most once; those that deliver nothing are left out. A job
 * that finds nothing to write, as most do, loads the code of no service.
 */
export type Deliverers = (services: readonly string[]) => Promise<OpenDeliverers>

/** Deliverers to some services alone. */
export function onlyTo(open: Deliverers, isMeant: (service: string) => boolean): Deliverers {
  return async services => open(services.filter(isMeant))
}

/** Delivers the effects of one service, for one call of the program. */
export interface Deliverer {
  readonly service: string
  /** Whether a request could be sent now without making anybody wait. */
  hasRoom(): Promise<boolean>
  /**
   * Sends one effect, or several of a kind that are delivered as one: those that were claimed together.
   * @throws ServiceFailure where the service does not take it
   */
  deliver(head: Effect, effects: readonly Effect[]): Promise<Delivery>
  /**
   * Why nothing can be written to a place for now; null where it is there, and what was refused was refused for itself.
   * @throws ServiceFailure where the service does not tell
   */
  whyAway(place: string): Promise<string | null>
}

/** Delivers the notices of a channel, which takes each at once or says why not. */
export function noticeDeliverer(channel: AlertChannel): Deliverer {
  return {
    service: channel.service,
    hasRoom: async () => true,
    whyAway: async () => null,
    deliver: async ({ body, key, uncertain }) => {
      if (!isNotice(body))
        return { kind: 'impossible', why: `${channel.service} takes notices of alerts alone` }
      await channel.tell(body, key, uncertain)
      return { kind: 'done', thing: null }
    },
  }
}
