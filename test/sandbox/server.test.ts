/** What reaches a stand-in before any vendor's rule does: names, targets, and connections that say nothing. */
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSandboxServer } from '../../src/sandbox/lib/server.ts'
import { OPENAI_SERVICE } from '../../src/sandbox/openai/index.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { KEY, testServer } from './support/server.ts'

/** Sends bytes, and gives all that comes back until the other side closes. */
async function answerTo(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

const request = (target: string, host: string, method = 'GET'): string =>
  `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`

test('another name that leads here is refused, on every path', async () => {
  const { server } = await testServer()
  for (const [target, method] of [
    ['/', 'GET'],
    ['/__sandbox/state', 'GET'],
    ['/__sandbox/reset', 'POST'],
    ['/v1/models', 'GET'],
  ] as const) {
    for (const host of [
      'evil.example',
      `evil.example:${String(server.port)}`,
      '127.0.0.1.evil.example',
      '',
    ]) {
      const answer = await answerTo(server.port, request(target, host, method))
      expect(answer, `${host}${target}`).toMatch(/^HTTP\/1\.1 403 /)
    }
  }
  for (const host of ['127.0.0.1', 'LOCALHOST:1', `[::1]:${String(server.port)}`]) {
    expect(await answerTo(server.port, request('/v1/models', host))).toMatch(/^HTTP\/1\.1 200 /)
  }
})

test.for([
  '*',
  'http://127.0.0.1/v1/models',
  '/v1/models/%',
  '/v1/models/%ff',
  '//%zz',
  'v1',
  '?x',
  '/\u0000',
  '/a b',
])('a target that is none is answered 400, and the next call well: %j', async target => {
  const { server, openai } = await testServer()
  expect(await answerTo(server.port, request(target, '127.0.0.1'))).toMatch(/^HTTP\/1\.1 400 /)
  expect((await openai.models.list()).data.length).toBeGreaterThan(0)
})

test('odd targets that are paths are not found, and end nothing', async () => {
  const { server, openai } = await testServer()
  for (const target of ['//', '///v1', '/..', '/v1/../../x', `/${'x'.repeat(5_000)}`, '/[::1', '/%2e%2e/']) {
    expect(await answerTo(server.port, request(target, '127.0.0.1')), target).toMatch(
      /^HTTP\/1\.1 (?:404|200) /,
    )
  }
  expect((await openai.models.list()).data.length).toBeGreaterThan(0)
})

test.for([
  ['nothing', ''],
  ['half a head', 'GET / HTTP/1.1\r\nhost: 127.'],
  [
    'half a body',
    'POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{"mod',
  ],
])('a connection that says %s is closed after a while', async ([, bytes = '']) => {
  const databaseFile = join(temporaryFolder(), 'openai.db')
  const server = await openSandboxServer({
    definition: OPENAI_SERVICE,
    databaseFile,
    port: 0,
    requestTimeoutMs: 300,
  })
  onTestFinished(async () => server.close())
  expect(await answerTo(server.port, bytes)).toMatch(/^(?:HTTP\/1\.1 408 |$)/)
})

test('a form of another site cannot stop it; the program can', async () => {
  const { server, url } = await testServer()
  const stop = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${url}/__sandbox/stop`, { method: 'POST', headers })).status
  expect(await stop({ origin: 'https://evil.example' })).toBe(403)
  expect(await stop({})).toBe(200)
  await server.stopAsked
})
