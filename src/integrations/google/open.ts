import { proof } from '../../domain/proof.ts'
import { AppError } from '../../kernel/errors.ts'
import { isFile, type Filing } from '../../domain/filed.ts'
import { fileDeliverer } from '../../outbox/file-deliverer.ts'
import { mailDeliverer } from '../../outbox/mail-deliverer.ts'
import type { Deliverer } from '../../outbox/deliverer.ts'
import type { FileStores } from '../../roles/file-store.ts'
import type { Mailer, Mailers } from '../../roles/mailer.ts'
import type { ServiceCall } from '../../roles/task-source.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'
import { checkAccount } from './account.ts'
import { googleClient, type GoogleClient } from './client.ts'
import { driveStore } from './file-store.ts'
import { digestOf, keepSignIn, keptSignIn } from './kept.ts'
import { gmailMailer } from './mailer.ts'
import { driveProof, endProof, gmailProof } from './proofs.ts'
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
  if (app === null) return withoutCredentials(core.files.to)
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
  const checkSignIn = async ({ actor, dryRun }: ServiceCall): Promise<void> => {
    if (refreshToken === null) throw notSignedIn()
    await checkAccount(await openStore(actor), api, dryRun)
  }
  const mailers: Mailers = {
    service: 'google',
    mailer: async (call): Promise<Mailer> => {
      await checkSignIn(call)
      return mailer
    },
  }
  const files = driveStore(api)
  const fileStores: FileStores = {
    service: 'google',
    files: async call => {
      await checkSignIn(call)
      return files
    },
  }
  return {
    roles: { mailer: mailers, fileStore: fileStores },
    deliverer: async call => {
      const [mails, filing] = [mailDeliverer(mailers, call, world), fileDeliverer(fileStores, call, world)]
      const deliver: Deliverer['deliver'] = async (head, effects) =>
        (isFile(head.body) ? filing : mails).deliver(head, effects)
      return { ...filing, deliver }
    },
    signIn: googleSignIn({ ...app, ...keeping, clientFor, store: openStore }),
    proofs: async ({ actor, dryRun }) => {
      if (refreshToken === null) return [proof('failed', 'google', notSignedIn().message, notSignedIn().hint)]
      const works = await gmailProof(api, await openStore(actor), dryRun)
      const ends = kept === null ? [] : [endProof(kept.endsMs, world.clock.now())]
      return [works, ...(core.files.to === 'drive' ? [await driveProof(api, files)] : []), ...ends]
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

/** Results that are to be filed in Drive wait until there are some. */
function withoutCredentials(filing: Filing): OpenService {
  const none = proof('not_proved', 'google', 'no credentials are set: no mail goes out by Gmail')
  const needed = proof(
    'failed',
    'google',
    'results are to be filed in Google Drive, and no credentials are set',
    'echopilot auth google, or set files.to to folder',
  )
  return {
    roles: {},
    deliverer: async () => null,
    proofs: async () => [filing === 'drive' ? needed : none],
  }
}
