/**
 * The PayPal stand-in: orders, their approval by a person, captures, refunds, disputes, transaction search and signed
 * webhooks, as EchoPilot uses them, and no more: what PayPal would take besides is refused openly.
 */
import type { Database } from '../lib/db.ts'
import type { FaultPreset } from '../lib/fault.ts'
import { merchantService } from '../lib/merchant.ts'
import type { Clock, Facets, SandboxRequest, Service, ServiceDefinition } from '../lib/service.ts'
import { EVENT_FAULTS, EVENT_PRESETS } from '../lib/webhooks.ts'
import { entryRoutes, refuse } from './access.ts'
import { openAccount, PAYPAL_SCHEMA } from './account.ts'
import { boardRoutes } from './board.ts'
import { keyGuard, routeMaker } from './call.ts'
import { captureRoutes } from './captures.ts'
import { disputeRoutes } from './disputes.ts'
import { problemReply } from './errors.ts'
import { outsideRoutes } from './hand.ts'
import { CLIENT_ID, CLIENT_SECRET, WEBHOOK_ID } from './identity.ts'
import { notificationRoutes } from './notifications.ts'
import { openOrders, orderRoutes } from './orders.ts'
import { pageRoutes } from './page.ts'
import { lagMs, transactionRoutes } from './transactions.ts'

const PRESETS: readonly FaultPreset[] = [
  { label: 'Captured, answer lost', fault: { match: { kind: 'capture' }, action: { type: 'lose-answer' } } },
  { label: 'Refunded, answer lost', fault: { match: { kind: 'refund' }, action: { type: 'lose-answer' } } },
  ...EVENT_PRESETS,
]

/** The PayPal stand-in. */
export const PAYPAL_SERVICE: ServiceDefinition = {
  name: 'paypal',
  title: 'PayPal',
  subtitle: 'Orders, payments, refunds, disputes, transaction search and webhooks of the REST API',
  schema: PAYPAL_SCHEMA,
  bodyLimitBytes: 1_048_576,
  faultTypes: EVENT_FAULTS,
  presets: PRESETS,
  open: openService,
}

function openService(db: Database, clock: Clock): Service {
  const account = openAccount(db, clock)
  const route = routeMaker(db, account)
  return {
    routes: [
      ...entryRoutes(account),
      ...[orderRoutes, captureRoutes, disputeRoutes, transactionRoutes, notificationRoutes].flatMap(of =>
        of(route),
      ),
    ],
    own: [...boardRoutes(account), ...pageRoutes(account), ...outsideRoutes(account)],
    enter: keyGuard(),
    refuse: request => refuse(account, request),
    problem: problemReply,
    facets,
    ...merchantService(account, ['order', 'capture', 'refund', 'dispute', 'event'], () => ({
      open_orders: openOrders(account),
      lag_seconds: lagMs(account) / 1000,
      keys: { client_id: CLIENT_ID, client_secret: CLIENT_SECRET, webhook_id: WEBHOOK_ID },
    })),
    ledger: () => ({ rows: account.store.list('row', { oldestFirst: true }) }),
  }
}

/** The kind of a call is what it does (`capture`, `refund`) or else is about (`orders`, `transactions`, …). */
function facets({ method, path }: SandboxRequest): Facets {
  const parts = path.split('/')
  const kind = method === 'POST' && parts.length > 5 ? parts[5] : parts[3]
  return kind === undefined ? {} : { kind }
}
