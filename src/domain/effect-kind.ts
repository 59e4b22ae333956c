import type { Shape } from './shape.ts'

/** What an effect writes, as it is kept; its kind tells how it is read. */
export interface EffectBody {
  readonly kind: string
}

/**
 * One kind of write to the outside. The service that delivers it declares it; the store and the engine that delivers
 * know kinds by these facts alone.
 */
export interface EffectKind<Body extends EffectBody = EffectBody> {
  readonly kind: Body['kind']
  /** What it writes, in a few words, for people. */
  readonly writes: string
  /** What the kept body has to look like to be read. */
  readonly shape: Readonly<Record<string, Shape>>
  /** Those that wait for one target one after the other are delivered as one. */
  readonly isMerged: boolean
  /** It takes several requests: the one that was refused says nothing of those before it. */
  readonly isInParts: boolean
  /**
   * What has to be there for it to be delivered, by a name that its service knows; effects of one place die and come
   * back together.
   */
  placeOf(body: Body): string
  /** What is still to be said beside those that came after it on its target; null where all of it was said again. */
  stillToSay(body: Body, later: readonly EffectBody[]): Body | null
  /** Whether its delivery takes the tick off the row that its run came from. */
  confirmsTick?(body: Body): boolean
}

/** The kinds that there are, by service and name. */
export interface EffectKinds {
  /** Null for a kind that an older or newer program wrote: it is shown, and never delivered. */
  of(effect: { readonly service: string; readonly kind: string }): EffectKind | null
  /** The names of all that a service delivers. */
  namesOf(service: string): readonly string[]
}

/** Gathers what services declare. */
export function effectKinds(
  services: readonly { readonly name: string; readonly effects: readonly EffectKind[] }[],
): EffectKinds {
  const known = new Map(
    services.flatMap(({ name, effects }) => effects.map(kind => [`${name}/${kind.kind}`, kind] as const)),
  )
  const names = new Map(services.map(({ name, effects }) => [name, effects.map(({ kind }) => kind)]))
  return {
    of: ({ service, kind }) => known.get(`${service}/${kind}`) ?? null,
    namesOf: service => names.get(service) ?? [],
  }
}

/** An effect to be recorded. `name` is the last part of its key, `<subject>/<kind>/<name>`; null numbers it. */
export interface NewEffect<Body extends EffectBody = EffectBody> {
  readonly name: string | null
  readonly target: string
  readonly body: Body
  /**
   * A state in between, that the next one makes void: written when it has stood for so long and requests are to
   * spare, else with the next. Null, or left out, for what is written in any case.
   */
  readonly passingMs?: number | null
}

/** `dead` cannot be delivered as things are; `dismissed` was dead, and the operator wants no more of it. */
export type EffectState = 'pending' | 'done' | 'dead' | 'dismissed'

/**
 * Why an effect is dead. `target`: its place is away, and it is written when that is back. `refused`: what was sent
 * was refused for itself.
 */
export type DeadCause = 'target' | 'refused'
