/** What a `Deliverer` promises, whoever implements it. */
import { describe, expect, test } from 'vitest'
import type { Deliverer, Delivery } from '../../src/outbox/deliverer.ts'
import type { Effect } from '../../src/store/effect-rows.ts'
import type { Store } from '../../src/store/index.ts'
import { failureOf } from '../integrations/openai/support/service.ts'
import type { FakeClock } from '../support/fake-clock.ts'
import { toldOf, type Trouble } from './support/troubles.ts'

/** An implementer, with the service behind it, and effects of each of its kinds that wait in the store. */
export interface DelivererBench {
  readonly deliverer: Deliverer
  readonly store: Store
  readonly clock: FakeClock
  /** Kinds of effects of which each is there at least once. */
  readonly kinds: readonly string[]
  /** Has this befall every request from now on, or every one that writes. */
  readonly befall: (trouble: Trouble, which: 'every' | 'writes') => Promise<void>
  readonly mend: () => Promise<void>
  /** All that we have written at the service, as it stands there now: a line for each thing, in no order. */
  readonly standing: () => Promise<string[]>
  /** A place that is written to. */
  readonly place: string
  /** A person throws that place away. */
  readonly throwAway: () => Promise<void>
  /** Uses up all requests that may be sent for now. */
  readonly useUp: () => Promise<void>
}

const TOLD = toldOf({ errorClass: 'permanent', billed: 'no' })

/** Checks it; `make` opens one on a service and a store of its own for each test. */
export function describeDeliverer(name: string, make: () => Promise<DelivererBench>): void {
  describe(`the contract of a deliverer: ${name}`, () => {
    test.each<Trouble>(['an answer that is lost', 'an answer that breaks off', 'a cut before the effect'])(
      '%s: each write is looked up before it is repeated, and stands there once in the end',
      async trouble => {
        const smooth = await make()
        for (let head = await next(smooth); head !== null; head = await next(smooth)) {
          await finish(smooth, head)
        }
        const bench = await make()
        const kinds = new Set<string>()
        for (let effects = await next(bench); effects !== null; effects = await next(bench)) {
          for (const { kind } of effects) kinds.add(kind)
          await bench.befall(trouble, 'writes')
          const failure = await failureOf(deliver(bench, effects))
          expect(failure).toMatchObject({ errorClass: 'transient', billed: 'unknown' })
          await bench.mend()
          await finish(bench, await again(bench, effects))
        }
        expect([...kinds].toSorted()).toEqual(bench.kinds.toSorted())
        const expected = await smooth.standing()
        expect(expected.length).toBeGreaterThanOrEqual(kinds.size)
        expect((await bench.standing()).toSorted()).toEqual(expected.toSorted())
      },
    )

    test.each(TOLD)('%s is told as what it is, and tells nothing of a place', async (trouble, told) => {
      const bench = await make()
      const effects = (await next(bench)) ?? []
      await bench.befall(trouble, 'every')
      expect(await failureOf(deliver(bench, effects))).toMatchObject(told)
      if (trouble === 'a thing that is not there') return
      expect(await failureOf(bench.deliverer.whyAway(bench.place))).toMatchObject(told)
    })

    test('a place is there until it is thrown away; then that is said in words', async () => {
      const { deliverer, place, throwAway } = await make()
      expect(await deliverer.whyAway(place)).toBe(null)
      await throwAway()
      expect(await deliverer.whyAway(place)).toMatch(/\S/)
    })

    test('there is room until the requests are used up', async () => {
      const bench = await make()
      expect(await bench.deliverer.hasRoom()).toBe(true)
      await bench.useUp()
      expect(await bench.deliverer.hasRoom()).toBe(false)
    })
  })
}

/** What is due next, claimed; null where nothing is. */
async function next({ store, deliverer, clock }: DelivererBench): Promise<Effect[] | null> {
  await clock.advance(3_600_000)
  const effects = await store.outbox.claim(deliverer.service, 'all')
  return effects.length === 0 ? null : effects
}

async function deliver({ deliverer }: DelivererBench, effects: readonly Effect[]): Promise<Delivery> {
  const [head] = effects
  if (head === undefined) throw new Error('there is nothing to deliver')
  return deliverer.deliver(head, effects)
}

/** Given back as something that may have happened, and claimed anew: the same. */
async function again(bench: DelivererBench, effects: readonly Effect[], lookedUp = false): Promise<Effect[]> {
  const failure = { error: 'x', notBeforeMs: 0, uncertain: true, lookedUp, dead: null }
  await bench.store.outbox.failed(effects, failure)
  const tried = (await next(bench)) ?? []
  expect(tried.map(({ id, uncertain }) => [id, uncertain])).toEqual(effects.map(({ id }) => [id, true]))
  return tried
}

/** Delivers until it is done: what may have been written and is not found, at the second look. */
async function finish(bench: DelivererBench, effects: readonly Effect[], isSecond = false): Promise<void> {
  const delivery = await deliver(bench, effects)
  if (delivery.kind === 'done') {
    await bench.store.outbox.delivered(effects, delivery.thing, null)
    return
  }
  expect([delivery.kind, isSecond]).toEqual(['unfound', false])
  await finish(bench, await again(bench, effects, true), true)
}
