/** The page on which a person lets an application in, for the redirect to a port of this machine. */
import { htmlDocument, pageReply } from '../lib/document.ts'
import { html, type Html } from '../lib/html.ts'
import type { Reply, Route, SandboxRequest } from '../lib/service.ts'
import { newSecret, type Account, type Code } from './account.ts'
import { ADDRESS, CLIENT_ID, SCOPES } from './identity.ts'

const AUTH_PATH = '/o/oauth2/v2/auth'
const CONSENT_PATH = '/o/oauth2/consent'
const CODE_LASTS_MS = 10 * 60_000

/** `GET /o/oauth2/v2/auth`, and what its buttons send. */
export function consentRoutes(account: Account): readonly Route[] {
  return [
    { method: 'GET', path: AUTH_PATH, handle: ({ query }) => ask(query) },
    { method: 'POST', path: CONSENT_PATH, handle: request => decide(account, request) },
  ]
}

/** What an application asks for. */
interface Asked {
  readonly redirectUri: string
  readonly state: string | null
  readonly scopes: readonly string[]
  readonly challenge: Code['challenge']
  readonly isOffline: boolean
}

function ask(query: URLSearchParams): Reply {
  const asked = readAsked(query)
  if (typeof asked === 'string') return failure(asked)
  const hidden = [...query].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )
  const boxes = asked.scopes.map(
    scope =>
      html`<p>
        <label><input type="checkbox" name="granted" value="${scope}" checked /> ${scope}</label>
      </p>`,
  )
  return card(
    html`<h2>An application wants to use your Google account</h2>
      <p class="quiet">${ADDRESS}</p>
      <form method="post" action="${CONSENT_PATH}">
        ${hidden} ${boxes}
        <p class="row">
          <button name="answer" value="allow">Continue</button>
          <button name="answer" value="deny">Cancel</button>
        </p>
      </form>`,
    200,
  )
}

/** The request, or the code of the error that Google shows: it redirects nowhere while it does not know whom it serves. */
function readAsked(query: URLSearchParams): Asked | string {
  if (query.get('client_id') !== CLIENT_ID) return 'invalid_client'
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!isLoopback(redirectUri)) return 'redirect_uri_mismatch'
  if (query.get('response_type') !== 'code') return 'invalid_request: response_type'
  const scopes = (query.get('scope') ?? '').split(' ').filter(scope => scope !== '')
  const known: readonly string[] = Object.values(SCOPES)
  if (scopes.length === 0 || !scopes.every(scope => known.includes(scope))) return 'invalid_scope'
  const challenge = challengeIn(query)
  if (challenge === undefined) return 'invalid_request: code_challenge'
  const isOffline = query.get('access_type') === 'offline'
  return { redirectUri, state: query.get('state'), scopes, challenge, isOffline }
}

/** As for the type "Desktop app": any port of this machine. */
function isLoopback(address: string): boolean {
  const url = URL.parse(address)
  return url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
}

/** Null where there is none; undefined where it is malformed. */
function challengeIn(query: URLSearchParams): Code['challenge'] | undefined {
  const value = query.get('code_challenge')
  const method = query.get('code_challenge_method') ?? 'plain'
  if (value === null) return null
  if (!/^[\w.~-]{43,128}$/.test(value)) return undefined
  return method === 'S256' || method === 'plain' ? { method, value } : undefined
}

function decide(account: Account, { rawBody }: SandboxRequest): Reply {
  const form = new URLSearchParams(rawBody.toString('utf8'))
  const asked = readAsked(form)
  if (typeof asked === 'string') return failure(asked)
  const scopes = asked.scopes.filter(scope => form.getAll('granted').includes(scope))
  if (form.get('answer') !== 'allow' || scopes.length === 0) return back(asked, { error: 'access_denied' })
  const code = newSecret('4/0A')
  const { redirectUri, challenge, isOffline } = asked
  const expiresMs = account.now() + CODE_LASTS_MS
  account.codes.add({ redirectUri, scopes, challenge, isOffline, expiresMs, isUsed: false }, code)
  return back(asked, { code, scope: scopes.join(' ') })
}

function back({ redirectUri, state }: Asked, answer: Readonly<Record<string, string>>): Reply {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries({ ...(state === null ? {} : { state }), ...answer })) {
    url.searchParams.set(name, value)
  }
  return { status: 303, headers: { location: url.href }, body: '' }
}

function failure(code: string): Reply {
  return card(
    html`<h2>Access blocked</h2>
      <p>Error 400: ${code}</p>`,
    400,
  )
}

function card(content: Html, status: number): Reply {
  const body = html`<main><section class="card">${content}</section></main>`
  const reply = pageReply(htmlDocument({ title: 'Sign in – Google sandbox', body }), status)
  const policy = reply.headers?.['content-security-policy'] ?? ''
  // Browsers hold the answer to a form to the same rule, and this one leads to a port of the application.
  const loopback = "form-action 'self' http://127.0.0.1:* http://localhost:*"
  const headers = {
    ...reply.headers,
    'content-security-policy': policy.replace("form-action 'self'", loopback),
  }
  return { ...reply, headers }
}
