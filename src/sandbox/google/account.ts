/** The account of the one person: who may come in, and how the stand-in behaves. */
import { randomBytes } from 'node:crypto'
import type { Database } from '../lib/db.ts'
import { mailbox, type Mailbox } from '../lib/mailbox.ts'
import { movableClock } from '../lib/movable-clock.ts'
import { objects, type Objects } from '../lib/objects.ts'
import type { Clock } from '../lib/service.ts'
import { GIVEN_SCOPES, REFRESH_TOKEN } from './identity.ts'

/** A sign-in: what a refresh token stands for. */
export interface Grant {
  readonly scopes: readonly string[]
  readonly madeMs: number
  readonly isRevoked: boolean
  /** Another refresh token took its place; what was issued with it lasts all the same. */
  readonly isReplaced?: true
}

/** What an access token stands for; `tokens` keeps it under the token itself. */
export interface Token {
  readonly refreshToken: string
  readonly expiresMs: number
}

/** What an authorization code stands for. */
export interface Code {
  readonly redirectUri: string
  readonly scopes: readonly string[]
  readonly challenge: { readonly method: 'S256' | 'plain'; readonly value: string } | null
  readonly isOffline: boolean
  readonly expiresMs: number
  readonly isUsed: boolean
}

/** What a person can set. */
export interface Ways {
  /** Each refresh gives a new refresh token, and ends the old one. */
  readonly rotates: boolean
  /** The application is in "Testing": a sign-in ends after 7 days. */
  readonly isTesting: boolean
  readonly quotaBytes: number
  /** Whether a Message-ID that was sent stays; where not, the given one stands in `X-Google-Original-Message-ID`. */
  readonly keepsMessageIds: boolean
}

const DEFAULT_WAYS: Ways = {
  rotates: false,
  isTesting: false,
  quotaBytes: 15 * 1024 ** 3,
  // Reports differ on what the real one does; whoever looks mails up must not rely on it.
  keepsMessageIds: true,
}

/** The account over its database. */
export interface Account {
  readonly db: Database
  readonly now: Clock
  readonly advance: (seconds: number) => void
  readonly mails: Mailbox
  readonly tokens: Objects<Token>
  readonly codes: Objects<Code>
  readonly ways: () => Ways
  readonly setWays: (changed: Partial<Ways>) => void
  grant(refreshToken: string): Grant | undefined
  putGrant(refreshToken: string, grant: Grant): void
  /** Ends all sign-ins, as the person does on the page of the account. */
  revokeAll(): void
}

/** Opens it. */
export function openAccount(db: Database, clock: Clock): Account {
  const { now, advance } = movableClock(db, clock)
  const grants = objects<Grant>(db, 'grant')
  const ways = objects<Ways>(db, 'ways')
  const tokens = objects<Token>(db, 'access-token')
  const stored = (): Ways => ways.get('ways') ?? DEFAULT_WAYS
  const grant = (token: string): Grant | undefined =>
    grants.get(token) ?? (token === REFRESH_TOKEN ? BUILT_IN : undefined)
  const putGrant = (token: string, given: Grant): void => {
    if (!grants.add(given, token)) grants.change(token, given)
  }
  return {
    db,
    now,
    advance,
    mails: mailbox(db, now),
    tokens,
    codes: objects<Code>(db, 'code'),
    ways: stored,
    setWays: changed => {
      const next = { ...stored(), ...changed }
      if (!ways.add(next, 'ways')) ways.change('ways', next)
    },
    grant,
    putGrant,
    revokeAll: () => {
      for (const token of [REFRESH_TOKEN, ...grants.list().map(([id]) => id)]) {
        const known = grant(token)
        if (known !== undefined) putGrant(token, { ...known, isRevoked: true })
      }
    },
  }
}

const BUILT_IN: Grant = { scopes: GIVEN_SCOPES, madeMs: Number.MAX_SAFE_INTEGER, isRevoked: false }

/** Letters that nobody guesses. */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(24).toString('base64url')
}
