import { APIConnectionError, APIUserAbortError } from 'openai'
import { describe, expect, test } from 'vitest'
import { generate, judge, say, total } from './support/prompts.ts'
import { testServer, type TestServer } from './support/server.ts'
import { armedFaults, isVerdict, parsed } from './support/wire.ts'

const BRIEF = 'Write a page with a timeline. The bakery opens on 4 May. Bread costs 4 euros.'
const ask = generate(BRIEF)

async function failure(server: TestServer, fault: unknown): Promise<unknown> {
  await server.arm(fault)
  return server.openai.chat.completions.create(ask).then(
    answer => answer,
    (error: unknown) => error,
  )
}

/** A call that the stand-in has received and does not answer. */
async function parked(
  server: TestServer,
  action: unknown,
): Promise<{ outcome: Promise<unknown>; giveUp: () => void }> {
  await server.arm({ action })
  const controller = new AbortController()
  const call = server.openai.chat.completions.create(ask, { signal: controller.signal })
  const outcome = call.catch((error: unknown) => error)
  await expect.poll(async () => armedFaults(server.url), { interval: 5 }).toBe(0)
  return { outcome, giveUp: () => controller.abort() }
}

async function works({ openai }: TestServer): Promise<boolean> {
  return (await say(openai, ask)).includes('4 euros')
}

describe('faults before the effect', () => {
  test.each([
    [{ type: 'status', status: 429, headers: { 'retry-after': '7' } }, 429, 'rate_limit_exceeded'],
    [{ type: 'status', status: 500 }, 500, undefined],
    [{ type: 'status', status: 503 }, 503, undefined],
    [{ type: 'status', status: 401 }, 401, 'invalid_api_key'],
    [
      {
        type: 'status',
        status: 429,
        body: { error: { message: 'no', type: 'x', param: null, code: 'mine' } },
      },
      429,
      'mine',
    ],
  ])('%j', async (action, status, code) => {
    const server = await testServer()
    const error = await failure(server, { action })
    expect(error).toMatchObject(code === undefined ? { status } : { status, code })
    expect((await server.ledger()).rows).toEqual([])
    expect(await works(server)).toBe(true)
  })

  test('status carries its headers', async () => {
    const server = await testServer()
    await server.arm({ action: { type: 'status', status: 429, headers: { 'retry-after': '7' } } })
    const answer = await server.post('/v1/chat/completions', ask)
    expect(answer.headers.get('retry-after')).toBe('7')
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/)
  })

  test('plain-error is text, garbage is HTML with 200', async () => {
    const server = await testServer()
    await server.arm({ action: { type: 'plain-error', status: 502, body: 'bad gateway' } })
    await server.arm({ action: { type: 'garbage' } })
    const plain = await server.post('/v1/chat/completions', ask)
    expect([plain.status, plain.headers.get('content-type'), await plain.text()]).toEqual([
      502,
      'text/plain; charset=utf-8',
      'bad gateway',
    ])
    const garbage = await server.post('/v1/chat/completions', ask)
    expect([garbage.status, garbage.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await garbage.text()).toContain('<!doctype html>')
    expect((await server.ledger()).rows).toEqual([])
  })

  test('cut drops the connection', async () => {
    const server = await testServer()
    expect(await failure(server, { action: { type: 'cut' } })).toBeInstanceOf(APIConnectionError)
    expect((await server.ledger()).rows).toEqual([])
    expect(await works(server)).toBe(true)
  })

  test('hang never answers, and does not keep the server from closing', async () => {
    const server = await testServer()
    const first = await parked(server, { type: 'hang' })
    first.giveUp()
    expect(await first.outcome).toBeInstanceOf(APIUserAbortError)
    const second = await parked(server, { type: 'hang' })
    await server.server.close()
    expect(await second.outcome).toBeInstanceOf(APIConnectionError)
  })

  test('delay waits, then works; closing ends the wait', async () => {
    const server = await testServer()
    await server.arm({ action: { type: 'delay', ms: 60 } })
    const before = performance.now()
    expect(await works(server)).toBe(true)
    expect(performance.now() - before).toBeGreaterThanOrEqual(55)
    const waiting = await parked(server, { type: 'delay', ms: 500_000 })
    await server.server.close()
    expect(await waiting.outcome).toBeInstanceOf(APIConnectionError)
  })

  test('a caller that gives up during a delay is billed and gets nothing', async () => {
    const server = await testServer()
    const waiting = await parked(server, { type: 'delay', ms: 300 })
    waiting.giveUp()
    expect(await waiting.outcome).toBeInstanceOf(APIUserAbortError)
    await expect.poll(async () => (await server.ledger()).rows).toMatchObject([{ delivered: false }])
  })
})

describe('faults after the effect', () => {
  test.each(['lose-answer', 'cut-body'])('%s: billed, not delivered', async type => {
    const server = await testServer()
    const error = await failure(server, { action: { type } })
    expect(error).toBeInstanceOf(Error)
    const { rows, totals } = await server.ledger()
    expect(rows).toMatchObject([{ kind: 'generate', delivered: false }])
    expect(totals).toMatchObject({ calls: 1, undelivered: 1 })
    expect(await works(server)).toBe(true)
    expect((await server.ledger()).totals).toMatchObject({ calls: 2, undelivered: 1 })
  })

  test('cut-body sends the first half of the answer', async () => {
    const server = await testServer()
    await server.arm({ action: { type: 'cut-body' } })
    const answer = await server.post('/v1/chat/completions', ask)
    const whole = Number(answer.headers.get('content-length'))
    let received = 0
    const drained = (async () => {
      for await (const part of answer.body ?? []) received += Buffer.from(part).length
    })()
    await expect(drained).rejects.toThrow('terminated')
    expect(received).toBe(Math.floor(whole / 2))
  })
})

describe('faults of the answer', () => {
  test('refuse, truncate, empty, no-usage, ask-details', async () => {
    const server = await testServer()
    for (const type of ['refuse', 'truncate', 'empty', 'no-usage', 'ask-details'])
      await server.arm({ action: { type } })
    const next = async () => server.openai.chat.completions.create(ask)
    expect((await next()).choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: null } })
    expect((await next()).choices[0]?.finish_reason).toBe('length')
    expect((await next()).choices[0]?.message.content).toBe('')
    expect((await next()).usage).toBeUndefined()
    expect((await next()).choices[0]?.message.content).toMatch(/more details/)
    expect(await works(server)).toBe(true)
    expect((await server.ledger()).rows).toHaveLength(6)
  })

  test('fenced-json, malformed-verdict, score', async () => {
    const server = await testServer()
    await server.arm({ match: { kind: 'judge' }, action: { type: 'fenced-json' } })
    await server.arm({ match: { kind: 'judge' }, action: { type: 'malformed-verdict' } })
    await server.arm({ match: { kind: 'judge' }, action: { type: 'malformed-verdict', as: 'schema' } })
    await server.arm({ match: { kind: 'judge' }, action: { type: 'score', score: 62 } })
    const verdict = async (): Promise<string> => say(server.openai, judge(BRIEF, 'Bread costs 4 euros.'))
    expect(await verdict()).toMatch(/^```json\n\{[\s\S]*\}\n```$/)
    const broken = await verdict()
    expect(() => JSON.parse(broken) as unknown).toThrow(SyntaxError)
    const wrong = parsed(await verdict(), isVerdict)
    expect(wrong.criteria['clarity_coherence']?.score).toBe(31)
    expect(wrong.criteria['professional_tone']).toBeUndefined()
    expect(total(parsed(await verdict(), isVerdict))).toBe(62)
  })
})

describe('which calls a fault is for', () => {
  test('kind, model, path, method and body select; skip lets some through; times counts down', async () => {
    const server = await testServer()
    const broken = { type: 'status', status: 500 }
    await server.arm({ match: { kind: 'judge' }, action: broken })
    await server.arm({ match: { model: 'gpt-6-luna' }, action: broken })
    await server.arm({ match: { path: '/v1/models*', method: 'GET' }, action: broken })
    await server.arm({ match: { bodyIncludes: 'marmalade' }, action: broken })
    await server.arm({ match: { kind: 'generate', skip: 1 }, action: broken, times: 2 })
    const status = async (params: unknown): Promise<number> =>
      (await server.post('/v1/chat/completions', params)).status
    expect([await status(ask), await status(ask), await status(ask), await status(ask)]).toEqual([
      200, 500, 500, 200,
    ])
    expect([await status(judge(BRIEF, 'x')), await status(judge(BRIEF, 'x'))]).toEqual([500, 200])
    expect([await status({ ...ask, model: 'gpt-6-luna' }), await status(generate('marmalade'))]).toEqual([
      500, 500,
    ])
    await expect(server.openai.models.list()).rejects.toMatchObject({ status: 500 })
    expect(await armedFaults(server.url)).toBe(0)
  })

  test('DELETE disarms all', async () => {
    const server = await testServer()
    await server.arm({ action: { type: 'cut' }, times: 9 })
    await fetch(`${server.url}/__sandbox/faults`, { method: 'DELETE' })
    expect(await works(server)).toBe(true)
  })

  test('faults outlive a restart of the stand-in', async () => {
    const first = await testServer()
    await first.arm({ action: { type: 'status', status: 500 } })
    await first.server.close()
    const second = await testServer(first.databaseFile)
    expect(await failure(second, { action: { type: 'empty' } })).toMatchObject({ status: 500 })
  })

  test.each([
    ['[]'],
    ['{"action":{"type":"explode"}}'],
    ['{"action":{"type":"cut"},"times":0}'],
    ['{"action":{"type":"cut"},"when":1}'],
    ['{"action":{"type":"cut"},"match":{"colour":"x"}}'],
    ['{"action":{"type":"cut"},"match":{"skip":-1}}'],
    ['{"action":{"type":"delay"}}'],
    ['{"action":{"type":"status","status":99}}'],
    ['{"action":{"type":"status","headers":{"a":"b\\r\\nc: d"}}}'],
  ])('a fault that makes no sense is refused: %s', async body => {
    const server = await testServer()
    const answer = await server.post('/__sandbox/faults', body)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toMatch(/^\{"error":"./)
  })
})
