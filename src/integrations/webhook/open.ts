import { noticeText, type Notice } from '../../domain/notice.ts'
import { sendableAddress } from '../../kernel/http/plain-http.ts'
import { redirectFailure, retryAfterMs } from '../../kernel/http/read-header.ts'
import type { FetchAnswer } from '../../kernel/http/fetch.ts'
import { redactor } from '../../kernel/redaction.ts'
import { networkFailure, ServiceFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import { instantText } from '../../kernel/text.ts'
import { noticeDeliverer } from '../../outbox/deliverer.ts'
import type { AlertChannel } from '../../roles/alert-channel.ts'
import type { OpenService, ServiceEnvironment } from '../service.ts'

/** Connects; nothing is sent until there is something to tell. @throws AppError `config` for what is no address */
export async function openWebhook({
  secret,
  core,
  world,
}: ServiceEnvironment<unknown, typeof SECRET>): Promise<OpenService> {
  const address = secret(SECRET)
  if (address === null) return { roles: {}, deliverer: async () => null }
  const channel = webhookChannel(sendableAddress(SECRET, address, core.allow_http_hosts), world)
  return {
    roles: {},
    alertChannel: () => channel,
    deliverer: async () => noticeDeliverer(channel),
    // Nothing but a notice proves it, and nobody wants one for each look of doctor.
    proofs: async () => [
      {
        subject: channel.service,
        outcome: 'not_proved',
        detail: 'an address is set, and no test notice was sent to it',
        fix: 'echopilot alert test',
        stands: true,
      },
    ],
  }
}

const SECRET = 'ALERT_WEBHOOK_URL'

const TIMEOUT_MS = 15_000

function webhookChannel(url: URL, world: Pick<World, 'fetch' | 'clock'>): AlertChannel {
  const redact = redactor(keysIn(url))
  const post = async (notice: Notice, key: string): Promise<FetchAnswer> => {
    try {
      return await world.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(bodyOf(notice, key)),
        signal: world.clock.deadline(TIMEOUT_MS),
      })
    } catch (error) {
      throw networkFailure(error)
    }
  }
  return {
    service: 'webhook',
    tell: async (notice, key) => {
      const answer = await post(notice, key)
      if (!answer.ok) throw await failureOf(answer, redact)
    },
  }
}

/** What of the address may open something: all of it, and each part, as it stands there and as it is meant. */
function keysIn({ href, pathname, search, searchParams }: URL): string[] {
  const parts = [...pathname.split('/'), ...search.slice(1).split(/[&=]/)]
  return [href, pathname.slice(1), search.slice(1), ...parts, ...searchParams.values()]
}

/** `text` is what chat services show; the rest is for programs. */
function bodyOf(notice: Notice, key: string) {
  const { what, alertId, cause, severity, message, next, count, openedMs, atMs } = notice
  return {
    schema: 'echopilot.notice/1',
    key,
    text: `EchoPilot: ${noticeText(notice)}${next === null ? '' : `\nnext: ${next}`}`,
    what,
    alertId,
    cause,
    severity,
    message,
    next,
    count,
    openedAt: instantText(openedMs),
    at: instantText(atMs),
  }
}

/** Nobody is there who takes notices, or not from us: the address has to be set otherwise. */
const WRONG_ADDRESS = new Set([401, 403, 404, 405, 410])

async function failureOf(answer: FetchAnswer, redact: (text: string) => string): Promise<ServiceFailure> {
  const { status, headers } = answer
  const header = (name: string): string | null => headers.get(name)
  const location = header('location')
  const redirect = redirectFailure(status, location === null ? null : redact(location), SECRET)
  if (redirect !== null) return redirect
  const facts = { status, retryAfterMs: retryAfterMs(header) }
  const message = `${status}: ${redact(await wordsOf(answer)).slice(0, SHOWN) || 'nothing is said why'}`
  if (WRONG_ADDRESS.has(status)) {
    const fix = `set ${SECRET} to an address that takes notices`
    return new ServiceFailure(message, { ...facts, errorClass: 'credential', billed: 'no', fix })
  }
  if (status === 429) return new ServiceFailure(message, { ...facts, errorClass: 'throttled', billed: 'no' })
  const isPassing = status >= 500 || status === 408 || status === 425
  return isPassing
    ? new ServiceFailure(message, { ...facts, errorClass: 'transient', billed: 'unknown' })
    : new ServiceFailure(message, { ...facts, errorClass: 'permanent', billed: 'no' })
}

const SHOWN = 200

/** What it says of why, as far as it says anything. */
async function wordsOf(answer: FetchAnswer): Promise<string> {
  try {
    return (await answer.text()).replaceAll(/\s+/g, ' ').trim()
  } catch {
    return 'the answer broke off'
  }
}
