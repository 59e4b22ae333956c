import { isObject, parseJson } from '../../domain/shape.ts'
import type { FetchAnswer } from '../../kernel/http/fetch.ts'
import { redactor } from '../../kernel/redaction.ts'
import { networkFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import { fromAnswer } from './failure.ts'

/** Where the bot is. */
export interface TelegramBot {
  readonly baseUrl: string
  readonly token: string
  readonly timeoutMs: number
  readonly world: Pick<World, 'fetch' | 'clock'>
}

/** How one call differs from others. */
export interface CallOptions {
  /** For how long Telegram may hold the answer back, beside the usual time. */
  readonly heldMs?: number
  /** Ends it early. */
  readonly stop?: AbortSignal
}

/** Calls a method of the Bot API; gives back its result. */
export type TelegramApi = (
  method: string,
  given?: Readonly<Record<string, unknown>>,
  options?: CallOptions,
) => Promise<unknown>

/** The Bot API. The token is part of each address: nothing that is thrown tells it. Each call may throw `ServiceFailure`. */
export function telegramApi({ baseUrl, token, timeoutMs, world }: TelegramBot): TelegramApi {
  const redact = redactor([token, encodeURIComponent(token)])
  return async (method, given = {}, { heldMs = 0, stop } = {}) => {
    const deadline = world.clock.deadline(timeoutMs + heldMs)
    const answer = await sent(
      world.fetch(`${baseUrl}/bot${token}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(given),
        signal: stop === undefined ? deadline : AbortSignal.any([stop, deadline]),
      }),
    )
    const body = parseJson(await wordsOf(answer))
    if (answer.ok && isObject(body) && body['ok'] === true) return body['result']
    const header = (name: string): string | null => answer.headers.get(name)
    throw fromAnswer({ status: answer.status, body, header, redact })
  }
}

async function sent(answer: Promise<FetchAnswer>): Promise<FetchAnswer> {
  try {
    return await answer
  } catch (error) {
    throw networkFailure(error)
  }
}

/** A refusal whose body breaks off is still that refusal. */
async function wordsOf(answer: FetchAnswer): Promise<string> {
  try {
    return await answer.text()
  } catch (error) {
    if (answer.ok) throw networkFailure(error)
    return ''
  }
}
