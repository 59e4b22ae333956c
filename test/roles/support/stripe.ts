/** Stripe's service on a stand-in and a real store. */
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import type { OpenService } from '../../../src/integrations/service.ts'
import { lightFetch } from '../../../src/kernel/http/fetch.ts'
import type { ServiceCall } from '../../../src/roles/task-source.ts'
import { isObject } from '../../../src/sandbox/lib/json.ts'
import { TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'
import type { Store } from '../../../src/store/index.ts'
import type { NewProof } from '../../../src/store/proofs.ts'
import { stripeServer, type StripeServer } from '../../sandbox/stripe/support/server.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { testStore } from '../../support/store.ts'
import { openService } from './opened.ts'

/** What tests of Stripe are made of. */
export interface StripeBench {
  readonly server: StripeServer
  readonly store: Store
  readonly clock: FakeClock
  /** Opens it with a key, at the stand-in or at another address; with a secret of webhooks, where one is given. */
  readonly open: (key?: string | null, url?: string, webhooks?: string | null) => Promise<OpenService>
  readonly call: (dryRun?: boolean) => ServiceCall
  /** What it proves of itself. */
  readonly proofOf: (service: OpenService, dryRun?: boolean) => Promise<NewProof | undefined>
  /** What was asked of the stand-in, as `POST /v1/payment_links 200`, oldest first. */
  readonly asked: () => Promise<string[]>
}

/** Waits that are for another try pass at once; longer ones are for an answer, which the stand-in takes its time for. */
const LONGEST_WAIT_MS = 5_000

/** Opens one; closed when the test is over. */
export async function stripeBench(): Promise<StripeBench> {
  const server = await stripeServer()
  const files = testStore()
  const { clock } = files
  const store = files.open('one')
  const sleep: FakeClock['sleep'] = async (ms, signal) =>
    ms > LONGEST_WAIT_MS ? clock.sleep(ms, signal) : clock.advance(Math.ceil(ms))
  const world = { fetch: lightFetch(), clock: { ...clock, sleep }, random: seededRandom(1) }
  const silent = (): void => undefined
  const call = (dryRun = false): ServiceCall => ({
    actor: 'tester',
    world,
    log: { error: silent, warn: silent, info: silent, debug: silent, tell: silent },
    stop: new AbortController().signal,
    dryRun,
    progress: silent,
  })
  return {
    server,
    store,
    clock,
    open: async (key = TEST_KEY, url = server.url, webhooks = null) =>
      openService('stripe', {
        world,
        settings: { stripe: { base_url: url } },
        secrets: {
          ...(key !== null && { STRIPE_SECRET_KEY: key }),
          ...(webhooks !== null && { STRIPE_WEBHOOK_SECRET: webhooks }),
        },
        store,
      }),
    call,
    proofOf: async (service, dryRun) => (await service.proofs?.(call(dryRun)))?.[0],
    asked: async () => {
      const state: unknown = await (await fetch(`${server.url}/__sandbox/state`)).json()
      const calls = isObject(state) && Array.isArray(state['calls']) ? state['calls'].filter(isObject) : []
      return calls
        .toReversed()
        .map(({ method, path, status }) => `${String(method)} ${String(path)} ${String(status)}`)
    },
  }
}
