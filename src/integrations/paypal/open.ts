import { proof } from '../../domain/proof.ts'
import { AppError } from '../../kernel/errors.ts'
import { linkDeliverer } from '../../outbox/link-deliverer.ts'
import type { Payments } from '../../roles/payment-provider.ts'
import type { WebhookReader } from '../../roles/webhook-reader.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { checkedMode, checkMode } from './account.ts'
import { certificateKeeper } from './certificates.ts'
import { paypalClient, type PayPalClient } from './client.ts'
import { approvePage, type Mode } from './mode.ts'
import { paypalOrders } from './orders.ts'
import { paypalProofs } from './proofs.ts'
import { paypalWebhooks } from './webhook.ts'

/** What the integration reads of the settings. */
interface PayPalSettings {
  readonly base_url: string
  readonly return_url: string
  readonly timeout_seconds: number
}

type Environment = ServiceEnvironment<
  PayPalSettings,
  'PAYPAL_CLIENT_ID' | 'PAYPAL_CLIENT_SECRET' | 'PAYPAL_WEBHOOK_ID'
>

/**
 * Connects; nothing is sent until the first call. Without credentials nothing is paid by PayPal.
 * @throws AppError `config` where one of the two is missing, or the store belongs to another mode than the address has
 */
export async function openPayPal(environment: Environment): Promise<OpenService> {
  const { own, store: openStore } = environment
  const api = clientOf(environment)
  if (api === null) return WITHOUT_CREDENTIALS
  const baseUrl = own.base_url
  checkMode(await (await openStore()).accounts.get('paypal'), baseUrl)
  const provider: Payments['provider'] = async ({ actor, dryRun }) => {
    const mode = await checkedMode(await openStore(actor), api, baseUrl, dryRun)
    const pages = { approve: approvePage(mode, baseUrl), returnUrl: own.return_url }
    return paypalOrders({ api, isLive: mode === 'live' }, pages)
  }
  const webhookId = webhookIdIn(environment)
  const webhooks = webhookId === null ? null : webhooksOf(environment, api, webhookId)
  return {
    roles: { paymentProvider: { service: 'paypal', provider, webhooks } },
    deliverer: async call =>
      linkDeliverer({
        service: 'paypal',
        provider: await provider(call),
        store: await openStore(call.actor),
        clock: environment.world.clock,
      }),
    webhooks,
    proofs: async ({ actor, dryRun }) =>
      paypalProofs({ api, store: await openStore(actor), baseUrl, webhookId, dryRun }),
  }
}

function webhooksOf({ own, world, store }: Environment, api: PayPalClient, webhookId: string): WebhookReader {
  const baseUrl = own.base_url
  const mode = async (): Promise<Mode> => checkedMode(await store(), api, baseUrl, false)
  const timeoutMs = own.timeout_seconds * 1000
  return paypalWebhooks({ webhookId, certificates: certificateKeeper({ world, baseUrl, timeoutMs, mode }) })
}

/** Null where nothing is set. @throws AppError `config` where one of the two is missing */
function clientOf({ own, secret, missing, world }: Environment): PayPalClient | null {
  const [clientId, clientSecret] = [secret('PAYPAL_CLIENT_ID'), secret('PAYPAL_CLIENT_SECRET')]
  if (clientId === null && clientSecret === null) return null
  if (clientId === null) throw missing(['PAYPAL_CLIENT_ID'])
  if (clientSecret === null) throw missing(['PAYPAL_CLIENT_SECRET'])
  const timeoutMs = own.timeout_seconds * 1000
  return paypalClient({ baseUrl: own.base_url, clientId, clientSecret, timeoutMs, world })
}

/** What PayPal's webhook simulator signs for, whoever asks it: anybody could have what it sends. */
const SIMULATOR = 'WEBHOOK_ID'

/** @throws AppError `config` for the id that everybody has */
function webhookIdIn({ secret }: Environment): string | null {
  const webhookId = secret('PAYPAL_WEBHOOK_ID')
  if (webhookId !== SIMULATOR) return webhookId
  throw new AppError(
    'config',
    'PAYPAL_WEBHOOK_ID is the id that the webhook simulator of PayPal signs for: anybody could send its events',
    'set it to the id of a webhook of the app (Apps & Credentials)',
  )
}

const WITHOUT_CREDENTIALS: OpenService = {
  roles: { paymentProvider: null },
  deliverer: async () => null,
  proofs: async () => [proof('not_proved', 'paypal', 'no credentials are set: nothing is paid by PayPal')],
}
