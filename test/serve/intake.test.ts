/** What `serve` takes, and what it answers. */
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { newHome } from '../cli/support/run.ts'
import { anEvent, SECRET, signatureOf, thinTwinOf } from './support/events.ts'
import { eachOf, refusals, send, sendEvent, serve, shop, storedEvents } from './support/serve.ts'

test('an event is stored, then taken; also a second time, and in its other form', async () => {
  const home = shop()
  const { port, child, ended } = await serve(home)
  for (const event of [anEvent(1), anEvent(1), thinTwinOf(1), thinTwinOf(2), anEvent(2)]) {
    expect(await sendEvent(port, event)).toMatchObject({ status: 200, body: '{"received":true}' })
  }
  expect(storedEvents(home)).toEqual(['evt_00000001', 'evt_test_2'])
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 143, signal: null })
})

test('two of them on one store keep each event once', async () => {
  const home = shop()
  const ports = (await Promise.all([serve(home), serve(home)])).map(({ port }) => port)
  const sends = ports.flatMap(port => Array.from({ length: 40 }, (_, at) => ({ port, event: anEvent(at) })))
  const replies = await Promise.all(sends.map(async ({ port, event }) => sendEvent(port, event)))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  expect(storedEvents(home)).toHaveLength(40)
})

test('only what it is for has an address; it says nothing of itself', async () => {
  const home = shop()
  const { port } = await serve(home)
  expect(await send(port, { path: '/health/live', method: 'GET' })).toMatchObject({ status: 200 })
  for (const path of [
    '/',
    '/webhook',
    '/webhook/notion',
    '/webhook/stripe/',
    '/webhook/..%2fstripe',
    '/health',
  ]) {
    const { status, body, headers } = await send(port, { path })
    expect([path, status, body]).toEqual([path, 404, '{"error":"no such address"}'])
    expect(Object.keys(headers)).not.toContain('x-powered-by')
  }
  expect(await send(port, { method: 'GET' })).toMatchObject({ status: 404 })
})

test('where no secret is set the service is told to come again', async () => {
  const home = shop({ STRIPE_WEBHOOK_SECRET: '' })
  const { port } = await serve(home)
  const { status, headers } = await sendEvent(port, anEvent(1))
  expect([status, headers['retry-after']]).toEqual([503, '300'])
  expect(storedEvents(home)).toEqual([])
})

test('a key that cannot be used is told, and all else is served', async () => {
  const home = shop({ STRIPE_SECRET_KEY: 'none' })
  const running = await serve(home)
  await running.errors(/webhooks are not taken: STRIPE_SECRET_KEY is no secret/)
  expect(await sendEvent(running.port, anEvent(1))).toMatchObject({ status: 503 })
  expect(await send(running.port, { path: '/health/live', method: 'GET' })).toMatchObject({ status: 200 })
})

test('an address that is taken is a fault of the configuration', async () => {
  const home = shop()
  const { port } = await serve(home)
  const ran = await home.spawn('serve', '--port', String(port))
  expect(ran).toMatchObject({ code: 78, stdout: '' })
  expect(ran.stderr).toMatch(/cannot listen on 127\.0\.0\.1 port \d+: .*EADDRINUSE/)
  expect((await newHome().run('serve', '--listen', 'nowhere.invalid')).code).toBe(78)
})

/** Some broken request, the same for each number. */
function malformed(number: number) {
  const random = seededRandom(number)
  const pick = <T>(first: T, ...others: readonly T[]): T =>
    [first, ...others][Math.floor(random.fraction() * (others.length + 1))] ?? first
  const { body } = anEvent(number)
  const bytes = Buffer.from(random.bytes(Math.floor(random.fraction() * 200)))
  const sent = pick<string | Buffer>(
    body.slice(0, Math.floor(random.fraction() * body.length)),
    body.replace('evt_', '').replace(/"id":"\d+"/, '"id":""'),
    bytes,
    '',
    '[]',
    'null',
    '{"id":',
    '[['.repeat(4_000),
    `{"__proto__":{"id":"evt_1"},"id":${number}}`,
    body.replace('"charge.refunded"', String(number)),
  )
  const good = signatureOf(sent.toString())
  const bad = [
    signatureOf(body, 'whsec_another'),
    good.replace(/v1=./, 'v1=g'),
    good.replace('v1=', 'v2='),
    good.replace(/t=\d+/, `t=${number}`),
    signatureOf(sent.toString(), SECRET, Date.now() - 302_000),
    signatureOf(sent.toString(), SECRET, Date.now() + 360_000),
    `t=,v1=${'0'.repeat(64)}`,
    'v1=,'.repeat(500),
    '',
    bytes.toString('base64'),
  ]
  // What is signed as it should be and is no event is refused as well; the body as it was is not among those.
  const signature = pick(sent === body ? '' : good, ...bad)
  const type = pick(
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    ';;',
  )
  return { body: sent, headers: { 'stripe-signature': signature, 'content-type': type } }
}

test('5,000 malformed bodies and signatures: none is taken, none is a fault of ours', async () => {
  const home = shop()
  const { port, child, ended } = await serve(home)
  const statuses = new Map<number, number>()
  let number = 0
  await eachOf(
    20,
    () => (number === 5_000 ? null : (number += 1)),
    async one => {
      const { status } = await send(port, malformed(one))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    },
  )
  // What says no type at all is not even read.
  expect(new Set(statuses.keys())).toEqual(new Set([400, 415]))
  expect(await sendEvent(port, anEvent(1))).toMatchObject({ status: 200 })
  expect(storedEvents(home)).toEqual(['evt_00000001'])
  child.kill('SIGTERM')
  expect(await ended).toMatchObject({ code: 143 })
  const counted = Object.values(refusals(home)).reduce((sum, count) => sum + count, 0)
  expect([Object.keys(refusals(home)).length > 2, counted]).toEqual([true, statuses.get(400)])
})

test('what is no request, is too large or never ends is turned away', async () => {
  const home = shop()
  const { port } = await serve(home)
  expect(await send(port, { body: 'x'.repeat(1_100_000) })).toMatchObject({ status: 413 })
  const raw = async (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text))
      let said = ''
      socket.on('data', chunk => (said += chunk.toString('latin1')))
      socket.on('error', reject)
      socket.on('close', () => resolve(said))
    })
  const smuggled =
    'POST /webhook/stripe HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
  for (const text of [
    'hello\r\n\r\n',
    smuggled,
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  ]) {
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d /)
  }
  // One that says nothing more is let go of within its time.
  expect(await raw('POST /webhook/stripe HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n{')).toMatch(
    /^HTTP\/1\.1 408 /,
  )
  expect(storedEvents(home)).toEqual([])
})
