import { isObject, textOf } from '../../domain/shape.ts'
import { redirectFailure, retryAfterMs, type ReadHeader } from '../../kernel/http/read-header.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'

/** An answer that is no good one. `body` is what it says as JSON; anything where it is none. */
export interface BadAnswer {
  readonly status: number
  readonly body: unknown
  readonly header: ReadHeader
  readonly redact: Redact
}

type Meaning = Pick<ServiceFailure, 'errorClass' | 'billed' | 'fix'>

const TOKEN = 'set TELEGRAM_BOT_TOKEN to the token that BotFather gave'
const CHAT = 'write /start to the bot in that chat, or set telegram.chats to the ids of others'
const LONGEST = 300

/** What an error of the Bot API means; its codes are statuses of HTTP. */
export function fromAnswer({ status, body, header, redact }: BadAnswer): ServiceFailure {
  const location = header('location')
  const redirect = redirectFailure(status, location === null ? null : redact(location), 'telegram.base_url')
  if (redirect !== null) return redirect
  const said = isObject(body) ? textOf(body['description']) : null
  const words = redact(said ?? 'what answered is not Telegram')
    .replaceAll(/\s+/g, ' ')
    .slice(0, LONGEST)
  const parameters = isObject(body) && isObject(body['parameters']) ? body['parameters'] : {}
  const asked = Number(parameters['retry_after'] ?? 0) * 1000
  const waitMs = Math.max(Number.isFinite(asked) ? asked : 0, retryAfterMs(header) ?? 0)
  return new ServiceFailure(`Telegram ${status}: ${words}`, {
    ...meaningOf(status, said),
    status,
    retryAfterMs: waitMs === 0 ? null : waitMs,
  })
}

function meaningOf(status: number, said: string | null): Meaning {
  if (status === 429) return { errorClass: 'throttled', billed: 'no', fix: null }
  if (status < 300 || status >= 500 || status === 408)
    return { errorClass: 'transient', billed: 'unknown', fix: null }
  // Another process polls with this token: it may end, and nothing was done.
  if (status === 409) return { errorClass: 'transient', billed: 'no', fix: null }
  if (status === 401 || status === 404) return { errorClass: 'credential', billed: 'no', fix: TOKEN }
  const isOfChat = status === 403 || /\bchat not found\b/i.test(said ?? '')
  if (isOfChat) return { errorClass: 'credential', billed: 'no', fix: CHAT }
  return { errorClass: 'permanent', billed: 'no', fix: null }
}
