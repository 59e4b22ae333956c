import { fits, type Shape, type Shaped } from '../../domain/shape.ts'
import { sha256 } from '../../kernel/digest.ts'
import { sdkFetch, type SdkFetch } from '../../kernel/http/fetch.ts'
import { redactor } from '../../kernel/redaction.ts'
import type { World } from '../../kernel/world.ts'
import { driveCalls } from './drive-calls.ts'
import type { Ask, Sdk } from './sdk.ts'
import { fromSdk, isLackOfScope, notGoogle } from './failure.ts'

/** Where Google is and as whom it is asked. */
export interface GoogleOptions {
  /** Null for the real one, whose parts have hosts of their own. */
  readonly baseUrl: string | null
  readonly clientId: string
  readonly clientSecret: string
  /** Null where there is none yet: then only a code can be exchanged for one. */
  readonly refreshToken: string | null
  /** Keeps the sign-in that Google put in the place of this one, before it is used. */
  readonly replaced: (refreshToken: string) => void
  readonly timeoutMs: number
  readonly world: Pick<World, 'fetch' | 'clock'>
}

/** Headers of a mail that was sent. */
export interface SentMail {
  readonly id: string
  readonly sentMs: number
  readonly header: string | null
}

/** What a person's consent is exchanged for. */
export interface GoogleGrant {
  readonly refreshToken: string
  readonly scopes: readonly string[]
  /** Seconds until it ends by itself; null where it lasts. */
  readonly endsInS: number | null
}

/** A code that a person came back with. */
export interface GoogleCode {
  readonly code: string
  readonly verifier: string
  readonly redirectUri: string
}

const ME = { userId: 'me' } as const
const PAGE_SIZE = 100

/**
 * Gmail and Drive behind their APIs and the official SDK, which is loaded at the first call. Each request is sent once, but for one
 * that was refused for its access token: that is made anew, and the request sent once more. Every method may throw
 * `ServiceFailure`; what it says is without secrets.
 */
export function googleClient(options: GoogleOptions) {
  const { baseUrl, clientId, clientSecret, refreshToken } = options
  let loading: Promise<Sdk> | null = null
  const redact = redactor([clientSecret, ...(refreshToken === null ? [] : [refreshToken])])
  const ask: Ask = async <const S extends Shape>(
    shape: S,
    send: (sdk: Sdk) => Promise<{ readonly data: unknown }>,
  ): Promise<Shaped<S>> => {
    const sdk = await (loading ??= load(options))
    let data: unknown
    try {
      data = (await send(sdk)).data
    } catch (error) {
      throw fromSdk(error, redact)
    }
    if (!fits(data, shape)) throw notGoogle()
    // It has the shape.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return data as Shaped<S>
  }
  /** Null where the sign-in does not allow it. */
  const allowed = async <T>(answer: Promise<T>): Promise<T | null> => {
    try {
      return await answer
    } catch (error) {
      if (isLackOfScope(error)) return null
      throw error
    }
  }
  return {
    ...driveCalls(ask, baseUrl),
    credential: sha256(`${baseUrl ?? ''}\n${clientId}\n${refreshToken ?? ''}`).slice(0, 16),
    /** Sends a mail as it stands; gives back its id. */
    send: async (mail: Buffer): Promise<string> => {
      const requestBody = { raw: mail.toString('base64url') }
      return (
        await ask({ id: 'text' }, async ({ gmail }) =>
          (await gmail()).users.messages.send({ ...ME, requestBody }),
        )
      ).id
    },
    /** Whose sign-in it is; null where it may not be told. */
    address: async (): Promise<string | null> => {
      const profile = await allowed(
        ask({ emailAddress: 'text' }, async ({ gmail }) => (await gmail()).users.getProfile(ME)),
      )
      return profile?.emailAddress ?? null
    },
    /** What the sign-in allows, asked of Google now. */
    scopes: async (): Promise<readonly string[]> => {
      const { scope } = await ask({ scope: 'text' }, async ({ auth }) => {
        const { credentials } = await auth.refreshAccessToken()
        return { data: credentials }
      })
      return scope.split(' ')
    },
    /** Ends a sign-in: what the code of a person is good for, once. */
    exchange: async ({ code, verifier, redirectUri }: GoogleCode): Promise<GoogleGrant> => {
      const tokens = await ask({ refresh_token: 'text', scope: 'text' }, async ({ auth }) => ({
        data: (await auth.getToken({ code, codeVerifier: verifier, redirect_uri: redirectUri })).tokens,
      }))
      const endsInS: unknown = 'refresh_token_expires_in' in tokens ? tokens.refresh_token_expires_in : null
      return {
        refreshToken: tokens.refresh_token,
        scopes: tokens.scope.split(' '),
        endsInS: typeof endsInS === 'number' ? endsInS : null,
      }
    },
    /** The ids of mails that were sent, newest first; null where they may not be looked at. */
    sent: async (pageToken: string | null): Promise<{ ids: string[]; next: string | null } | null> => {
      const page = pageToken === null ? {} : { pageToken }
      const list = await allowed(
        ask({}, async ({ gmail }) =>
          (await gmail()).users.messages.list({ ...ME, labelIds: ['SENT'], maxResults: PAGE_SIZE, ...page }),
        ),
      )
      return list === null ? null : pageIn(list)
    },
    /** What a header of a mail says, and when it was sent. */
    sentMail: async (id: string, header: string): Promise<SentMail> => {
      const mail = await ask({ internalDate: 'text', payload: {} }, async ({ gmail }) =>
        (await gmail()).users.messages.get({ ...ME, id, format: 'metadata', metadataHeaders: [header] }),
      )
      return { id, sentMs: Number(mail.internalDate), header: headerIn(mail.payload, header) }
    },
  }
}

/** What is asked of Google. */
export type GoogleClient = ReturnType<typeof googleClient>

/** A list without anything on it has no member of that name. */
function pageIn(list: object): { ids: string[]; next: string | null } {
  const messages: unknown = 'messages' in list ? list.messages : []
  const shape = [{ id: 'text' }] as const
  if (!fits(messages, shape)) throw notGoogle()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the shape
  const ids = (messages as Shaped<typeof shape>).map(({ id }) => id)
  const next: unknown = 'nextPageToken' in list ? list.nextPageToken : null
  return { ids, next: typeof next === 'string' ? next : null }
}

function headerIn(payload: object, wanted: string): string | null {
  const headers: unknown = 'headers' in payload ? payload.headers : []
  const shape = [{ name: 'text', value: 'text' }] as const
  if (!fits(headers, shape)) return null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the shape
  const all = headers as Shaped<typeof shape>
  return all.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())?.value ?? null
}

async function load({
  baseUrl,
  clientId,
  clientSecret,
  refreshToken,
  replaced,
  timeoutMs,
  world,
}: GoogleOptions): Promise<Sdk> {
  const { OAuth2Client: Client } = await import('google-auth-library')
  const sending = { fetchImplementation: fetchWithin(world, timeoutMs), retry: false }
  const auth = new Client({
    clientId,
    clientSecret,
    forceRefreshOnFailure: true,
    transporterOptions: sending,
    ...(baseUrl === null ? {} : { endpoints: { oauth2TokenUrl: `${baseUrl}/token` } }),
  })
  if (refreshToken !== null) auth.setCredentials({ refresh_token: refreshToken })
  auth.on('tokens', ({ refresh_token: next }) => {
    const { refresh_token: current } = auth.credentials
    if (typeof next !== 'string' || typeof current !== 'string' || next === current) return
    replaced(next)
    auth.credentials.refresh_token = next
  })
  const root = baseUrl === null ? {} : { rootUrl: `${baseUrl}/` }
  const how = { auth, ...root, ...sending }
  return {
    auth,
    gmail: async () =>
      (await import('googleapis/build/src/apis/gmail/index.js')).gmail({ version: 'v1', ...how }),
    drive: async () =>
      (await import('googleapis/build/src/apis/drive/index.js')).drive({ version: 'v3', ...how }),
  }
}

/** Our own fetch, with our own limit of time. */
function fetchWithin({ fetch, clock }: GoogleOptions['world'], timeoutMs: number): SdkFetch {
  const send = sdkFetch(fetch)
  return async (input, init) => send(input, { ...init, signal: clock.deadline(timeoutMs) })
}
