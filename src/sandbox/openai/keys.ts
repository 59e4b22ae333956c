/** Who may come in: the sandbox's own keys, so that the commonest mistake, a wrong one, can be rehearsed. */
import type { Reply, SandboxRequest } from '../lib/service.ts'
import { errorReply } from './errors.ts'
import { NO_QUOTA_KEY, SANDBOX_KEY, SECOND_KEY } from './identity.ts'

const KNOWN: ReadonlySet<string> = new Set([SANDBOX_KEY, SECOND_KEY, NO_QUOTA_KEY])

/** The error for a missing key, a wrong one or the one without quota; undefined when all is well. */
export function refuseKey(request: SandboxRequest): Reply | undefined {
  const key = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (key === undefined) return errorReply({ status: 401, message: MISSING_KEY })
  if (!KNOWN.has(key)) {
    return errorReply({
      status: 401,
      message: `Incorrect API key provided: ${masked(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      code: 'invalid_api_key',
    })
  }
  if (key !== NO_QUOTA_KEY || request.method === 'GET') return undefined
  return errorReply({
    status: 429,
    message: NO_QUOTA,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  })
}

function masked(key: string): string {
  return key.length <= 12 ? '*'.repeat(key.length) : `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}`
}

const MISSING_KEY =
  "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys."

const NO_QUOTA =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.'
