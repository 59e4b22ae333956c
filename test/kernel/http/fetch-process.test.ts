/** What only shows in a process of its own: what it loads, when it ends, and how its environment is heard. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { runScript } from '../../support/child.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { httpServer, listening, rawServer } from '../../support/servers.ts'

const CHILD = new URL('support/child-light.ts', import.meta.url)
const Report = z.object({ answer: z.record(z.string(), z.unknown()), undici: z.array(z.string()) })

async function inChild(
  url: string,
  how: 'json' | 'post' | 'unread' | 'stream' | 'queued',
  env: Readonly<Record<string, string>> = {},
): Promise<z.infer<typeof Report>> {
  const { stdout, stderr, code } = await runScript(CHILD, [url, how], { env })
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  return Report.parse(JSON.parse(stdout))
}

test.each(['json', 'post', 'stream'] as const)('a whole exchange loads no undici: %s', async how => {
  const { url } = await httpServer(response => {
    response.writeHead(200, { 'x-request-id': 'r-1', 'content-encoding': 'gzip', 'content-type': 'x/y' })
    response.end(gzipSync('{"a":1}'))
  })
  const { answer, undici } = await inChild(url, how)
  expect(answer).toMatchObject({ requestId: 'r-1', ...(how === 'stream' ? {} : { json: { a: 1 } }) })
  expect(undici).toEqual([])
})

test('a failure loads no undici either', async () => {
  const { url } = await rawServer(socket => socket.destroy())
  const { answer, undici } = await inChild(url, 'json')
  expect([answer, undici]).toEqual([{ failed: 'socket hang up (ECONNRESET)', billed: 'unknown' }, []])
})

test.each<[string, string]>([
  ['never comes', ''],
  ['never ends', '{"a"'],
])('a body that %s and nobody asks for keeps no process alive', async (_name, start) => {
  const { url } = await rawServer(socket => {
    socket.write(`HTTP/1.1 200 OK\r\nx-request-id: r-1\r\ncontent-length: 99\r\n\r\n${start}`)
  })
  // One that is kept alive is killed in the end, and its code is no 0.
  expect((await inChild(url, 'unread')).answer).toEqual({ requestId: 'r-1' })
})

test('a body that is asked for keeps the process alive until it is there', async () => {
  const { url } = await rawServer(socket => {
    socket.write('HTTP/1.1 200 OK\r\nx-request-id: r-1\r\ncontent-length: 7\r\n\r\n{"a"')
    setTimeout(() => socket.write(':1}'), 300)
  })
  expect((await inChild(url, 'json')).answer).toMatchObject({ json: { a: 1 } })
})

test('a call that waited for the connection of another keeps the process alive', async () => {
  let asked = 0
  const { url } = await httpServer(response => {
    asked += 1
    setTimeout(() => response.end('{"a":1}'), asked === 1 ? 0 : 300)
  })
  expect((await inChild(url, 'queued')).answer).toEqual({ json: { a: 1 } })
})

test('the proxy of the environment is used', async () => {
  const { url, arrived } = await httpServer(response => response.end('{"by":"proxy"}'))
  const env = { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: url }
  expect((await inChild('http://api.test/v1', 'post', env)).answer).toMatchObject({ json: { by: 'proxy' } })
  expect(arrived).toMatchObject([{ method: 'POST', url: 'http://api.test/v1', body: '{"a":1}' }])
})

/** A key and its own certificate for 127.0.0.1; null without openssl. */
function certificate(folder: string): { readonly keyFile: string; readonly certFile: string } | null {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=here -addext subjectAltName=IP:127.0.0.1'
  try {
    execFileSync('openssl', [...words.split(' '), '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' })
    return { keyFile, certFile }
  } catch {
    return null
  }
}

test('TLS: a certificate that is known is taken, another is not', async ({ skip }) => {
  const files = certificate(temporaryFolder())
  if (files === null) return skip('no openssl to make a certificate with')
  const { keyFile, certFile } = files
  let requests = 0
  const server = createServer(
    { key: readFileSync(keyFile), cert: readFileSync(certFile) },
    (_request, response) => {
      requests += 1
      response.setHeader('x-request-id', 'r-1').end('{"a":1}')
    },
  )
  const { port } = await listening(server)
  const url = `https://127.0.0.1:${String(port)}/`
  const { answer, undici } = await inChild(url, 'post', { NODE_EXTRA_CA_CERTS: certFile })
  expect(answer).toMatchObject({ requestId: 'r-1', json: { a: 1 } })
  expect((await inChild(url, 'unread', { NODE_EXTRA_CA_CERTS: certFile })).answer).toEqual({
    requestId: 'r-1',
  })
  expect(undici).toEqual([])
  expect(requests).toBe(2)
  const refused = await inChild(url, 'post')
  expect(refused.answer['failed']).toMatch(/self-signed certificate.*DEPTH_ZERO_SELF_SIGNED_CERT/)
  expect(refused.answer['billed']).toBe('no')
  expect(requests).toBe(2)
})
