/** What is checked before a call: token, version, armed faults, rate limit. */
import type { Clock, Reply, SandboxRequest } from '../lib/service.ts'
import { errorReply, statusReply } from './errors.ts'
import { faultReply } from './faults.ts'
import { RESTRICTED_TOKEN, SANDBOX_TOKEN } from './identity.ts'
import type { Workspace } from './workspace.ts'

const VERSION = '2025-09-03'
const KNOWN_VERSIONS = [
  '2021-05-11',
  '2021-05-13',
  '2021-08-16',
  '2022-02-22',
  '2022-06-28',
  VERSION,
  '2026-03-11',
]

/** The answer that refuses a call, if it is refused. The rate limit counts in memory: after a restart, from zero. */
export function accessCheck(
  workspace: Workspace,
  now: Clock,
): (request: SandboxRequest) => Reply | undefined {
  const limiter = tokenBucket()
  return request =>
    refuseToken(request) ??
    refuseVersion(request) ??
    faultReply(request) ??
    limiter(workspace.requestsPerSecond(), now())
}

function refuseToken(request: SandboxRequest): Reply | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === RESTRICTED_TOKEN) return statusReply(403)
  return token === SANDBOX_TOKEN ? undefined : statusReply(401)
}

function refuseVersion(request: SandboxRequest): Reply | undefined {
  const given = request.headers['notion-version']
  if (given === VERSION) return undefined
  const quoted = KNOWN_VERSIONS.map(version => `"${version}"`)
  const should =
    given === undefined ? 'defined' : `${quoted.slice(0, -1).join(', ')}, or ${quoted.at(-1) ?? ''}`
  const was = given === undefined ? 'undefined' : JSON.stringify(given)
  const known = typeof given === 'string' && KNOWN_VERSIONS.includes(given)
  const message = known
    ? `The sandbox speaks Notion-Version ${VERSION} only, instead was \`${was}\`.`
    : `Notion-Version header failed validation: Notion-Version header should be ${should}, instead was \`${was}\`.`
  return errorReply(400, 'missing_version', message)
}

/** Lets `rate` calls a second through on average and as many at once. */
function tokenBucket(): (rate: number | null, nowMs: number) => Reply | undefined {
  let tokens = Number.POSITIVE_INFINITY
  let filledMs = 0
  return (rate, nowMs) => {
    if (rate === null) {
      tokens = Number.POSITIVE_INFINITY
      return undefined
    }
    const most = Math.max(1, rate)
    tokens = Math.min(most, tokens + (Math.max(0, nowMs - filledMs) * rate) / 1000)
    filledMs = nowMs
    if (tokens >= 1) {
      tokens -= 1
      return undefined
    }
    return statusReply(429, Math.max(1, Math.ceil((1 - tokens) / rate)))
  }
}
