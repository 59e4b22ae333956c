/** What goes wrong on the way is an error of its kind, never a short answer, and never sent again. */
import { getEventListeners, once } from 'node:events'
import { globalAgent } from 'node:http'
import type { Socket } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test, vi } from 'vitest'
import { lightFetch, sdkFetch } from '../../../src/kernel/http/fetch.ts'
import { coded } from '../../../src/kernel/http/connecting.ts'
import { networkFailure } from '../../../src/kernel/service-failure.ts'
import { freePort, httpServer, rawServer } from '../../support/servers.ts'

const light = sdkFetch(lightFetch())
const OK = 'HTTP/1.1 200 OK\r\nx-request-id: r-1\r\n'

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    value => expect.fail(`it did not fail: ${String(value)}`),
    (error: unknown) => error,
  )
}

/** What is made of an error: its cause's code, and whether something may have happened. */
async function failureOf(call: Promise<unknown>): Promise<{ name: string; code: unknown; billed: string }> {
  const error = await thrownBy(call)
  if (!(error instanceof TypeError)) throw error
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  return { name: error.message, code, billed: networkFailure(error).billed }
}

/** Names are resolved by this, not by the network, until the test is over. */
function resolveNames(lookup: (...given: never[]) => void): void {
  const options: unknown = Reflect.get(globalAgent, 'options')
  if (typeof options !== 'object' || options === null) throw new TypeError('the agent has no options')
  Object.assign(options, { lookup })
  onTestFinished(() => void Reflect.deleteProperty(options, 'lookup'))
}

test('a refused connection: nothing was sent', async () => {
  const port = String(await freePort())
  const refused = { name: 'fetch failed', code: 'ECONNREFUSED', billed: 'no' }
  expect(await failureOf(light(`http://127.0.0.1:${port}`, { method: 'POST', body: 'x' }))).toEqual(refused)
  // Several addresses are tried one after the other, and fail together.
  resolveNames((_name: string, _options: unknown, done: (error: null, all: unknown) => void) =>
    done(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 },
    ]),
  )
  const error = await thrownBy(light(`http://several.test:${port}`))
  expect(error).toMatchObject({ cause: { errors: [expect.any(Error), expect.any(Error)] } })
  expect(await failureOf(light(`http://several.test:${port}`))).toEqual(refused)
})

test.each(['ENOTFOUND', 'EAI_AGAIN'])('a name that is not resolved (%s): nothing was sent', async code => {
  resolveNames((_name: string, _options: unknown, done: (error: Error) => void) =>
    done(Object.assign(new Error(`getaddrinfo ${code}`), { code })),
  )
  expect(await failureOf(light('http://nobody.test/'))).toEqual({ name: 'fetch failed', code, billed: 'no' })
})

test('a connection that never comes about: nothing was sent', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const hello = Promise.withResolvers<void>()
  const { port } = await rawServer(() => hello.resolve())
  const failure = failureOf(light(`https://127.0.0.1:${String(port)}/`))
  await hello.promise
  await vi.advanceTimersByTimeAsync(9_999)
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(await failure).toEqual({ name: 'fetch failed', code: 'UND_ERR_CONNECT_TIMEOUT', billed: 'no' })
  expect(vi.getTimerCount()).toBe(0)
})

test.each<[string, (socket: Socket) => void, unknown]>([
  ['closed', socket => socket.end(), 'ECONNRESET'],
  ['reset', socket => socket.resetAndDestroy(), 'ECONNRESET'],
  ['plain HTTP', socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'EPROTO'],
  ['an alert', socket => socket.write(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])), 'EPROTO'],
])('no TLS, but %s: nothing was sent', async (_name, respond, code) => {
  const { port } = await rawServer(respond)
  const call = light(`https://127.0.0.1:${String(port)}/`, { method: 'POST', body: 'x' })
  expect(await failureOf(call)).toEqual({ name: 'fetch failed', code, billed: 'no' })
})

test('an error of the network by its code, where nobody saw whether it was sent', () => {
  const because = (code: string): Error => new Error('fetch failed', { cause: coded('no', code) })
  expect(networkFailure(because('ECONNREFUSED')).billed).toBe('no')
  expect(networkFailure(because('ETIMEDOUT')).billed).toBe('unknown')
  expect(networkFailure('no error at all').billed).toBe('unknown')
})

test('once connected, an answer has all the time it wants', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const asked = Promise.withResolvers<Socket>()
  const { url } = await rawServer(asked.resolve)
  const answer = light(url)
  const socket = await asked.promise
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(3_600_000)
  socket.write(`${OK}content-length: 1\r\n\r\nx`)
  expect(await (await answer).text()).toBe('x')
})

test.each<[string, (socket: Socket) => void, unknown]>([
  ['closed', socket => socket.end(), 'ECONNRESET'],
  ['reset', socket => socket.resetAndDestroy(), 'ECONNRESET'],
  ['cut in the headers', socket => socket.end(`${OK}content-le`), expect.stringMatching(/ECONNRESET|HPE_/)],
  ['garbage', socket => socket.write('220 mail.example ESMTP\r\n'), expect.stringMatching(/^HPE_/)],
  ['TLS', socket => socket.write(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])), expect.stringMatching(/^HPE_/)],
  [
    'an upgrade that nobody asked for',
    socket => socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    'ECONNRESET',
  ],
])('no answer, but %s: it may have arrived', async (_name, respond, code) => {
  const { url, connections } = await rawServer(respond)
  expect(await failureOf(light(url, { method: 'POST', body: 'x' }))).toEqual({
    name: 'fetch failed',
    code,
    billed: 'unknown',
  })
  expect(connections()).toBe(1)
})

test.each(['EHOSTUNREACH', 'ENETUNREACH'])(
  'no way to the server any more, once connected (%s): it may have arrived',
  async code => {
    const asked = Promise.withResolvers<void>()
    const { url } = await rawServer(() => asked.resolve())
    const failure = failureOf(light(url, { method: 'POST', body: 'x' }))
    await asked.promise
    // What the system says of a connection when it gives up repeating, if a router has told it why.
    const sockets = Object.values(globalAgent.sockets).flatMap(list => list ?? [])
    const own = sockets.find(socket => socket.remotePort === Number(new URL(url).port))
    own?.destroy(Object.assign(new Error(`read ${code}`), { code, syscall: 'read' }))
    expect(await failure).toEqual({ name: 'fetch failed', code, billed: 'unknown' })
  },
)

test.each<[string, string, unknown]>([
  ['short of its length', 'content-length: 9\r\n\r\n{"a":1}', 'ECONNRESET'],
  ['without any of it', 'content-length: 9\r\n\r\n', 'ECONNRESET'],
  ['short of its last piece', 'transfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n', 'ECONNRESET'],
  ['in a piece', 'transfer-encoding: chunked\r\n\r\n9\r\n{"a":1}', 'ECONNRESET'],
  [
    'with a broken piece',
    'transfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\nzz\r\n',
    expect.stringMatching(/^HPE_/),
  ],
])('a body %s is an error when it is read; the head is there', async (_name, rest, code) => {
  const { url } = await rawServer(socket => {
    socket.write(`${OK}${rest}`)
    setTimeout(() => socket.end(), 20)
  })
  const response = await light(url)
  expect([response.status, response.headers.get('x-request-id')]).toEqual([200, 'r-1'])
  const copy = response.clone()
  const { body } = response.clone()
  const broken = { name: 'terminated', code, billed: 'unknown' }
  expect(await failureOf(response.text())).toEqual(broken)
  expect(await failureOf(copy.json())).toEqual(broken)
  expect(await failureOf(new Response(body).text())).toEqual(broken)
})

const PACKED = gzipSync('a text that is long enough to be cut'.repeat(9))

test.each<[string, string, Buffer]>([
  ['cut', 'gzip', PACKED.subarray(0, -12)],
  ['without its checksum', 'gzip', PACKED.subarray(0, -8)],
  ['with a wrong checksum', 'gzip', Buffer.concat([PACKED.subarray(0, -8), Buffer.alloc(8)])],
  ['that is none', 'gzip', Buffer.from('plain text')],
  ['cut (brotli)', 'br', brotliCompressSync(PACKED).subarray(0, -9)],
  ['that is none (deflate)', 'deflate', Buffer.from('plain text')],
])('a packed body %s is an error', async (_name, encoding, body) => {
  const { url } = await httpServer(response => {
    response.writeHead(200, { 'content-encoding': encoding }).end(body)
  })
  const failure = await failureOf((await light(url)).text())
  expect(failure).toMatchObject({ name: 'terminated', billed: 'unknown' })
  expect(failure.code).toMatch(/^(?:Z_|ERR_)/)
})

const LIMIT = 64 * 1024 * 1024

test.each<[string, Buffer, Record<string, string>]>([
  ['over the wire', Buffer.alloc(LIMIT + 1), {}],
  ['once unpacked', gzipSync(Buffer.alloc(LIMIT + 1)), { 'content-encoding': 'gzip' }],
])('an answer too large %s is an error', async (_name, body, headers) => {
  const { url } = await httpServer(response => response.writeHead(200, headers).end(body))
  const error = await thrownBy((await light(url)).text())
  expect(networkFailure(error).message).toMatch(/larger than 67108864 bytes/)
})

test('an answer of just the largest size is read', async () => {
  const { url } = await httpServer(response => response.end(Buffer.alloc(LIMIT)))
  expect((await (await light(url)).bytes()).length).toBe(LIMIT)
})

test.each<[string, unknown]>([
  ['an error', new RangeError('enough')],
  ['a text', 'enough'],
])('a signal that aborted before: its reason, and nothing is sent (%s)', async (_name, reason) => {
  const { url, connections } = await httpServer(response => response.end('x'))
  expect(await thrownBy(light(url, { signal: AbortSignal.abort(reason) }))).toBe(reason)
  expect(connections()).toBe(0)
})

/** A signal that counts who listens. */
function stopper(): { readonly stop: AbortController; readonly listeners: () => number } {
  const stop = new AbortController()
  return { stop, listeners: () => getEventListeners(stop.signal, 'abort').length }
}

test('a signal ends a request that is being connected', async () => {
  const { stop, listeners } = stopper()
  const looking = Promise.withResolvers<void>()
  resolveNames(() => looking.resolve())
  const call = light('http://slow.test/', { signal: stop.signal })
  await looking.promise
  expect(listeners()).toBe(1)
  stop.abort()
  expect(await thrownBy(call)).toBe(stop.signal.reason)
  expect(listeners()).toBe(0)
})

test('a signal ends a request that waits for its answer, and its connection', async () => {
  const { stop, listeners } = stopper()
  const asked = Promise.withResolvers<Socket>()
  const { url } = await rawServer(asked.resolve)
  const call = light(url, { signal: stop.signal })
  const socket = await asked.promise
  const closed = once(socket, 'close')
  stop.abort(new RangeError('enough'))
  expect(await thrownBy(call)).toBe(stop.signal.reason)
  await closed
  expect(listeners()).toBe(0)
})

test('a signal ends a body that is being read, and its connection', async () => {
  const { stop, listeners } = stopper()
  const asked = Promise.withResolvers<Socket>()
  const { url } = await rawServer(socket => {
    socket.write(`${OK}content-length: 99\r\n\r\nsome`)
    asked.resolve(socket)
  })
  const response = await light(url, { signal: stop.signal })
  const text = thrownBy(response.text())
  const closed = once(await asked.promise, 'close')
  stop.abort()
  expect(await text).toBe(stop.signal.reason)
  expect(stop.signal.reason).toMatchObject({ name: 'AbortError' })
  await closed
  expect(listeners()).toBe(0)
  const late = await light((await httpServer(other => other.end('x'))).url)
  expect(await late.text()).toBe('x')
})

test('a deadline ends a body that nobody reads yet: who reads it later is told', async () => {
  const { url } = await rawServer(socket => socket.write(`${OK}content-length: 99\r\n\r\nsome`))
  const deadline = new AbortController()
  const response = await light(url, { signal: deadline.signal })
  deadline.abort(new DOMException('too late', 'TimeoutError'))
  expect(await thrownBy(response.text())).toMatchObject({ name: 'TimeoutError' })
})

test('a signal that aborts afterwards changes nothing: the answer and its connection stay', async () => {
  const { stop, listeners } = stopper()
  const { url, connections } = await httpServer(response => response.end('x'))
  const response = await light(url, { signal: stop.signal })
  const copy = response.clone()
  await copy.text()
  expect(listeners()).toBe(0)
  stop.abort()
  expect(await response.text()).toBe('x')
  await (await light(url)).text()
  expect(connections()).toBe(1)
})

test('many requests may share a signal', async () => {
  const { stop, listeners } = stopper()
  const warned: Error[] = []
  const watch = (warning: Error): void => void warned.push(warning)
  process.on('warning', watch)
  onTestFinished(() => void process.off('warning', watch))
  const { url } = await httpServer(response => response.end('x'))
  const calls = Array.from({ length: 30 }, async () => (await light(url, { signal: stop.signal })).text())
  expect(listeners()).toBe(30)
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['x']))
  await new Promise(resolve => setImmediate(resolve))
  expect([listeners(), warned]).toEqual([0, []])
})

test('a connection is used again, also after a body that nobody read or that is none', async () => {
  const { url, connections } = await httpServer((response, { url: path }) => {
    if (path === '/none') response.writeHead(204).end()
    else response.writeHead(200, { 'content-length': 100_000 }).end('x'.repeat(100_000))
  })
  const host = `${new URL(url).host}:`
  const idle = async (): Promise<void> =>
    expect.poll(() => Object.keys(globalAgent.freeSockets)).toContain(host)
  for (const method of ['GET', 'HEAD', 'DELETE']) {
    await light(url, { method })
    await idle()
  }
  await (await light(`${url}/none`)).text()
  await (await light(url)).text()
  expect(connections()).toBe(1)
  const { body } = await light(url)
  await idle()
  await body?.cancel()
  await (await light(url)).text()
  expect(connections()).toBe(1)
})

test('a body that is cancelled closes its connection', async () => {
  const asked = Promise.withResolvers<Socket>()
  const { url } = await rawServer(socket => {
    socket.write(`${OK}content-length: 99\r\n\r\nsome`)
    asked.resolve(socket)
  })
  const response = await light(url)
  const closed = once(await asked.promise, 'close')
  await response.body?.cancel()
  await closed
  expect(networkFailure(await thrownBy(response.text())).message).toMatch('cancelled')
})

test('a request over a used connection that is cut is an error: it may have arrived, and is not repeated', async () => {
  const seen: string[] = []
  const { url, connections } = await rawServer((socket, text) => {
    seen.push(text.slice(0, 6))
    if (seen.length === 1) socket.write(`${OK}content-length: 1\r\n\r\nx`)
    else socket.destroy()
  })
  await (await light(url)).text()
  expect(await failureOf(light(url, { method: 'POST', body: 'x' }))).toEqual({
    name: 'fetch failed',
    code: 'ECONNRESET',
    billed: 'unknown',
  })
  expect([seen, connections()]).toEqual([['GET / ', 'POST /'], 1])
})

test('a connection that the server closed meanwhile is not used again', async () => {
  const gone: Promise<unknown>[] = []
  const { url, connections } = await rawServer(socket => {
    socket.write(`${OK}content-length: 1\r\n\r\nx`)
    gone.push(once(socket.end(), 'close'))
  })
  for (let count = 1; count <= 3; count += 1) {
    expect(await (await light(url)).text()).toBe('x')
    await Promise.all(gone)
    expect(connections()).toBe(count)
  }
})
