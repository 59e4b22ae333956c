/** PayPal's service on a stand-in and a real store. */
import { seededRandom } from '../../../src/commands/demo/seeded-random.ts'
import type { OpenService } from '../../../src/integrations/service.ts'
import { lightFetch } from '../../../src/kernel/http/fetch.ts'
import type { PaymentProvider } from '../../../src/roles/payment-provider.ts'
import type { ServiceCall } from '../../../src/roles/task-source.ts'
import { isObject } from '../../../src/sandbox/lib/json.ts'
import { CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID } from '../../../src/sandbox/paypal/identity.ts'
import type { Store } from '../../../src/store/index.ts'
import type { NewProof } from '../../../src/store/proofs.ts'
import { paypalServer, type PayPalServer } from '../../sandbox/paypal/support/server.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { testStore } from '../../support/store.ts'
import { openService } from './opened.ts'

/** What tests of PayPal are made of. */
export interface PayPalBench {
  readonly server: PayPalServer
  readonly store: Store
  readonly clock: FakeClock
  /** Opens it with the credentials of the stand-in or others, there or at another address. */
  readonly open: (secrets?: Readonly<Record<string, string>>, url?: string) => Promise<OpenService>
  /** What takes payments, of a service that was opened so. */
  readonly provider: (dryRun?: boolean) => Promise<PaymentProvider>
  readonly call: (dryRun?: boolean) => ServiceCall
  readonly proofsOf: (service: OpenService, dryRun?: boolean) => Promise<readonly NewProof[]>
  /** What was asked of the stand-in from now on, as `POST /v2/checkout/orders 200`, oldest first. */
  readonly asked: () => Promise<string[]>
}

/** What opens the stand-in. */
export const SECRETS = {
  PAYPAL_CLIENT_ID: CLIENT_ID,
  PAYPAL_CLIENT_SECRET: CLIENT_SECRET,
  PAYPAL_WEBHOOK_ID: WEBHOOK_ID,
}

/** Waits that are for another try pass at once; longer ones are for an answer, which the stand-in takes its time for. */
const LONGEST_WAIT_MS = 5_000

/** Opens one; closed when the test is over. */
export async function paypalBench(): Promise<PayPalBench> {
  const server = await paypalServer()
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
  const open: PayPalBench['open'] = async (secrets = SECRETS, url = server.url) =>
    openService('paypal', { world, settings: { paypal: { base_url: url } }, secrets, store })
  const before = (await callsAt(server)).length
  return {
    server,
    store,
    clock,
    open,
    call,
    provider: async dryRun => {
      const { paymentProvider } = (await open()).roles
      if (paymentProvider === undefined || paymentProvider === null) throw new Error('it takes no payments')
      return paymentProvider.provider(call(dryRun))
    },
    proofsOf: async (service, dryRun) => (await service.proofs?.(call(dryRun))) ?? [],
    asked: async () => (await callsAt(server)).slice(before),
  }
}

async function callsAt({ url }: PayPalServer): Promise<string[]> {
  const state: unknown = await (await fetch(`${url}/__sandbox/state`)).json()
  const calls = isObject(state) && Array.isArray(state['calls']) ? state['calls'].filter(isObject) : []
  return calls
    .toReversed()
    .map(({ method, path, status }) => `${String(method)} ${String(path)} ${String(status)}`)
}
