import { proof } from '../../domain/proof.ts'
import { mailDeliverer } from '../../outbox/mail-deliverer.ts'
import type { Mailer, Mailers } from '../../roles/mailer.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { checkAccount } from './account.ts'
import { googleClient, type GoogleClient } from './client.ts'
import { gmailMailer } from './mailer.ts'
import { gmailProof } from './proofs.ts'

/** What the integration reads of the settings. */
interface GoogleSettings {
  readonly base_url?: string | undefined
  readonly timeout_seconds: number
}

type Secret = 'GOOGLE_CLIENT_ID' | 'GOOGLE_CLIENT_SECRET' | 'GOOGLE_REFRESH_TOKEN'
type Environment = ServiceEnvironment<GoogleSettings, Secret>

/**
 * Connects; nothing is sent and no SDK loaded until the first call. Without credentials other services send mails.
 * @throws AppError `config` where some of the credentials are missing
 */
export async function openGoogle(environment: Environment): Promise<OpenService> {
  const { core, world, store: openStore } = environment
  const api = clientOf(environment)
  if (api === null) return WITHOUT_CREDENTIALS
  const mailer = gmailMailer(api, { from: core.mail.from, clock: world.clock })
  const mailers: Mailers = {
    service: 'google',
    mailer: async ({ actor, dryRun }): Promise<Mailer> => {
      await checkAccount(await openStore(actor), api, dryRun)
      return mailer
    },
  }
  return {
    roles: { mailer: mailers },
    deliverer: async call => mailDeliverer(mailers, call, world),
    proofs: async ({ actor, dryRun }) => [await gmailProof(api, await openStore(actor), dryRun)],
  }
}

/** Null where nothing is set. @throws AppError `config` where only some is */
function clientOf({ own, secret, missing, world }: Environment): GoogleClient | null {
  const [clientId, clientSecret, refreshToken] = [
    secret('GOOGLE_CLIENT_ID'),
    secret('GOOGLE_CLIENT_SECRET'),
    secret('GOOGLE_REFRESH_TOKEN'),
  ]
  if (clientId === null && clientSecret === null && refreshToken === null) return null
  if (clientId === null) throw missing(['GOOGLE_CLIENT_ID'])
  if (clientSecret === null) throw missing(['GOOGLE_CLIENT_SECRET'])
  if (refreshToken === null) throw missing(['GOOGLE_REFRESH_TOKEN'])
  const timeoutMs = own.timeout_seconds * 1000
  return googleClient({
    baseUrl: own.base_url ?? null,
    clientId,
    clientSecret,
    refreshToken,
    timeoutMs,
    world,
  })
}

const WITHOUT_CREDENTIALS: OpenService = {
  roles: {},
  deliverer: async () => null,
  proofs: async () => [proof('not_proved', 'google', 'no credentials are set: no mail goes out by Gmail')],
}
