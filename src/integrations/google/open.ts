import { proof } from '../../domain/proof.ts'
import { AppError } from '../../kernel/errors.ts'
import { mailDeliverer } from '../../outbox/mail-deliverer.ts'
import type { Mailer, Mailers } from '../../roles/mailer.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { checkAccount } from './account.ts'
import { googleClient, type GoogleClient } from './client.ts'
import { digestOf, keepSignIn, keptSignIn } from './kept.ts'
import { gmailMailer } from './mailer.ts'
import { endProof, gmailProof } from './proofs.ts'
import { googleSignIn } from './sign-in.ts'

/** What the integration reads of the settings. */
interface GoogleSettings {
  readonly base_url?: string | undefined
  readonly timeout_seconds: number
}

type Secret = 'GOOGLE_CLIENT_ID' | 'GOOGLE_CLIENT_SECRET' | 'GOOGLE_REFRESH_TOKEN'
type Environment = ServiceEnvironment<GoogleSettings, Secret>

/**
 * Connects; nothing is sent and no SDK loaded until the first call. Without credentials other services send mails.
 * @throws AppError `config` where some of the app's credentials are missing
 */
export async function openGoogle(environment: Environment): Promise<OpenService> {
  const { core, world, store: openStore, stateDir } = environment
  const app = appOf(environment)
  if (app === null) return WITHOUT_CREDENTIALS
  const keeping = { stateDir, files: world.files }
  const kept = keptSignIn(keeping, app.configured)
  const refreshToken = kept?.refreshToken ?? app.configured
  const clientFor = (token: string | null): GoogleClient =>
    googleClient({
      ...app,
      refreshToken: token,
      replaced: next =>
        keepSignIn(keeping, {
          refreshToken: next,
          configured: digestOf(app.configured),
          endsMs: kept?.endsMs ?? null,
        }),
    })
  const api = clientFor(refreshToken)
  const mailer = gmailMailer(api, { from: core.mail.from, clock: world.clock })
  const mailers: Mailers = {
    service: 'google',
    mailer: async ({ actor, dryRun }): Promise<Mailer> => {
      if (refreshToken === null) throw notSignedIn()
      await checkAccount(await openStore(actor), api, dryRun)
      return mailer
    },
  }
  return {
    roles: { mailer: mailers },
    deliverer: async call => mailDeliverer(mailers, call, world),
    signIn: googleSignIn({ ...app, ...keeping, clientFor, store: openStore }),
    proofs: async ({ actor, dryRun }) => {
      if (refreshToken === null) return [proof('failed', 'google', notSignedIn().message, notSignedIn().hint)]
      const works = await gmailProof(api, await openStore(actor), dryRun)
      return kept === null ? [works] : [works, endProof(kept.endsMs, world.clock.now())]
    },
  }
}

function notSignedIn(): AppError {
  return new AppError(
    'config',
    'the app at Google is set, and nobody has signed in to it yet',
    'echopilot auth google, or set GOOGLE_REFRESH_TOKEN',
  )
}

/** Null where nothing is set. @throws AppError `config` where only some is */
function appOf({ own, secret, missing, world }: Environment) {
  const [clientId, clientSecret, configured] = [
    secret('GOOGLE_CLIENT_ID'),
    secret('GOOGLE_CLIENT_SECRET'),
    secret('GOOGLE_REFRESH_TOKEN'),
  ]
  if (clientId === null && clientSecret === null && configured === null) return null
  if (clientId === null) throw missing(['GOOGLE_CLIENT_ID'])
  if (clientSecret === null) throw missing(['GOOGLE_CLIENT_SECRET'])
  const timeoutMs = own.timeout_seconds * 1000
  return { baseUrl: own.base_url ?? null, clientId, clientSecret, configured, timeoutMs, world }
}

const WITHOUT_CREDENTIALS: OpenService = {
  roles: {},
  deliverer: async () => null,
  proofs: async () => [proof('not_proved', 'google', 'no credentials are set: no mail goes out by Gmail')],
}
