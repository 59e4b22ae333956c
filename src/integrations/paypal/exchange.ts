import { parseJson } from '../../domain/shape.ts'
import type { FetchAnswer, FetchRequest } from '../../kernel/http/fetch.ts'
import { redactor } from '../../kernel/redaction.ts'
import { networkFailure } from '../../kernel/service-failure.ts'
import type { World } from '../../kernel/world.ts'
import { fromAnswer, notPayPal } from './failure.ts'

/** Where PayPal is and how it is asked. */
export interface PayPalOptions {
  readonly baseUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly timeoutMs: number
  readonly world: Pick<World, 'fetch' | 'clock' | 'random'>
}

/** Reads the JSON of an answer; null for what PayPal would not have answered. */
export type Read<T> = (json: unknown) => T | null

/** Sends a request once, within our time, to our address alone. @throws ServiceFailure where no answer came */
export async function exchange(
  { baseUrl, world, timeoutMs }: PayPalOptions,
  path: string,
  request: FetchRequest,
): Promise<FetchAnswer> {
  const headers = { accept: 'application/json', 'user-agent': 'EchoPilot', ...request.headers }
  try {
    const signal = world.clock.deadline(timeoutMs)
    return await world.fetch(`${baseUrl}${path}`, { ...request, headers, signal })
  } catch (error) {
    throw networkFailure(error)
  }
}

/** What an answer says. @throws ServiceFailure for a refusal, and for what is no answer of PayPal's */
export async function readAnswer<T>(
  answer: FetchAnswer,
  read: Read<T>,
  secrets: readonly string[],
): Promise<T> {
  const { status, headers } = answer
  const body = parseJson(await textIn(answer))
  if (!answer.ok) {
    const header = (name: string): string | null => headers.get(name)
    throw fromAnswer({ status, body, header, redact: redactor(secrets) })
  }
  const found = read(body)
  if (found === null) throw notPayPal()
  return found
}

/** A refusal whose body breaks off is still that refusal. */
async function textIn(answer: FetchAnswer): Promise<string> {
  try {
    return await answer.text()
  } catch (error) {
    if (answer.ok) throw networkFailure(error)
    return ''
  }
}
