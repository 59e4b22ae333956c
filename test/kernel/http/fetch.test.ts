/** The light fetch does what the global one does, but for what it says it does not. */
import type { ServerResponse } from 'node:http'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { lightFetch, sdkFetch } from '../../../src/kernel/http/fetch.ts'
import { httpServer, rawServer, type Arrived } from '../../support/servers.ts'

const light = sdkFetch(lightFetch())

interface Facts {
  readonly url: string
  readonly status: number
  readonly statusText: string
  readonly ok: boolean
  readonly redirected: boolean
  readonly type: string
  readonly headers: readonly (readonly [string, string])[]
  readonly cookies: readonly string[]
  readonly hasBody: boolean
  readonly text: string
  readonly bodyUsed: boolean
}

/** What says when, or how long the connection stays: undici closes it after a HEAD. */
const OF_THE_CONNECTION = new Set(['date', 'connection', 'keep-alive'])

async function factsOf(response: Response): Promise<Facts> {
  const { url, status, statusText, ok, redirected, type, headers } = response
  const text = await response.clone().text()
  const hasBody = response.body !== null
  await response.text()
  return {
    url,
    status,
    statusText,
    ok,
    redirected,
    type,
    headers: [...headers].filter(([name]) => !OF_THE_CONNECTION.has(name)),
    cookies: headers.getSetCookie(),
    hasBody,
    text,
    bodyUsed: response.bodyUsed,
  }
}

const TEXT = JSON.stringify({ said: 'Grüß Gott 👋'.repeat(20) })

function answer(status: number, headers: Readonly<Record<string, string | string[]>>, body: string | Buffer) {
  return (response: ServerResponse): void => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

function encoded(encoding: string, body: string | Buffer): (response: ServerResponse) => void {
  return answer(200, { 'content-encoding': encoding, 'content-type': 'application/json' }, body)
}

test.each<[string, (response: ServerResponse) => void, RequestInit?]>([
  ['JSON', answer(200, { 'content-type': 'application/json' }, TEXT)],
  ['an empty body', answer(201, { 'content-length': '0' }, '')],
  ['no content', answer(204, {}, '')],
  ['reset content', answer(205, {}, '')],
  ['not modified', answer(304, { etag: '"x"' }, '')],
  ['an error', answer(404, { 'content-type': 'text/plain' }, 'nothing here')],
  ['throttling', answer(429, { 'retry-after': '3', 'x-request-id': 'r-1' }, '{}')],
  ['a server in trouble', answer(500, {}, 'sorry')],
  ['a status of its own', answer(599, {}, 'x')],
  ['text with a mark of its order', answer(200, {}, `\uFEFF${TEXT}`)],
  ['bytes that are no text', answer(200, {}, Buffer.from([0x61, 0xff, 0xe2, 0x82, 0x62]))],
  ['a header in latin-1', answer(200, { 'x-name': 'Grüße' }, 'x')],
  ['headers twice', answer(200, { 'x-a': ['1', '2'], 'X-B': '', vary: ['a', 'b'] }, 'x')],
  ['cookies', answer(200, { 'set-cookie': ['a=1; Expires=Mon, 1 Jan 2035', 'b=2'] }, 'x')],
  ['gzip', encoded('gzip', gzipSync(TEXT))],
  ['gzip by its old name', encoded('X-Gzip', gzipSync(TEXT))],
  ['brotli', encoded('br', brotliCompressSync(TEXT))],
  ['deflate', encoded('deflate', deflateSync(TEXT))],
  ['deflate without its header', encoded('deflate', deflateRawSync(TEXT))],
  ['one encoding over another', encoded('gzip, br', brotliCompressSync(gzipSync(TEXT)))],
  ['an encoding that nobody knows', encoded('shouting', TEXT)],
  ['an encoding that nobody knows over another', encoded('gzip, shouting', gzipSync(TEXT))],
  ['nothing, encoded', encoded('gzip', '')],
  [
    'the head alone',
    answer(200, { 'content-length': '5', 'content-encoding': 'gzip' }, ''),
    { method: 'HEAD' },
  ],
  [
    'pieces',
    response => {
      response.write('one ')
      setTimeout(() => response.end('two'), 20)
    },
  ],
  [
    'an early hint before',
    response => {
      response.writeEarlyHints({ link: '</x>; rel=preload' })
      response.end('x')
    },
  ],
])('the answer is that of the global fetch: %s', async (_name, respond, init) => {
  const { url } = await httpServer(respond)
  const facts = await factsOf(await light(`${url}/a?b=c#d`, init))
  expect(facts).toEqual(await factsOf(await fetch(`${url}/a?b=c#d`, init)))
  expect(facts.url).toBe(`${url}/a?b=c`)
})

test('an answer that ends with its connection is whole', async () => {
  const { url } = await rawServer(socket =>
    socket.end('HTTP/1.0 200 Fine so far\r\nx-a:  1\r\n\r\nall of it'),
  )
  const facts = await factsOf(await light(url))
  expect(facts).toMatchObject({ status: 200, statusText: 'Fine so far', text: 'all of it' })
  expect(facts).toEqual(await factsOf(await fetch(url)))
})

/** What only browsers need to say, and what the global fetch says of itself. */
const NOT_SAID = new Set(['accept-language', 'sec-fetch-mode', 'user-agent', 'accept-encoding'])

function comparable({ headers, ...rest }: Arrived): object {
  const pairs = Array.from({ length: headers.length / 2 }, (_, at) => headers.slice(at * 2, at * 2 + 2))
  return {
    ...rest,
    headers: pairs
      .map(([name = '', value = '']): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => !NOT_SAID.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  }
}

const BYTES = new Uint8Array([1, 2, 250, 251, 252])

test.each<[string, () => RequestInit]>([
  ['nothing but an address', () => ({})],
  ['a text', () => ({ method: 'POST', body: 'Grüße 👋 \uD800' })],
  ['an empty text', () => ({ method: 'POST', body: '' })],
  ['JSON', () => ({ method: 'post', body: TEXT, headers: { 'Content-Type': 'application/json' } })],
  ['bytes', () => ({ method: 'PUT', body: BYTES })],
  ['some of the bytes', () => ({ method: 'PUT', body: BYTES.subarray(1, 3) })],
  ['a view', () => ({ method: 'PUT', body: new DataView(BYTES.buffer, 2) })],
  ['a buffer', () => ({ method: 'PUT', body: BYTES.buffer.slice(0, 4) })],
  ['a form', () => ({ method: 'POST', body: new URLSearchParams({ a: 'ü & b', c: '' }) })],
  ['a body to delete with', () => ({ method: 'DELETE', body: 'x' })],
  ['a deletion', () => ({ method: 'DELETE', body: null })],
  ['no body where one is usual', () => ({ method: 'POST' })],
  ['no body to patch with', () => ({ method: 'PATCH' })],
  [
    'pairs',
    () => ({
      headers: [
        ['X-A', '1'],
        ['x-a', '2'],
        ['Accept', 'text/plain'],
      ],
    }),
  ],
  ['a header called like a part of objects', () => ({ headers: { constructor: '1' } })],
  ['real headers', () => ({ headers: new Headers({ 'X-A': '1', authorization: 'Bearer x' }) })],
  ['headers of a list', () => Object.assign<RequestInit, object>({}, { headers: new Map([['x-a', '1']]) })],
  ['blanks around a header', () => ({ headers: { authorization: ' Bearer x\n' } })],
  ['a latin-1 header with a text', () => ({ method: 'POST', headers: { 'x-a': 'ü' }, body: 'ü' })],
  [
    'a length that is right anyway',
    () => ({ method: 'POST', headers: { 'content-length': '1' }, body: 'x' }),
  ],
])('the request is that of the global fetch: %s', async (_name, init) => {
  const { url, arrived } = await httpServer(response => response.end('x'))
  await (await light(`${url}/a%20b?c=d e#f`, init())).text()
  await (await fetch(`${url}/a%20b?c=d e#f`, init())).text()
  const [ours, theirs] = arrived.map(comparable)
  expect(ours).toEqual(theirs)
})

test('it says what it can unpack, and who it is only if told to', async () => {
  const { url, arrived } = await httpServer(response => response.end('x'))
  await light(url)
  await light(url, { headers: { 'Accept-Encoding': 'identity', 'User-Agent': 'me/1' } })
  const [first, second] = arrived.map(({ headers }) => headers.join('|'))
  expect(first).toContain('accept-encoding|gzip, deflate, br')
  expect(first).not.toContain('user-agent')
  expect(second).toContain('accept-encoding|identity|user-agent|me/1')
})

test('how long the body is, is not for the caller to say', async () => {
  const { url, arrived } = await httpServer(response => response.end('x'))
  const headers = { 'Content-Length': '9', 'Transfer-Encoding': 'chunked' }
  await (await light(url, { method: 'POST', headers, body: 'ü' })).text()
  await (await light(url, { headers })).text()
  const [post, get] = arrived.map(({ headers: sent }) => sent.join('|'))
  expect(post).toMatch(/content-length\|2\|/)
  expect(post).not.toMatch(/transfer-encoding/i)
  expect(get).not.toMatch(/content-length|transfer-encoding/i)
})

test('bytes are sent as they were at the time of the call', async () => {
  const { url, arrived } = await httpServer(response => response.end('x'))
  const bytes = new Uint8Array([65, 66])
  const calls = [
    light(url, { method: 'POST', body: bytes }),
    light(url, { method: 'POST', body: bytes.buffer }),
  ]
  bytes.fill(67)
  await Promise.all(calls)
  expect(arrived.map(({ body }) => body)).toEqual(['AB', 'AB'])
})

test('an IPv6 address is reached', async ({ skip }) => {
  const server = await httpServer(response => response.end('x'), '::1').catch(() => null)
  if (server === null) return skip('no IPv6 here')
  expect(await (await light(`${server.url}/`)).text()).toBe('x')
  expect(server.arrived[0]?.headers).toContain(`[::1]:${String(server.port)}`)
})

test.each<[string, string, RequestInit]>([
  ['no address', 'nonsense', {}],
  ['a password in the address', 'http://me:secret@HERE/', {}],
  ['a body that nobody reads', '', { method: 'GET', body: 'x' }],
  ['a body under a head', '', { method: 'head', body: '' }],
  ['a tunnel', '', { method: 'CONNECT' }],
  ['a trace', '', { method: 'TRACE' }],
  ['a method that is none', '', { method: 'GE T' }],
  ['a header that is none', '', { headers: { 'x y': '1' } }],
  ['a header of two lines', '', { headers: { authorization: 'Bearer x\r\nx-a: 1' } }],
  ['a header beyond latin-1', '', { headers: { authorization: 'Bearer 👋' } }],
])('what cannot be sent is a TypeError, as of the global fetch: %s', async (_name, address, init) => {
  const { url, arrived } = await httpServer(response => response.end('x'))
  const target = address === '' ? url : address.replace('HERE', new URL(url).host)
  await expect(fetch(target, init)).rejects.toThrow(TypeError)
  const error: unknown = await light(target, init).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).not.toMatch(/secret|Bearer/)
  expect(arrived).toEqual([])
})

test('what is not in memory goes the old way, and loses nothing', async () => {
  const { url, arrived } = await httpServer(response =>
    response.writeHead(302, { location: '/b' }).end('moved'),
  )
  const form = new FormData()
  form.set('name', 'Ana')
  const calls: [Parameters<typeof fetch>[0], RequestInit?][] = [
    [url, { method: 'POST', body: form }],
    [url, { method: 'POST', body: new Blob(['blob']) }],
    [url, { method: 'POST', body: new Blob(['stream']).stream(), duplex: 'half' }],
    [new Request(url, { method: 'PUT', body: 'request', headers: { 'x-a': '1' } })],
  ]
  for (const [input, init] of calls) {
    const response = await light(input, init)
    expect([response.status, await response.text()]).toEqual([302, 'moved'])
  }
  expect(arrived.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
    'POST /',
    'POST /',
    'POST /',
    'PUT /',
  ])
  expect(arrived[0]?.body).toMatch(/name="name"\r\n\r\nAna\r\n/)
  expect(arrived.slice(1).map(({ body }) => body)).toEqual(['blob', 'stream', 'request'])
  expect(arrived[3]?.headers).toContain('x-a')
  await expect(light(new Request(url, { redirect: 'error' }))).rejects.toThrow('fetch failed')
  await expect(light(url, { method: 'POST', body: form, redirect: 'error' })).rejects.toThrow('fetch failed')
  expect(await (await light('data:text/plain,hello')).text()).toBe('hello')
})

test.each([301, 302, 303, 307, 308])('a %i is an answer: no key is sent to where it points', async status => {
  const other = await httpServer(response => response.end('give me the key'))
  const { url, arrived } = await httpServer(response =>
    response.writeHead(status, { location: other.url }).end('over there'),
  )
  const response = await light(url, { headers: { authorization: 'Bearer x' }, redirect: 'follow' })
  expect([response.status, response.ok, response.redirected]).toEqual([status, false, false])
  expect(response.headers.get('location')).toBe(other.url)
  expect(await response.text()).toBe('over there')
  await expect(light(url, { redirect: 'error' })).rejects.toMatchObject({
    message: 'fetch failed',
    cause: { message: 'unexpected redirect' },
  })
  expect(arrived).toHaveLength(2)
  expect(other.arrived).toEqual([])
})

test('a body is read once, in one of its forms', async () => {
  const { url } = await httpServer(response => response.end('{"a":1}'))
  const get = async (): Promise<Response> => light(url)
  expect(await (await get()).json()).toEqual({ a: 1 })
  expect(await (await get()).bytes()).toEqual(new TextEncoder().encode('{"a":1}'))
  expect((await (await get()).arrayBuffer()).byteLength).toBe(7)
  expect(await new Response((await get()).body).text()).toBe('{"a":1}')

  const response = await get()
  expect(response.bodyUsed).toBe(false)
  const copy = response.clone()
  expect(await response.text()).toBe('{"a":1}')
  expect(response.bodyUsed).toBe(true)
  await expect(response.text()).rejects.toThrow('Body has already been read')
  await expect(response.json()).rejects.toThrow(TypeError)
  expect(() => response.clone()).toThrow(TypeError)
  expect([copy.bodyUsed, copy.status, copy.headers.get('content-length')]).toEqual([false, 200, '7'])
  const bytes = await copy.clone().bytes()
  bytes.fill(0)
  expect(await copy.text()).toBe('{"a":1}')

  const streamed = await get()
  const { body } = streamed
  expect(streamed.body).toBe(body)
  expect(streamed.bodyUsed).toBe(false)
  expect(await new Response(body).text()).toBe('{"a":1}')
  await expect(streamed.text()).rejects.toThrow('Body has already been read')
  const touched = await get()
  expect(touched.body).not.toBeNull()
  await new Promise(resolve => setImmediate(resolve))
  expect(await touched.text()).toBe('{"a":1}')
  const { json } = await get()
  expect(await json()).toEqual({ a: 1 })
})

test('an answer that is no JSON is a SyntaxError', async () => {
  const { url } = await httpServer(response => response.end('<html>'))
  await expect((await light(url)).json()).rejects.toThrow(SyntaxError)
})

test('blobs and forms are made by the real Response', async () => {
  const { url } = await httpServer((response, { url: path }) => {
    const type = path === '/form' ? 'application/x-www-form-urlencoded' : 'text/plain'
    response.writeHead(200, { 'content-type': type }).end('a=1&b=2')
  })
  const blob = await (await light(url)).blob()
  expect([blob.type, await blob.text()]).toEqual(['text/plain', 'a=1&b=2'])
  const form = await (await light(`${url}/form`)).formData()
  expect(form.get('b')).toBe('2')
  await expect((await light(url)).formData()).rejects.toThrow(TypeError)
})

test('headers are read in every way and changed in none', async () => {
  const { url } = await httpServer(
    answer(200, { 'X-Two': ['1', '2'], 'x-a': 'b', 'set-cookie': ['c=1', 'd=2'] }, 'x'),
  )
  const [ours, theirs] = [(await light(url)).headers, (await fetch(url)).headers]
  const all = (headers: Headers): unknown => {
    const seen: unknown[] = []
    headers.forEach(function (this: unknown, value, name, whole) {
      if (name !== 'date') seen.push([name, value, whole === headers, this])
    }, 'this')
    const values = [...headers.values()].filter(value => !value.endsWith('GMT'))
    const { date: _date, ...object } = Object.fromEntries(headers.entries())
    return [seen, [...headers.keys()], values, object, [...new Headers(headers)].length]
  }
  expect(all(ours)).toEqual(all(theirs))
  const asked = ['x-two', 'X-TWO', 'set-cookie', 'nothing']
  const read = (headers: Headers): unknown => asked.map(name => [headers.get(name), headers.has(name)])
  expect(read(ours)).toEqual(read(theirs))
  expect(ours.get('X-Two')).toBe('1, 2')
  for (const headers of [ours, theirs]) {
    expect(() => headers.set('a', 'b')).toThrow(TypeError)
    expect(() => headers.append('a', 'b')).toThrow(TypeError)
    expect(() => headers.delete('x-a')).toThrow(TypeError)
  }
})
