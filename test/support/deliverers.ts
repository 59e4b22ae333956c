import type { Deliverer, Deliverers, OpenDeliverers } from '../../src/outbox/deliverer.ts'

/** Those that are open already, and why others are not. */
export function opened(ready: readonly Deliverer[], failed: OpenDeliverers['failed'] = []): Deliverers {
  return async services => ({
    ready: ready.filter(({ service }) => services.includes(service)),
    failed: failed.filter(({ service }) => services.includes(service)),
  })
}
