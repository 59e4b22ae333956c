import { headerReader } from '../../kernel/http/read-header.ts'

/** What the SDK has to say of a request; the rest tells of the machine it runs on. */
const KEPT = ['accept', 'content-type', 'user-agent']

/**
 * A fetch that sends our key, and no other header than an API needs: the SDK adds what the variable
 * OPENAI_CUSTOM_HEADERS says, which was meant for another program and may hold another key.
 */
export function withOwnHeaders(fetch: typeof globalThis.fetch, apiKey: string): typeof globalThis.fetch {
  return async (input, init) => {
    const read = headerReader(init?.headers)
    const kept = KEPT.map((name): [string, string | null] => [name, read(name)])
    const headers = Object.fromEntries(
      kept.flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    )
    return fetch(input, { ...init, headers: { ...headers, authorization: `Bearer ${apiKey}` } })
  }
}
