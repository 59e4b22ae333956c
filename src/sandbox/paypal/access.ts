/** Who may come in, by tokens; and the certificates, which anybody may have. */
import { randomBytes } from 'node:crypto'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import type { Account } from './account.ts'
import { errorReply } from './errors.ts'
import { CLIENT_ID, CLIENT_SECRET } from './identity.ts'

const TOKEN_PATH = '/v1/oauth2/token'
const TOKEN_LIFE_S = 32_400
const CERTIFICATES = '/v1/notifications/certs/'

/** The answer that refuses a call, if it is refused: all but the certificates ask for a token. */
export function refuse(
  { store, now }: Account,
  { method, path, headers }: SandboxRequest,
): Reply | undefined {
  if (path === TOKEN_PATH || (method === 'GET' && path.startsWith(CERTIFICATES))) return undefined
  const [, token = ''] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? []
  const { endMs = 0 } = store.find('token', token) ?? {}
  return endMs > now() ? undefined : errorReply(401)
}

/** The routes of tokens and certificates. */
export function entryRoutes(account: Account): readonly Route[] {
  const chain = ({ params }: SandboxRequest): Reply => {
    const pem = account.signers.chain(params['id'] ?? '')
    return pem === undefined ? errorReply(404) : { status: 200, body: pem }
  }
  return [
    { method: 'POST', path: TOKEN_PATH, handle: request => giveToken(account, request) },
    { method: 'GET', path: `${CERTIFICATES}{id}`, handle: chain },
  ]
}

function giveToken({ store, now }: Account, { headers, rawBody }: SandboxRequest): Reply {
  const [, basic = ''] = /^Basic (\S+)$/i.exec(headers.authorization ?? '') ?? []
  if (Buffer.from(basic, 'base64').toString('utf8') !== `${CLIENT_ID}:${CLIENT_SECRET}`) {
    return noToken(401, 'invalid_client', 'Client Authentication failed')
  }
  const grant = new URLSearchParams(rawBody.toString('utf8')).get('grant_type')
  if (grant === null) return noToken(400, 'invalid_request', 'Required parameter grant_type is missing')
  if (grant !== 'client_credentials') return noToken(400, 'unsupported_grant_type', 'Unsupported grant_type')
  const id = `A21AA${randomBytes(36).toString('base64url')}`
  store.add('token', { id, endMs: now() + TOKEN_LIFE_S * 1000 })
  const scope = 'https://uri.paypal.com/services/payments/payment'
  const body = {
    scope,
    access_token: id,
    token_type: 'Bearer',
    app_id: 'APP-SANDBOX',
    expires_in: TOKEN_LIFE_S,
  }
  return { status: 200, body }
}

function noToken(status: number, error: string, error_description: string): Reply {
  return { status, body: { error, error_description } }
}
