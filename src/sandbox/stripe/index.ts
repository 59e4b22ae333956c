/**
 * The Stripe stand-in: payments as EchoPilot takes them, from the link to the payout, and no more: other parameters and
 * paths are unknown to it. The person who pays has pages (`pay.ts`), everybody else a board; a fault can disturb calls,
 * webhooks and events.
 */
import type { Database } from '../lib/db.ts'
import type { FaultPreset } from '../lib/fault.ts'
import { merchantService } from '../lib/merchant.ts'
import type { Clock, Facets, SandboxRequest, Service, ServiceDefinition } from '../lib/service.ts'
import { EVENT_FAULTS, EVENT_PRESETS } from '../lib/webhooks.ts'
import { refuse } from './access.ts'
import { openAccount, STRIPE_SCHEMA, type Account } from './account.ts'
import { balanceRoutes } from './balance.ts'
import { boardRoutes } from './board.ts'
import { routeMaker } from './call.ts'
import { disputeRoutes } from './disputes.ts'
import { problemReply } from './errors.ts'
import { eventRoutes } from './events.ts'
import { outsideRoutes } from './hand.ts'
import { API_VERSION, LIVE_KEY, TEST_KEY, WEBHOOK_SECRET } from './identity.ts'
import { keyGuard, KEPT_500 } from './keys.ts'
import { linkRoutes } from './links.ts'
import { readRoutes } from './lists.ts'
import { ACCOUNT, KINDS } from './looks.ts'
import { payRoutes } from './pay.ts'
import { paymentRoutes } from './payments.ts'
import { refundRoutes } from './refunds.ts'
import { expireDue, sessionRoutes } from './sessions.ts'

const PRESETS: readonly FaultPreset[] = [
  { label: 'Done, answer lost', fault: { match: { method: 'POST' }, action: { type: 'lose-answer' } } },
  {
    label: 'Refund done, answer lost',
    fault: { match: { kind: 'refunds', method: 'POST' }, action: { type: 'lose-answer' } },
  },
  {
    label: 'Done, 500 kept under its key',
    fault: { match: { method: 'POST' }, action: { type: KEPT_500 } },
  },
  ...EVENT_PRESETS,
]

const MEBIBYTE = 1_048_576

/** The Stripe stand-in. */
export const STRIPE_SERVICE: ServiceDefinition = {
  name: 'stripe',
  title: 'Stripe',
  subtitle: `Payment links, payments, refunds, disputes and payouts of API version ${API_VERSION}`,
  schema: STRIPE_SCHEMA,
  bodyLimitBytes: MEBIBYTE,
  faultTypes: [KEPT_500, ...EVENT_FAULTS],
  presets: PRESETS,
  open: openService,
}

function openService(db: Database, clock: Clock): Service {
  const account = openAccount(db, clock)
  const route = routeMaker(db, account, expireDue)
  return {
    routes: [
      route('GET', '/v1/account', {}, () => ACCOUNT),
      ...linkRoutes(route),
      ...sessionRoutes(route),
      ...paymentRoutes(route),
      ...refundRoutes(route),
      ...disputeRoutes(route),
      ...balanceRoutes(route),
      ...eventRoutes(route),
      ...readRoutes(route, '/v1/webhook_endpoints', 'webhook_endpoint'),
    ],
    own: [...boardRoutes(account), ...payRoutes(account), ...outsideRoutes(account)],
    enter: keyGuard(account),
    refuse,
    problem: problemReply,
    facets,
    ...merchantService(account, KINDS, () => ({
      keys: { test: TEST_KEY, live: LIVE_KEY, webhook_secret: WEBHOOK_SECRET },
    })),
    ledger: () => ledgerOf(account),
  }
}

/** The kind of a call is the object it is about: `payment_links`, `refunds`, `checkout.sessions`, … */
function facets({ path }: SandboxRequest): Facets {
  const [, , first, second] = path.split('/')
  if (first === undefined) return {}
  return { kind: first === 'checkout' ? `checkout.${second ?? ''}` : first }
}

/** All money that moved, in both modes, oldest first: what books can be held against to the last unit. */
function ledgerOf({ store }: Account): unknown {
  const rows = store.list('balance_transaction', { oldestFirst: true }).map(one => {
    const { id, livemode, type, amount, fee, net, currency, source, created, payout } = one
    return { id, livemode, type, amount, fee, net, currency, source, created, payout }
  })
  return { rows }
}
