import { sha256 } from '../../kernel/digest.ts'
import { AppError } from '../../kernel/errors.ts'
import type { World } from '../../kernel/world.ts'
import type { SignedIn, SignIn } from '../../roles/sign-in.ts'
import type { Store } from '../../store/index.ts'
import { bound } from './account.ts'
import type { GoogleClient, GoogleGrant } from './client.ts'
import { digestOf, keepSignIn, type Keeping } from './kept.ts'

/** The least that does what is done (Google, "Choose Gmail API scopes"). */
const ASKED = [
  { scope: 'https://www.googleapis.com/auth/gmail.send', why: 'to send mails' },
  {
    scope: 'https://www.googleapis.com/auth/gmail.metadata',
    why: 'to see by its headers whether a mail was sent whose answer was lost',
  },
  {
    scope: 'https://www.googleapis.com/auth/drive.file',
    why: 'to keep files that EchoPilot made, and no others',
  },
] as const

/** What signing in works with. */
export interface SigningIn extends Keeping {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly baseUrl: string | null
  readonly clientId: string
  /** The GOOGLE_REFRESH_TOKEN that is set; null for none. */
  readonly configured: string | null
  /** Google as this sign-in opens it; with null it can only be asked for one. */
  readonly clientFor: (refreshToken: string | null) => GoogleClient
  readonly store: (actor: string) => Promise<Store>
}

/** By a redirect to a port of this machine, with proof that who began it ends it (RFC 8252, RFC 7636). */
export function googleSignIn(options: SigningIn): SignIn {
  return {
    begin: redirectUri => {
      const state = secretFrom(options)
      const verifier = secretFrom(options)
      return {
        url: addressOf(options, { redirectUri, state, verifier }),
        asks: ASKED,
        isAnswer: came => came.get('state') === state,
        finish: async (came, { actor, dryRun }) => {
          const code = codeIn(came)
          const grant = await options.clientFor(null).exchange({ code, verifier, redirectUri })
          return keep(options, grant, await options.store(actor), dryRun)
        },
      }
    },
  }
}

function secretFrom({ world }: SigningIn): string {
  return Buffer.from(world.random.bytes(48)).toString('base64url')
}

interface Asking {
  readonly redirectUri: string
  readonly state: string
  readonly verifier: string
}

function addressOf({ baseUrl, clientId }: SigningIn, { redirectUri, state, verifier }: Asking): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: ASKED.map(({ scope }) => scope).join(' '),
    state,
    code_challenge: Buffer.from(sha256(verifier), 'hex').toString('base64url'),
    code_challenge_method: 'S256',
    access_type: 'offline',
    // Without it no lasting sign-in is given to who signed in before.
    prompt: 'consent',
  })
  return `${baseUrl ?? 'https://accounts.google.com'}/o/oauth2/v2/auth?${query.toString()}`
}

/** @throws AppError `denied` where the person said no */
function codeIn(came: URLSearchParams): string {
  const code = came.get('code')
  if (code !== null) return code
  throw new AppError(
    'denied',
    `Google did not let EchoPilot in: ${came.get('error') ?? 'it came back without a code'}`,
    'echopilot auth google, and choose Continue',
  )
}

/** Checks whose it is before it takes the place of another one. */
async function keep(
  options: SigningIn,
  { refreshToken, scopes, endsInS }: GoogleGrant,
  store: Store,
  dryRun: boolean,
): Promise<SignedIn> {
  const lacking = ASKED.filter(({ scope }) => !scopes.includes(scope))
  if (lacking.length > 0) {
    throw new AppError(
      'denied',
      `the sign-in does not allow what is needed ${lacking.map(({ why }) => why).join(', and ')}: nothing was kept`,
      'echopilot auth google, and leave all boxes ticked',
    )
  }
  const client = options.clientFor(refreshToken)
  const address = await client.address()
  if (address !== null) await bound(store, { address, credential: client.credential }, dryRun)
  const endsMs = endsInS === null ? null : options.world.clock.now() + endsInS * 1000
  if (!dryRun) keepSignIn(options, { refreshToken, configured: digestOf(options.configured), endsMs })
  return { account: address, scopes, endsMs }
}
