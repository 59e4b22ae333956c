/** Runs one call of the light fetch in a process of its own, and says what it came to and what was loaded. */
import { lightFetch, sdkFetch } from '../../../../src/kernel/http/fetch.ts'
import { networkFailure } from '../../../../src/kernel/service-failure.ts'
import { headerReader } from '../../../../src/kernel/http/read-header.ts'

const [url = '', how = 'json'] = process.argv.slice(2)

/** A second call gets the connection of a first one whose answer nobody reads. */
async function oneConnection(): Promise<unknown> {
  process.getBuiltinModule('node:http').globalAgent.maxSockets = 1
  const fetch = sdkFetch(lightFetch())
  const [, second] = await Promise.all([fetch(url), fetch(url)])
  return second.json()
}

async function call(): Promise<unknown> {
  if (how === 'queued') return { json: await oneConnection() }
  const signal = AbortSignal.timeout(600_000)
  const response = await sdkFetch(lightFetch())(url, {
    method: how === 'post' ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
    signal,
    ...(how === 'post' ? { body: '{"a":1}' } : {}),
  })
  const requestId = headerReader(response.headers)('x-request-id')
  if (how === 'unread') return { requestId }
  if (how === 'stream') return { requestId, first: await response.body?.getReader().read() }
  return { requestId, all: Object.fromEntries(response.headers.entries()), json: await response.json() }
}

const answer = await call().catch((error: unknown) => {
  const { message, billed } = networkFailure(error)
  return { failed: message, billed }
})
const loaded: unknown = Reflect.get(process, 'moduleLoadList')
const undici = Array.isArray(loaded) ? loaded.filter(name => String(name).includes('undici')) : ['no list']
process.stdout.write(JSON.stringify({ answer, undici }))
