/** What stand-ins of payment services are made of: objects, webhooks that tell of them, and a clock that can be moved. */
import type { KindStore } from './kinds.ts'
import type { MovableClock } from './movable-clock.ts'
import type { Service } from './service.ts'
import type { Webhooks } from './webhooks.ts'

/** The account of a merchant. */
export interface Merchant<
  Kinds extends Readonly<Record<string, { readonly id: string }>>,
> extends MovableClock {
  readonly store: KindStore<Kinds>
  readonly webhooks: Webhooks
}

/** How such a service runs, and what its pages say of it: how many objects there are, and what else `told` has. */
export function merchantService<Kinds extends Readonly<Record<string, { readonly id: string }>>>(
  { store, webhooks, now }: Merchant<Kinds>,
  kinds: readonly (keyof Kinds & string)[],
  told: () => Readonly<Record<string, unknown>>,
): Required<Pick<Service, 'state' | 'figures' | 'reset' | 'settled' | 'close'>> {
  const counts = (): (readonly [string, number])[] => kinds.map(kind => [kind, store.count(kind)])
  return {
    state: () => ({
      ...Object.fromEntries(counts()),
      webhooks: webhooks.counts(),
      now: new Date(now()),
      ...told(),
    }),
    figures: () => [
      ...counts().map(([kind, value]) => ({ value, label: `${kind.replaceAll(/\W|_/g, ' ')}s` })),
      { value: webhooks.counts()['delivered'] ?? 0, label: 'webhooks delivered' },
    ],
    reset: () => {
      store.clear()
      webhooks.reset()
    },
    settled: () => webhooks.pump(),
    close: async () => webhooks.close(),
  }
}
