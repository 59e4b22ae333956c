/**
 * The Stripe stand-in: payments as EchoPilot takes them, from the link to the payout, and no more: what Stripe would
 * take besides is refused openly. The person who pays has pages (`pay/`), everybody else a board; a fault can disturb
 * calls, webhooks and events.
 */
import type { Database } from '../lib/db.ts'
import type { Clock, Facets, Figure, SandboxRequest, Service, ServiceDefinition } from '../lib/service.ts'
import { WEBHOOK_SCHEMA } from '../lib/webhooks.ts'
import { refuse } from './access.ts'
import { openAccount, type Account } from './account.ts'
import { balanceRoutes, makeAvailable } from './balance.ts'
import { boardRoutes } from './board.ts'
import { keyGuard, routeMaker, type MakeRoute } from './call.ts'
import { catalogRoutes } from './catalog.ts'
import { chargeRoutes } from './charges.ts'
import { disputeRoutes, passDueDates } from './disputes.ts'
import { endpointRoutes } from './endpoints.ts'
import { problemReply } from './errors.ts'
import { eventRoutes } from './events.ts'
import { PRESETS, STRIPE_FAULTS } from './faults.ts'
import { handRoutes } from './hand.ts'
import { ACCOUNT_ID, API_VERSION, LIVE_KEY, TEST_KEY, WEBHOOK_SECRET } from './identity.ts'
import { linkRoutes } from './links.ts'
import type { Kind } from './model.ts'
import { payRoutes } from './pay/routes.ts'
import { paymentRoutes } from './payments.ts'
import { refundRoutes } from './refunds.ts'
import { expireDue, sessionRoutes } from './sessions.ts'
import { STRIPE_SCHEMA } from './store.ts'

const MEBIBYTE = 1_048_576

/** The Stripe stand-in. */
export const STRIPE_SERVICE: ServiceDefinition = {
  name: 'stripe',
  title: 'Stripe',
  subtitle: `Payment links, payments, refunds, disputes and payouts of API version ${API_VERSION}`,
  schema: STRIPE_SCHEMA + WEBHOOK_SCHEMA,
  bodyLimitBytes: MEBIBYTE,
  faultTypes: STRIPE_FAULTS,
  presets: PRESETS,
  open: openService,
}

function openService(db: Database, clock: Clock): Service {
  const account = openAccount(db, clock)
  const route = routeMaker(db, account, act => {
    expireDue(account, act)
    makeAvailable(account, act)
    passDueDates(account, act)
  })
  return {
    routes: [
      ...accountRoutes(route),
      ...catalogRoutes(route),
      ...linkRoutes(route),
      ...sessionRoutes(route),
      ...paymentRoutes(route),
      ...chargeRoutes(route),
      ...refundRoutes(route),
      ...disputeRoutes(route),
      ...balanceRoutes(route),
      ...eventRoutes(route),
      ...endpointRoutes(route),
    ],
    own: [...boardRoutes(account), ...payRoutes(account), ...handRoutes(account)],
    enter: keyGuard(account),
    refuse,
    problem: problemReply,
    facets,
    state: () => ({
      ...countsOf(account),
      webhooks: account.webhooks.counts(),
      now: new Date(account.now()),
      keys: { test: TEST_KEY, live: LIVE_KEY, webhook_secret: WEBHOOK_SECRET },
    }),
    ledger: () => ledgerOf(account),
    figures: () => figures(account),
    reset: () => {
      account.store.clear()
      account.webhooks.reset()
    },
    settled: () => account.webhooks.pump(),
    close: async () => account.webhooks.close(),
  }
}

function accountRoutes(route: MakeRoute) {
  return [
    route('GET', '/v1/account', { rules: {} }, () => ({
      id: ACCOUNT_ID,
      object: 'account',
      business_profile: null,
      charges_enabled: true,
      country: 'US',
      default_currency: 'usd',
      details_submitted: true,
      email: 'owner@sandbox.example',
      payouts_enabled: true,
      type: 'standard',
    })),
  ]
}

/** The kind of a call is the object it is about: `payment_links`, `refunds`, `checkout.sessions`, … */
function facets({ path }: SandboxRequest): Facets {
  const [, , first, second] = path.split('/')
  if (first === undefined) return {}
  return { kind: first === 'checkout' ? `checkout.${second ?? ''}` : first }
}

const COUNTED: readonly Kind[] = [
  'payment_link',
  'checkout.session',
  'payment_intent',
  'charge',
  'refund',
  'dispute',
  'payout',
  'event',
]

function countsOf({ store }: Account): Readonly<Record<string, number>> {
  return Object.fromEntries(COUNTED.map(kind => [kind, store.count(kind)]))
}

/** All money that moved, in both modes, oldest first: what books can be held against to the last unit. */
function ledgerOf({ store }: Account): unknown {
  const rows = [false, true].flatMap(livemode =>
    store.list('balance_transaction', { livemode, oldestFirst: true }).map(one => {
      const { id, type, amount, fee, net, currency, source, created, own } = one
      return { id, livemode, type, amount, fee, net, currency, source, created, payout: own.payout }
    }),
  )
  return { rows }
}

function figures(account: Account): readonly Figure[] {
  const counts = account.webhooks.counts()
  return [
    { value: account.store.count('payment_link'), label: 'payment links' },
    { value: account.store.count('charge'), label: 'charges' },
    { value: account.store.count('refund'), label: 'refunds' },
    { value: account.store.count('dispute'), label: 'disputes' },
    { value: account.store.count('event'), label: 'events' },
    { value: counts['delivered'] ?? 0, label: 'webhooks delivered' },
  ]
}
