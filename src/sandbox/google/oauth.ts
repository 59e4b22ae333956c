/** The OAuth server: the token endpoint and the revocation, by RFC 6749, RFC 7636 and Google's page "OAuth 2.0 for iOS & Desktop Apps". */
import { createHash } from 'node:crypto'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import { newSecret, type Account, type Code, type Grant } from './account.ts'
import { errorReply, NO_TOKEN, oauthRefused, tooFewScopes } from './errors.ts'
import { CLIENT_ID, CLIENT_SECRET } from './identity.ts'

const LIFETIME_S = 3599
const TESTING_MS = 7 * 86_400_000

/** `POST /token` and `POST /revoke`, which ask for no access token. */
export function oauthRoutes(account: Account): readonly Route[] {
  return [
    { method: 'POST', path: '/token', handle: request => token(account, request) },
    { method: 'POST', path: '/revoke', handle: request => revoke(account, request) },
  ]
}

/** True for the paths that ask for no access token. */
function isOauthPath({ path }: SandboxRequest): boolean {
  return path === '/token' || path === '/revoke'
}

function token(account: Account, request: SandboxRequest): Reply {
  const form = formIn(request)
  checkClient(form, request)
  const grantType = form.get('grant_type')
  if (grantType === 'refresh_token') return refresh(account, form)
  if (grantType === 'authorization_code') return exchange(account, form)
  if (grantType === null) throw oauthRefused('invalid_request', 'Missing required parameter: grant_type')
  throw oauthRefused('unsupported_grant_type', `Invalid grant_type: ${grantType}`)
}

function formIn({ headers, rawBody }: SandboxRequest): URLSearchParams {
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) {
    throw oauthRefused('invalid_request', 'Bad Request')
  }
  const form = new URLSearchParams(rawBody.toString('utf8'))
  const twice = [...form.keys()].find((name, index, all) => all.indexOf(name) !== index)
  if (twice !== undefined) throw oauthRefused('invalid_request', `Parameter occurs twice: ${twice}`)
  return form
}

function checkClient(form: URLSearchParams, { headers }: SandboxRequest): void {
  const basic = /^Basic (\S+)$/.exec(headers.authorization ?? '')?.[1]
  const [id, secret] =
    basic === undefined
      ? [form.get('client_id'), form.get('client_secret')]
      : Buffer.from(basic, 'base64').toString('utf8').split(':')
  if (id === null) throw oauthRefused('invalid_request', 'Could not determine client ID from request.')
  if (id !== CLIENT_ID) throw oauthRefused('invalid_client', 'The OAuth client was not found.', 401)
  if (secret !== CLIENT_SECRET) throw oauthRefused('invalid_client', 'Unauthorized', 401)
}

function refresh(account: Account, form: URLSearchParams): Reply {
  const given = form.get('refresh_token') ?? ''
  if (given === '') throw oauthRefused('invalid_request', 'Missing required parameter: refresh_token')
  const grant = account.grant(given)
  if (grant === undefined) throw oauthRefused('invalid_grant', 'Bad Request')
  if (!isAlive(account, grant)) throw oauthRefused('invalid_grant', 'Token has been expired or revoked.')
  if (!account.ways().rotates) return issued(account, given, grant, {})
  const next = newSecret('1//')
  account.putGrant(given, { ...grant, isReplaced: true })
  account.putGrant(next, grant)
  return issued(account, next, grant, { refresh_token: next })
}

function isAlive({ now, ways }: Account, { isRevoked, isReplaced, madeMs }: Grant): boolean {
  return !isRevoked && isReplaced !== true && !(ways().isTesting && now() - madeMs > TESTING_MS)
}

function issued(account: Account, refreshToken: string, grant: Grant, more: object): Reply {
  const access = newSecret('ya29.')
  account.tokens.add({ refreshToken, expiresMs: account.now() + LIFETIME_S * 1000 }, access)
  const body = { access_token: access, expires_in: LIFETIME_S, ...more }
  const scope = grant.scopes.join(' ')
  return {
    status: 200,
    headers: { 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate' },
    body: { ...body, scope, token_type: 'Bearer' },
  }
}

function exchange(account: Account, form: URLSearchParams): Reply {
  const given = form.get('code') ?? ''
  const code = account.codes.get(given)
  if (code === undefined || code.isUsed || code.expiresMs < account.now()) {
    throw oauthRefused('invalid_grant', code === undefined ? 'Malformed auth code.' : 'Bad Request')
  }
  if (form.get('redirect_uri') !== code.redirectUri)
    throw oauthRefused('redirect_uri_mismatch', 'Bad Request')
  checkVerifier(code, form.get('code_verifier'))
  account.codes.change(given, { ...code, isUsed: true })
  const refreshToken = newSecret('1//')
  const grant = { scopes: code.scopes, madeMs: account.now(), isRevoked: false }
  account.putGrant(refreshToken, grant)
  const end = account.ways().isTesting ? { refresh_token_expires_in: TESTING_MS / 1000 } : {}
  const more = code.isOffline ? { refresh_token: refreshToken, ...end } : {}
  return issued(account, refreshToken, grant, more)
}

function checkVerifier({ challenge }: Code, verifier: string | null): void {
  if (challenge === null) return
  if (verifier === null) throw oauthRefused('invalid_grant', 'Missing code verifier.')
  if (!/^[\w.~-]{43,128}$/.test(verifier)) throw oauthRefused('invalid_grant', 'Invalid code verifier.')
  const hashed = createHash('sha256').update(verifier).digest('base64url')
  const shown = challenge.method === 'S256' ? hashed : verifier
  if (shown !== challenge.value) throw oauthRefused('invalid_grant', 'Invalid code verifier.')
}

/** Of either kind of token; the other kind ends with it. */
function revoke(account: Account, { query, rawBody }: SandboxRequest): Reply {
  const given = new URLSearchParams(rawBody.toString('utf8')).get('token') ?? query.get('token') ?? ''
  const refreshToken = account.tokens.get(given)?.refreshToken ?? given
  const grant = account.grant(refreshToken)
  if (grant?.isRevoked !== false) throw oauthRefused('invalid_token', 'Token expired or revoked')
  account.putGrant(refreshToken, { ...grant, isRevoked: true })
  return { status: 200, body: {} }
}

/** What the access token of a call lets be done; null where it is none, has ended, or its sign-in was revoked. */
export function scopesOf(account: Account, { headers }: SandboxRequest): readonly string[] | null {
  const access = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  const known = account.tokens.get(access)
  if (known === undefined || known.expiresMs <= account.now()) return null
  const grant = account.grant(known.refreshToken)
  return grant === undefined || grant.isRevoked ? null : grant.scopes
}

/** Makes a handler ask for one of some scopes. @throws VendorError 403 */
export function checkScopes(account: Account, request: SandboxRequest, wanted: readonly string[]): void {
  const scopes = scopesOf(account, request) ?? []
  if (!wanted.some(scope => scopes.includes(scope))) throw tooFewScopes(wanted)
}

/** The answer to a call that comes without a token that lasts. */
export function refuse(account: Account, request: SandboxRequest): Reply | undefined {
  if (isOauthPath(request)) return undefined
  if (request.headers.authorization === undefined) {
    return errorReply(401, {
      message: 'Request is missing required authentication credential.',
      reason: 'required',
      location: 'Authorization',
      locationType: 'header',
    })
  }
  return scopesOf(account, request) === null ? NO_TOKEN : undefined
}
