import { isObject, textOf } from '../../domain/shape.ts'
import { exchange, readAnswer, type PayPalOptions } from './exchange.ts'

/** The access token of this process. */
export interface TokenKeeper {
  /** One that is good for a minute at least; asked for where there is none. @throws ServiceFailure */
  readonly get: () => Promise<string>
  /** PayPal does not take this one any more. */
  readonly forget: (text: string) => void
}

interface Token {
  readonly text: string
  /** By the clock that never goes back. */
  readonly endMs: number
}

/**
 * Keeps the token until shortly before its end, in memory alone: it is asked for when the first request needs it, so a
 * job that asks nothing of PayPal asks for none. Requests of one moment share one.
 */
export function tokenKeeper(options: PayPalOptions): TokenKeeper {
  const { clock } = options.world
  let known: Token | null = null
  let asked: Promise<Token> | null = null
  const ask = async (): Promise<Token> => {
    try {
      known = await askToken(options)
      return known
    } finally {
      asked = null
    }
  }
  return {
    get: async () => {
      if (known !== null && clock.monotonicMs() < known.endMs) return known.text
      asked ??= ask()
      return (await asked).text
    },
    forget: text => {
      if (known?.text === text) known = null
    },
  }
}

async function askToken(options: PayPalOptions): Promise<Token> {
  const { clientId, clientSecret, world } = options
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const startMs = world.clock.monotonicMs()
  const answer = await exchange(options, '/v1/oauth2/token', {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  })
  return readAnswer(answer, json => readToken(json, startMs), [clientId, clientSecret])
}

/** PayPal gives a token for nine hours. */
const USUAL_LIFE_S = 32_400
/** Not used in the last of its time, so that it does not end under way. */
const MARGIN_MS = 60_000

/** It goes into a header: nothing else than what may stand there. */
function readToken(json: unknown, startMs: number): Token | null {
  const text = isObject(json) ? textOf(json['access_token']) : null
  if (!isObject(json) || text === null || !/^[\x21-\x7e]+$/.test(text)) return null
  const lifeS = typeof json['expires_in'] === 'number' ? json['expires_in'] : USUAL_LIFE_S
  return { text, endMs: startMs + lifeS * 1000 - MARGIN_MS }
}
