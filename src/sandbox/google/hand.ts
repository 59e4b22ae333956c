/** What the person and time do besides the API. */
import { chosenIn, handRoutes as routesOf, wholeIn, type Given, type HandActs } from '../lib/hand.ts'
import type { Route } from '../lib/service.ts'
import type { Account } from './account.ts'
import { invalid, sentenceOf } from './errors.ts'
import { GIVEN_SCOPES, REFRESH_TOKEN, SCOPES } from './identity.ts'

/** The routes: `POST /__sandbox/google/<act>`. */
export function handRoutes(account: Account): readonly Route[] {
  return routesOf({ service: 'google', acts: ACTS, actOf: () => account, sentence: sentenceOf })
}

const ACTS: HandActs<Account> = {
  /** All sign-ins end, as by "Remove access" on the page of the account. */
  revoke: account => {
    account.revokeAll()
    return { ok: true }
  },
  /** `{scopes?}`, parted by spaces, by their last words, as `gmail.send drive.file`: the first sign-in is made again. */
  'sign-in': (account, given) => {
    const scopes = given['scopes'] === undefined ? GIVEN_SCOPES : given['scopes'].split(' ').map(scopeNamed)
    account.putGrant(REFRESH_TOKEN, { scopes, madeMs: account.now(), isRevoked: false })
    return { scopes }
  },
  /** Access tokens end now; refresh tokens do not. */
  expire: account => {
    for (const [id, token] of account.tokens.list()) account.tokens.change(id, { ...token, expiresMs: 0 })
    return { ok: true }
  },
  /** `{on}`: a refresh gives a new refresh token from now on. */
  rotate: (account, given) => {
    account.setWays({ rotates: isOn(given) })
    return { ...account.ways() }
  },
  /** `{on}`: the application is in "Testing", and what is signed in from now on ends after 7 days. */
  testing: (account, given) => {
    account.setWays({ isTesting: isOn(given) })
    account.putGrant(REFRESH_TOKEN, { scopes: GIVEN_SCOPES, madeMs: account.now(), isRevoked: false })
    return { ...account.ways() }
  },
  /** `{bytes}`: so much is there for files. */
  quota: (account, given) => {
    account.setWays({ quotaBytes: wholeIn(given, 'bytes', { least: 0, most: Number.MAX_SAFE_INTEGER }) })
    return { ...account.ways() }
  },
  /** `{on}`: Message-IDs are replaced from now on. */
  'replace-message-ids': (account, given) => {
    account.setWays({ keepsMessageIds: !isOn(given) })
    return { ...account.ways() }
  },
  /** `{seconds}`: time passes. */
  clock: (account, given) => {
    account.advance(wholeIn(given, 'seconds', { least: 0 }))
    return { now: new Date(account.now()).toISOString() }
  },
}

function scopeNamed(name: string): string {
  const scope = Object.values(SCOPES).find(each => each.endsWith(`/${name}`))
  if (scope !== undefined) return scope
  throw invalid(`no such scope: ${name}`)
}

function isOn(given: Given): boolean {
  return chosenIn(given, 'on', ['true', 'false']) === 'true'
}
