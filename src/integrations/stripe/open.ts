import { proof } from '../../domain/proof.ts'
import { linkDeliverer } from '../../outbox/link-deliverer.ts'
import type { Payments } from '../../roles/payment-provider.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { checkAccount, checkMode, modeOf } from './account.ts'
import { stripeClient } from './client.ts'
import { stripeLinks } from './links.ts'
import { stripeProof, webhookProof } from './proofs.ts'
import { stripeWebhooks, webhookSecrets } from './webhook.ts'

/** What the integration reads of the settings. */
interface StripeSettings {
  readonly base_url: string
  readonly timeout_seconds: number
}

type StripeSecret = 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET'

/**
 * Connects; nothing is sent and no SDK loaded until the first call. Without a key nothing is paid by links.
 * @throws AppError `config` for what is no such key, or one of the other mode than this store belongs to
 */
export async function openStripe({
  own,
  world,
  secret,
  store: openStore,
}: ServiceEnvironment<StripeSettings, StripeSecret>): Promise<OpenService> {
  const secretKey = secret('STRIPE_SECRET_KEY')
  if (secretKey === null) return WITHOUT_KEY
  const mode = modeOf(secretKey)
  checkMode(await (await openStore()).accounts.get('stripe'), mode)
  const secrets = webhookSecrets(secret('STRIPE_WEBHOOK_SECRET') ?? '')
  const timeoutMs = own.timeout_seconds * 1000
  const api = stripeClient({ baseUrl: own.base_url, secretKey, timeoutMs, world })
  const provider: Payments['provider'] = async ({ actor, dryRun }) => {
    await checkAccount(await openStore(actor), api, mode, dryRun)
    return stripeLinks(api, mode === 'live')
  }
  const webhooks = secrets.length === 0 ? null : stripeWebhooks({ secrets, isLive: mode === 'live' })
  return {
    roles: { paymentProvider: { service: 'stripe', provider, webhooks } },
    deliverer: async call =>
      linkDeliverer({
        service: 'stripe',
        provider: await provider(call),
        store: await openStore(call.actor),
        clock: world.clock,
      }),
    webhooks,
    proofs: async ({ actor, dryRun }) => {
      const store = await openStore(actor)
      return [await stripeProof(api, mode, store, dryRun), await webhookProof(store, webhooks !== null)]
    },
  }
}

const WITHOUT_KEY: OpenService = {
  roles: { paymentProvider: null },
  deliverer: async () => null,
  proofs: async () => [proof('not_proved', 'stripe', 'no key is set: nothing is paid by payment links')],
}
