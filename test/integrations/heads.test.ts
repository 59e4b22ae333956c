/** Heads of answers, as both SDKs hand them on: redirects, waiting times, ids. */
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { notionSender } from '../../src/integrations/notion/api/request.ts'
import { asAppError } from '../../src/kernel/errors.ts'
import { lightFetch, sdkFetch } from '../../src/kernel/http/fetch.ts'
import { realClock, realRandom } from '../../src/kernel/real-world.ts'
import { runScript } from '../support/child.ts'
import { httpServer } from '../support/servers.ts'
import { failureOf, patience, REQUEST, scripted } from './openai/support/service.ts'

const FETCHES: [string, typeof globalThis.fetch][] = [
  ['the light fetch', sdkFetch(lightFetch())],
  ['the global fetch', globalThis.fetch],
]

async function askNotion(url: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  const world = { fetch, clock: realClock(), random: realRandom() }
  const throttle = async (): Promise<void> => {}
  const send = notionSender({ baseUrl: url, token: 'ntn_test', timeoutMs: 60_000, world, throttle })
  return send({ method: 'post', path: 'pages', body: { a: 1 }, repeatable: false })
}

test.each([301, 302, 303, 304, 307, 308])(
  'a %i says where the service is said to be: nobody is asked there',
  async status => {
    const other = await httpServer(response => response.end('{}'))
    const redirect = (response: ServerResponse): void =>
      void response.writeHead(status, { location: `${other.url}/elsewhere` }).end()
    const { model } = await scripted(redirect, { fetch: sdkFetch(lightFetch()) })
    // Of the service, not of a run: all work waits for another address.
    const refused = {
      errorClass: 'credential',
      billed: 'no',
      message: `${status}: redirected to ${other.url}/elsewhere; redirects are not followed`,
    }
    expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject(refused)
    expect(await failureOf(model.listModels(patience()))).toMatchObject(refused)
    const notion = await httpServer(redirect)
    const byNotion = await failureOf(askNotion(notion.url, sdkFetch(lightFetch())))
    expect(byNotion).toMatchObject(refused)
    expect(asAppError(byNotion)).toMatchObject({
      kind: 'config',
      hint: 'set notion.base_url to where the service is, then run the same command again',
    })
    expect([notion.arrived.length, other.arrived.length]).toEqual([1, 0])
  },
)

test.each(FETCHES)('how long to wait and the id are read, by %s', async (_name, fetch) => {
  const busy = (response: ServerResponse): void =>
    void response.writeHead(429, { 'retry-after': '70', 'x-request-id': 'r-9' }).end('{}')
  const { model } = await scripted(busy, { fetch })
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'throttled',
    retryAfterMs: 70_000,
    requestId: 'r-9',
  })
  const { url } = await httpServer(busy)
  expect(await failureOf(askNotion(url, fetch))).toMatchObject({
    errorClass: 'throttled',
    retryAfterMs: 70_000,
  })
})

test('a Retry-After may be a date, at Notion as elsewhere', async () => {
  const head = { 'retry-after': 'Wed, 25 Nov 2026 10:01:10 GMT', date: 'Wed, 25 Nov 2026 10:00:00 GMT' }
  const { url } = await httpServer(response => void response.writeHead(503, head).end('{}'))
  expect(await failureOf(askNotion(url, sdkFetch(lightFetch())))).toMatchObject({ retryAfterMs: 70_000 })
})

test.each(FETCHES)('a refusal whose body breaks off is still that refusal, by %s', async (_name, fetch) => {
  const { model } = await scripted(
    response => {
      response.writeHead(429, { 'retry-after': '70', 'content-length': '100' })
      response.write('{"error"')
      setTimeout(() => response.destroy(), 20)
    },
    { fetch },
  )
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'throttled',
    billed: 'no',
    retryAfterMs: 70_000,
  })
})

test('a request to Notion loads no undici, whether it is answered or refused', async () => {
  const { url } = await httpServer(response => response.end('{"object":"user"}'))
  const busy = await httpServer(response => response.writeHead(429, { 'retry-after': '70' }).end('{}'))
  const child = new URL('support/child-notion.ts', import.meta.url)
  const [done, refused] = await Promise.all(
    [url, busy.url].map(async to => runScript(child, [to, 'users/me'])),
  )
  expect(done?.stdout).toBe('{"answer":{"object":"user"},"undici":[]}')
  expect(refused?.stdout).toMatch(/Notion 429 .*"undici":\[\]\}$/)
})
