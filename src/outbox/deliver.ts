import type { DeadCause } from '../domain/effect-kind.ts'
import { LONGEST_RETRY_AFTER_MS, LOOK_AGAIN_MS, LOOK_RARELY_MS } from '../domain/retry-schedule.ts'
import { asAppError, isStoreFailure, type AppError, type Outcome } from '../kernel/errors.ts'
import { LEASE_RENEWAL_MS } from '../kernel/lease.ts'
import type { Log } from '../kernel/log.ts'
import { nextAfter, ServiceFailure } from '../kernel/service-failure.ts'
import type { World } from '../kernel/world.ts'
import type { Store } from '../store/index.ts'
import type { Effect } from '../store/effect-rows.ts'
import type { FailedDelivery, Passing } from '../store/outbox.ts'
import {
  REFUSED_TRIES,
  type Deliverer,
  type Deliverers,
  type Delivery,
  type OpenDeliverers,
} from './deliverer.ts'

/** What a pass over the outbox came to. */
export interface Delivered {
  readonly delivered: number
  readonly failed: readonly Undelivered[]
}

/** A pass that was not made. */
export const NOTHING_DELIVERED: Delivered = { delivered: 0, failed: [] }

/** An effect that was tried in vain, or a service, by its name, to which nothing could be written. */
export interface Undelivered {
  readonly id: string
  readonly kind: string
  readonly message: string
  /** What to type. */
  readonly next: string
  /** What the service's answer says of the cause; null where none was asked for, or it is ours. */
  readonly errorClass: ServiceFailure['errorClass'] | null
}

/** Failures in a row after which the rest is left to the next pass: the service is down. */
const FAILURES_TO_STOP = 3
/** Targets that are written to at once: an answer takes longer than the shared rate wants us to wait. */
const AT_ONCE = 4

/** What delivering works with. */
export interface OutboxContext {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly store: Store
  readonly log: Log
  readonly stop: AbortSignal
  readonly deliverers: Deliverers
  /** Those that are opened, also where nothing waits for them; left out, those for which something does. */
  readonly services?: readonly string[]
}

/** The same for one of the services. */
type ServiceContext = Omit<OutboxContext, 'deliverers'> & { readonly deliverer: Deliverer }

/**
 * Delivers every due effect once, in order within each target. What fails is due again later; what cannot succeed as
 * things are is dead, until what it needs is back, which is looked at here but beside work. Services are delivered to
 * beside each other, and one that is down stops no other. Any number of processes may do this on one store.
 * Beside work (`besideWork`) states in between wait for requests to spare; after it, nothing more comes that they could
 * be written with.
 */
export async function deliverDue(context: OutboxContext, besideWork = false): Promise<Delivered> {
  const { ready, failed } = await wantedDeliverers(context)
  const passes = await all(ready.map(async deliverer => deliverTo({ ...context, deliverer }, besideWork)))
  return {
    delivered: passes.reduce((sum, { delivered }) => sum + delivered, 0),
    failed: [
      // Told once, by the pass after the work.
      ...(besideWork ? [] : failed.map(({ service, error }) => unopened(service, error))),
      ...passes.flatMap(pass => pass.failed),
    ],
  }
}

/**
 * Opens the services for which something waits, or is dead and may come back, and no other: why one cannot be opened
 * is told where that keeps something from it. Where services are named, it is those.
 */
export async function wantedDeliverers({
  store,
  deliverers,
  services,
}: Pick<OutboxContext, 'store' | 'deliverers' | 'services'>): Promise<OpenDeliverers> {
  return deliverers(services ?? (await store.effects.wanting(LOOK_WAITS)))
}

/**
 * For what is nothing but a delivery: where no service can be written to, the reason why is the answer.
 * @throws AppError
 */
export function requireDeliverer({ ready, failed }: OpenDeliverers): void {
  const [first] = failed
  if (ready.length === 0 && first !== undefined) throw first.error
}

/** What a delivery would come to before it is begun: services that could not be opened get nothing. */
export function plannedDelivery({ failed }: OpenDeliverers): Delivered {
  return { delivered: 0, failed: failed.map(({ service, error }) => unopened(service, error)) }
}

/** Nothing was written to a service because it could not be opened. */
function unopened(service: string, error: AppError): Undelivered {
  const errorClass = error.kind === 'config' ? 'credential' : null
  return { id: service, kind: service, message: error.message, next: error.hint, errorClass }
}

/** @throws AppError `store`, after what is being sent was recorded as far as that goes */
async function deliverTo(context: ServiceContext, besideWork: boolean): Promise<Delivered> {
  const pass: Pass = { delivered: 0, failed: [], inRow: 0, besideWork }
  try {
    if (!besideWork) await reviveAt(context)
    await all(Array.from({ length: AT_ONCE }, async () => courier(context, pass)))
  } catch (thrown) {
    const error = asAppError(thrown)
    if (isStoreFailure(error)) throw error
    context.log.error('delivery stopped', { service: context.deliverer.service, error: error.message })
    pass.failed.push(unopened(context.deliverer.service, error))
  }
  return pass
}

/** Waits for all of them, also where one fails: what is being sent is still to be recorded. */
async function all<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const ends = await Promise.allSettled(works)
  return ends.map(end => {
    if (end.status === 'rejected') throw asAppError(end.reason)
    return end.value
  })
}

/** Places looked at in one pass: a bounded number of requests, however many effects are dead. */
const LOOKS = 3
const LOOK_WAITS = { missedMs: LOOK_AGAIN_MS, otherMs: LOOK_RARELY_MS }

/** Looks at places whose effects are dead, where there are requests to spare, and brings back what can be written now. */
export async function reviveWhatIsBack(context: OutboxContext): Promise<void> {
  const { ready } = await wantedDeliverers(context)
  for (const deliverer of ready) {
    if (await deliverer.hasRoom()) await reviveAt({ ...context, deliverer })
  }
}

async function reviveAt(context: ServiceContext): Promise<void> {
  const { store, deliverer } = context
  for (const place of await store.effects.lookAgain(deliverer.service, LOOKS, LOOK_WAITS)) {
    if (context.stop.aborted) return
    try {
      if ((await deliverer.whyAway(place)) === null) await store.effects.revive(deliverer.service, place)
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error
      // The service does not answer: what is due now will say so, and the place is looked at again later.
      context.log.warn('place not looked at', { service: deliverer.service, place, error: error.message })
    }
  }
}

/** How a call ends that was there to deliver. */
export function deliveryOutcome({ failed, delivered }: Delivered): Outcome {
  if (failed.length === 0) return 'ok'
  if (delivered > 0) return 'partial'
  // What a service refuses to this credential it refuses at the next tick too.
  return failed.some(({ errorClass }) => errorClass === 'credential') ? 'config' : 'busy'
}

/** What was tried in vain and has not arrived since, once, with what was said last. */
export async function stillUndelivered(
  { store }: Pick<OutboxContext, 'store'>,
  failed: readonly Undelivered[],
): Promise<Undelivered[]> {
  const byId = new Map(failed.map(effect => [effect.id, effect]))
  const arrived = new Set(await store.outbox.arrived([...byId.keys()]))
  return [...byId.values()].filter(({ id }) => !arrived.has(id))
}

/** What the couriers of one pass share. */
interface Pass {
  delivered: number
  readonly failed: Undelivered[]
  inRow: number
  readonly besideWork: boolean
}

/** With the rate used up, each state in between would make a result wait. */
async function passingOf(context: ServiceContext, { besideWork }: Pass): Promise<Passing> {
  if (!besideWork) return 'all'
  return (await context.deliverer.hasRoom()) ? 'settled' : 'none'
}

/** Delivers until nothing is due: each batch is claimed with the end of the one before. */
async function courier(context: ServiceContext, pass: Pass): Promise<void> {
  const { deliverer } = context
  const { outbox } = context.store
  const isOver = (): boolean => context.stop.aborted || pass.inRow >= FAILURES_TO_STOP
  const claim = async (): Promise<Effect[]> =>
    isOver() ? [] : outbox.claim(deliverer.service, await passingOf(context, pass))
  let effects = await claim()
  for (let [head] = effects; head !== undefined; [head] = effects) {
    const attempt = await tryLeased(context, head, effects)
    if (attempt.ok) {
      pass.delivered += effects.length
      pass.inRow = 0
      const next = isOver() ? null : await passingOf(context, pass)
      effects = await outbox.delivered(effects, attempt.thing, next)
      continue
    }
    await outbox.failed(effects, attempt.failure)
    noteFailure(context, pass, head, attempt)
    effects = await claim()
  }
}

function noteFailure(context: ServiceContext, pass: Pass, head: Effect, attempt: FailedAttempt): void {
  const { failure, errorClass, fix } = attempt
  if (failure.lookedUp) {
    // Looked up and not found is neither delivered nor failed: it waits for its second look.
    pass.inRow = 0
    return
  }
  const next = failure.dead === null ? nextAfter({ fix }) : `echopilot effect show ${head.id}`
  pass.failed.push({ id: head.id, kind: head.kind, message: failure.error, next, errorClass })
  context.log.warn('effect not delivered', {
    effect: head.key,
    error: failure.error,
    dead: failure.dead !== null,
  })
  pass.inRow += failure.dead === null ? 1 : 0
}

/** What came of sending. */
type Attempt =
  { readonly ok: true; readonly thing: Extract<Delivery, { kind: 'done' }>['thing'] } | FailedAttempt

interface FailedAttempt {
  readonly ok: false
  readonly failure: FailedDelivery
  readonly errorClass: Undelivered['errorClass']
  readonly fix: string | null
}

/** Sends while the lease is kept alive: a result of many requests at the shared rate may outlast one. */
async function tryLeased(
  context: ServiceContext,
  head: Effect,
  effects: readonly Effect[],
): Promise<Attempt> {
  const renewal = context.world.clock.every(LEASE_RENEWAL_MS, () => {
    // What fails now may succeed the next time, before the lease is over; one that is lost ends nothing.
    context.store.outbox
      .renew(effects)
      .catch(() => context.log.warn('lease not renewed', { effect: head.key }))
  })
  try {
    const delivery = await context.deliverer.deliver(head, effects)
    return delivery.kind === 'done'
      ? { ok: true, thing: delivery.thing }
      : { ok: false, failure: undelivered(context, delivery), errorClass: null, fix: null }
  } catch (error) {
    const { errorClass, fix } = error instanceof ServiceFailure ? error : { errorClass: null, fix: null }
    return { ok: false, failure: await failureOf(context, head, error), errorClass, fix }
  } finally {
    renewal()
  }
}

function undelivered(context: ServiceContext, delivery: Exclude<Delivery, { kind: 'done' }>): FailedDelivery {
  if (delivery.kind === 'impossible') return dead(context, 'refused', delivery.why)
  const waits = { notBeforeMs: delivery.againAtMs, uncertain: true, lookedUp: true, dead: null }
  return { error: 'looked up, not found', ...waits }
}

function dead(context: ServiceContext, cause: DeadCause, error: string): FailedDelivery {
  const notBeforeMs = context.world.clock.now() + LOOK_AGAIN_MS
  return { error, notBeforeMs, uncertain: true, lookedUp: false, dead: cause }
}

async function failureOf(context: ServiceContext, head: Effect, thrown: unknown): Promise<FailedDelivery> {
  if (!(thrown instanceof ServiceFailure)) {
    const error = asAppError(thrown)
    if (isStoreFailure(error)) throw error
    // A defect of ours must not hold up what comes after it for ever.
    return dead(context, 'refused', error.message)
  }
  const again = triedAgain(context, head, thrown)
  return thrown.errorClass === 'permanent' ? refused(context, head, thrown, again) : again
}

/** Dead, of what it was refused for: that its place is away, or itself. */
async function refused(
  context: ServiceContext,
  head: Effect,
  { status }: ServiceFailure,
  again: FailedDelivery,
): Promise<FailedDelivery> {
  try {
    const away = await context.deliverer.whyAway(head.place)
    if (away !== null) return dead(context, 'target', `${away} (${again.error})`)
    const mayPass = isInParts(context, head) || status === 404
    return mayPass && head.tries < REFUSED_TRIES ? again : dead(context, 'refused', again.error)
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    // Nobody can tell for now.
    return again
  }
}

function isInParts({ store }: ServiceContext, head: Effect): boolean {
  return store.kinds.of(head)?.isInParts ?? false
}

function triedAgain(context: ServiceContext, head: Effect, failure: ServiceFailure): FailedDelivery {
  const askedMs = Math.min(failure.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
  const waitMs = Math.max(WAITS_MS[head.tries - 1] ?? LAST_BACKOFF_MS, askedMs)
  return {
    error: failure.message,
    notBeforeMs: context.world.clock.now() + Math.round(waitMs * (1 + context.world.random.fraction() / 5)),
    // Of many requests the one that was refused says nothing of those before it.
    uncertain: failure.billed === 'unknown' || isInParts(context, head),
    lookedUp: false,
    dead: null,
  }
}

const WAITS_MS = [5_000, 30_000, 120_000, 600_000]
/** Of our own; a service may ask for longer: see LONGEST_DELIVERY_WAIT_MS. */
const LAST_BACKOFF_MS = 900_000
