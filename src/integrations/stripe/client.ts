import type { Stripe } from 'stripe'
import type { Span } from '../../domain/coverage.ts'
import { fits, isObject, type Shape } from '../../domain/shape.ts'
import { sha256 } from '../../kernel/digest.ts'
import { redactor } from '../../kernel/redaction.ts'
import { networkFailure, ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import { notStripe } from './failure.ts'
import { httpClient } from './http-client.ts'

/** Where Stripe is and how it is asked. */
export interface StripeOptions {
  readonly baseUrl: string
  readonly secretKey: string
  readonly timeoutMs: number
  readonly world: Pick<World, 'fetch' | 'clock' | 'random'>
}

/** The account that a key opens. */
export interface StripeAccount {
  readonly id: string
  /** Whether it may take money yet. */
  readonly takesPayments: boolean
}

const LINK: Shape = { id: 'text', url: 'text', active: 'any', livemode: 'any', metadata: {} }
const SESSION: Shape = { id: 'text', payment_status: 'text' }
const INTENT: Shape = {
  id: 'text',
  status: 'text',
  amount: 'number',
  amount_received: 'number',
  currency: 'text',
}
const REFUND: Shape = { id: 'text', amount: 'number', currency: 'text' }
const DISPUTE: Shape = {
  id: 'text',
  amount: 'number',
  currency: 'text',
  status: 'text',
  evidence_details: {},
  balance_transactions: [{ fee: 'number' }],
}
const EVENT: Shape = { id: 'text', type: 'text', created: 'number', data: {} }
const PAYOUT: Shape = { id: 'text', amount: 'number', currency: 'text', status: 'text' }
const MOVE: Shape = { id: 'text', amount: 'number', fee: 'number', net: 'number', currency: 'text' }
const ACCOUNT: Shape = { id: 'text', charges_enabled: 'any' }

const QUICK_TRIES = 3
const QUICK_WAIT_MS = 400
/** Where Stripe asks for a longer wait, the caller decides. */
const LONGEST_QUICK_WAIT_MS = 5_000

/**
 * Stripe behind its API and its official SDK, which is loaded at the first call. A request that was refused for its
 * rate is sent again shortly, and so is one that only reads: the SDK does neither. Every method may throw
 * `ServiceFailure`; what it says is without the key.
 */
export function stripeClient(options: StripeOptions) {
  const { baseUrl, secretKey, timeoutMs, world } = options
  let loading: Promise<Stripe> | null = null
  const sending = { baseUrl, timeoutMs, world, redact: redactor([secretKey]) }
  const send = async <T>(
    does: 'reads' | 'writes',
    shape: Shape,
    ask: (sdk: Stripe) => Promise<T>,
  ): Promise<T> => {
    const sdk = await (loading ??= load(secretKey, sending))
    for (let tries = 1; ; tries += 1) {
      try {
        const answer = await ask(sdk)
        if (fits(answer, shape)) return answer
      } catch (error) {
        const failure = failureIn(error)
        const waitMs = quickWaitMs(failure, does, tries, world)
        if (waitMs === null) throw failure
        await world.clock.sleep(waitMs)
        continue
      }
      throw notStripe()
    }
  }
  return {
    credential: sha256(`${baseUrl}\n${secretKey}`).slice(0, 16),
    account: async (): Promise<StripeAccount> => {
      const { id, charges_enabled } = await send('reads', ACCOUNT, async sdk =>
        sdk.accounts.retrieveCurrent(),
      )
      return { id: sending.redact(id), takesPayments: charges_enabled }
    },
    /** Whether the newest payment link is live; null where there is none. Reading it needs the right to. */
    newestLinkIsLive: async (): Promise<boolean | null> => {
      const { data } = await send('reads', { data: ['any'] }, async sdk =>
        sdk.paymentLinks.list({ limit: 1 }),
      )
      return data[0]?.livemode ?? null
    },
    /** Stripe remembers the key for 24 hours. */
    createLink: async (params: Stripe.PaymentLinkCreateParams, idempotencyKey: string) =>
      send('writes', LINK, async sdk => sdk.paymentLinks.create(params, { idempotencyKey })),
    link: async (id: string) => send('reads', LINK, async sdk => sdk.paymentLinks.retrieve(id)),
    /** The newest link that is wanted; null where there is none. More than 10,000 are not looked through. */
    findLink: async (wanted: (link: Stripe.PaymentLink) => boolean): Promise<Stripe.PaymentLink | null> =>
      firstOf(wanted, async page => send('reads', listOf(LINK), async sdk => sdk.paymentLinks.list(page))),
    /** From now on nobody begins to pay at it. */
    deactivate: async (id: string) =>
      send('writes', LINK, async sdk => sdk.paymentLinks.update(id, { active: false })),
    /** The visits that were begun at a link, newest first. */
    sessions: async (payment_link: string): Promise<Stripe.Checkout.Session[]> =>
      listed(async page => {
        const given = { payment_link, ...page }
        return send('reads', listOf(SESSION), async sdk => sdk.checkout.sessions.list(given))
      }),
    expire: async (id: string) => send('writes', SESSION, async sdk => sdk.checkout.sessions.expire(id)),
    session: async (id: string) => send('reads', SESSION, async sdk => sdk.checkout.sessions.retrieve(id)),
    /** A payment, with its newest charge and what was booked for that. */
    intent: async (id: string) =>
      send('reads', INTENT, async sdk =>
        sdk.paymentIntents.retrieve(id, { expand: ['latest_charge.balance_transaction'] }),
      ),
    charge: async (id: string) => send('reads', { id: 'text' }, async sdk => sdk.charges.retrieve(id)),
    refund: async (id: string) => send('reads', { id: 'text' }, async sdk => sdk.refunds.retrieve(id)),
    /** Stripe remembers the key for 24 hours. */
    createRefund: async (params: Stripe.RefundCreateParams, idempotencyKey: string) =>
      send('writes', REFUND, async sdk => sdk.refunds.create(params, { idempotencyKey })),
    dispute: async (id: string) => send('reads', { id: 'text' }, async sdk => sdk.disputes.retrieve(id)),
    /** The newest payouts. */
    payouts: async (limit: number): Promise<Stripe.Payout[]> => {
      const { data } = await send('reads', listOf(PAYOUT), async sdk => sdk.payouts.list({ limit }))
      return data
    },
    payout: async (id: string) => send('reads', PAYOUT, async sdk => sdk.payouts.retrieve(id)),
    /** All movements of the balance that a payout is made of, with itself, and what each is about. */
    movesOfPayout: async (payout: string): Promise<Stripe.BalanceTransaction[]> =>
      listed(async page => {
        const given = { payout, expand: ['data.source'], ...page }
        return send('reads', listOf(MOVE), async sdk => sdk.balanceTransactions.list(given))
      }),
    /** All refunds of a payment, newest first. */
    refunds: async (payment_intent: string): Promise<Stripe.Refund[]> =>
      listed(async page => {
        const given = { payment_intent, ...page }
        return send('reads', listOf(REFUND), async sdk => sdk.refunds.list(given))
      }),
    /** Events of these types, newest first; Stripe knows those of 30 days. */
    events: (span: Span, types: readonly string[]) =>
      pages(page =>
        send('reads', listOf(EVENT), async sdk =>
          sdk.events.list({ types: [...types], created: createdIn(span), ...page }),
        ),
      ),
    /** Payments that were begun in a span, newest first, each with its newest charge. */
    intentsIn: (span: Span) =>
      pages(page =>
        send('reads', listOf(INTENT), async sdk =>
          sdk.paymentIntents.list({ created: createdIn(span), expand: ['data.latest_charge'], ...page }),
        ),
      ),
    /** Refunds of any payments that were made in a span, newest first. */
    refundsIn: (span: Span) =>
      pages(page =>
        send('reads', listOf(REFUND), async sdk => sdk.refunds.list({ created: createdIn(span), ...page })),
      ),
    /** Disputes about any payments that were opened in a span, newest first. */
    disputesIn: (span: Span) =>
      pages(page =>
        send('reads', listOf(DISPUTE), async sdk => sdk.disputes.list({ created: createdIn(span), ...page })),
      ),
    /** All disputes of a payment, newest first. */
    disputes: async (payment_intent: string): Promise<Stripe.Dispute[]> =>
      listed(async page => {
        const given = { payment_intent, ...page }
        return send('reads', listOf(DISPUTE), async sdk => sdk.disputes.list(given))
      }),
  }
}

/** What is asked of Stripe. */
export type StripeClient = ReturnType<typeof stripeClient>

interface Page {
  readonly limit: number
  readonly starting_after?: string
}

/** Asks for one page of a list. */
type AskPage<T> = (page: Page) => Promise<{ readonly data: readonly T[]; readonly has_more: boolean }>

const PAGE_SIZE = 100
const MOST_PAGES = 100

/** All of a list, however long, a page at a time. */
async function* pages<T extends { readonly id: string }>(ask: AskPage<T>): AsyncGenerator<readonly T[]> {
  let last: string | undefined
  for (;;) {
    const after = last === undefined ? {} : { starting_after: last }
    const { data, has_more } = await ask({ limit: PAGE_SIZE, ...after })
    yield data
    last = data.at(-1)?.id
    if (!has_more || last === undefined) return
  }
}

/** Stripe counts whole seconds: what is of either edge is among them. */
function createdIn({ fromMs, toMs }: Span): Stripe.RangeQueryParam {
  return { gte: Math.floor(fromMs / 1000), lte: Math.floor(toMs / 1000) }
}

/** All of a list, newest first, as far as it goes within bounds. */
async function listed<T extends { readonly id: string }>(ask: AskPage<T>): Promise<T[]> {
  const all: T[] = []
  await firstOf(one => (all.push(one), false), ask)
  return all
}

/** The first of a list that is wanted. @throws ServiceFailure where the list has no end within bounds */
async function firstOf<T extends { readonly id: string }>(
  isWanted: (one: T) => boolean,
  ask: AskPage<T>,
): Promise<T | null> {
  let last: string | undefined
  for (let number = 0; number < MOST_PAGES; number += 1) {
    const after = last === undefined ? {} : { starting_after: last }
    const { data, has_more } = await ask({ limit: PAGE_SIZE, ...after })
    const found = data.find(isWanted)
    if (found !== undefined) return found
    last = data.at(-1)?.id
    if (!has_more || last === undefined) return null
  }
  throw new ServiceFailure('a list of Stripe is longer than can be looked through', {
    errorClass: 'permanent',
    billed: 'no',
  })
}

async function load(secretKey: string, sending: Parameters<typeof httpClient>[0]): Promise<Stripe> {
  const { Stripe: Sdk } = await import('stripe')
  return new Sdk(secretKey, {
    httpClient: httpClient(sending),
    // Its own retries would not heed what Stripe asks to wait.
    maxNetworkRetries: 0,
    telemetry: false,
  })
}

/** The SDK wraps what its sender throws: as the detail of a connection, or as an answer that is no JSON. */
function failureIn(error: unknown): ServiceFailure {
  const raw = isObject(error) ? error['raw'] : null
  const { detail, exception } = isObject(raw) ? raw : {}
  const thrown = exception ?? detail
  if (thrown === undefined) throw error
  return thrown instanceof ServiceFailure ? thrown : networkFailure(thrown)
}

function listOf(shape: Shape): Shape {
  return { data: [shape], has_more: 'any' }
}

/** How long to wait before the next try; null where there is to be none. */
function quickWaitMs(
  { errorClass, retryAfterMs }: ServiceFailure,
  does: 'reads' | 'writes',
  tries: number,
  { random }: Pick<World, 'random'>,
): number | null {
  const helps = errorClass === 'throttled' || (errorClass === 'transient' && does === 'reads')
  if (!helps || tries >= QUICK_TRIES) return null
  const waitMs = retryAfterMs ?? QUICK_WAIT_MS * 2 ** (tries - 1) * (1 + random.fraction())
  return waitMs > LONGEST_QUICK_WAIT_MS ? null : waitMs
}
