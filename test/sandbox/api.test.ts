import { APIError } from 'openai'
import { describe, expect, test } from 'vitest'
import { KEY, testServer } from './support/server.ts'
import { isError, parsed, type ErrorWire } from './support/wire.ts'

const HELLO = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Bread costs 4 euros.' }] }
const REASONING = { ...HELLO, model: 'gpt-6.1-terra' }

async function refusal(
  body: unknown,
  headers?: Record<string, string>,
): Promise<ErrorWire['error'] & { status: number }> {
  const { post, ledger } = await testServer()
  const answer = await post('/v1/chat/completions', body, headers)
  const { error } = parsed(await answer.text(), isError)
  expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'param', 'type'])
  expect((await ledger()).rows).toEqual([])
  return { ...error, status: answer.status }
}

function schemaFormat(schema: unknown): unknown {
  return {
    ...HELLO,
    response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } },
  }
}

describe('POST /v1/chat/completions refuses', () => {
  test.each<[string, unknown, number, string | null, string | null, RegExp]>([
    [
      'an unknown model',
      { ...HELLO, model: 'gpt-5' },
      404,
      null,
      'model_not_found',
      /`gpt-5` does not exist/,
    ],
    ['no model', { messages: HELLO.messages }, 400, null, null, /you must provide a model parameter/],
    ['a body that is not JSON', '{"model":', 400, null, null, /could not parse the JSON body/],
    [
      'an unknown parameter',
      { ...HELLO, temprature: 1 },
      400,
      'temprature',
      'unknown_parameter',
      /Unknown parameter: 'temprature'/,
    ],
    [
      'no messages',
      { model: 'gpt-4o' },
      400,
      'messages',
      'missing_required_parameter',
      /Missing required parameter: 'messages'/,
    ],
    ['empty messages', { ...HELLO, messages: [] }, 400, 'messages', 'empty_array', /empty array/],
    [
      'messages of a wrong type',
      { ...HELLO, messages: 'hi' },
      400,
      'messages',
      'invalid_type',
      /expected an array of objects, but got a string/,
    ],
    [
      'an unknown role',
      { ...HELLO, messages: [{ role: 'boss', content: 'x' }] },
      400,
      'messages[0].role',
      'invalid_value',
      /Supported values are: 'system'/,
    ],
    [
      'a message without role',
      { ...HELLO, messages: [{ content: 'x' }] },
      400,
      'messages[0].role',
      'missing_required_parameter',
      /messages\[0\]\.role/,
    ],
    [
      'an unknown message field',
      { ...HELLO, messages: [{ role: 'user', content: 'x', mood: 1 }] },
      400,
      'messages[0].mood',
      'unknown_parameter',
      /mood/,
    ],
    [
      'null content',
      { ...HELLO, messages: [{ role: 'user', content: null }] },
      400,
      'messages[0].content',
      null,
      /got null/,
    ],
    [
      'an image',
      { ...HELLO, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      400,
      'messages[0].content[0].type',
      'sandbox_unsupported',
      /sandbox/,
    ],
    [
      'a temperature over 2',
      { ...HELLO, temperature: 2.5 },
      400,
      'temperature',
      'decimal_above_max_value',
      /Expected a value <= 2, but got 2.5/,
    ],
    [
      'a temperature under 0',
      { ...HELLO, temperature: -1 },
      400,
      'temperature',
      'decimal_below_min_value',
      /Expected a value >= 0/,
    ],
    [
      'a temperature in words',
      { ...HELLO, temperature: 'hot' },
      400,
      'temperature',
      'invalid_type',
      /expected a decimal, but got a string/,
    ],
    [
      'half a token',
      { ...HELLO, max_tokens: 1.5 },
      400,
      'max_tokens',
      'invalid_type',
      /expected an integer, but got a decimal/,
    ],
    ['no token', { ...HELLO, max_tokens: 0 }, 400, 'max_tokens', 'integer_below_min_value', />= 1/],
    [
      'both token limits',
      { ...HELLO, max_tokens: 5, max_completion_tokens: 5 },
      400,
      'max_tokens',
      'invalid_parameter_combination',
      /at the same time/,
    ],
    [
      'more output than the model has',
      { ...HELLO, max_tokens: 16_385 },
      400,
      'max_tokens',
      'invalid_value',
      /at most 16384 completion tokens/,
    ],
    [
      'streaming',
      { ...HELLO, stream: true },
      400,
      'stream',
      'sandbox_unsupported',
      /sandbox does not stream/,
    ],
    ['tools', { ...HELLO, tools: [] }, 400, 'tools', 'sandbox_unsupported', /sandbox/],
    ['several choices', { ...HELLO, n: 2 }, 400, 'n', 'sandbox_unsupported', /one choice/],
    [
      'reasoning effort on gpt-4o',
      { ...HELLO, reasoning_effort: 'low' },
      400,
      'reasoning_effort',
      'unsupported_parameter',
      /reasoning_effort/,
    ],
    [
      'temperature on a reasoning model',
      { ...REASONING, temperature: 1 },
      400,
      'temperature',
      'unsupported_parameter',
      /not supported with this model/,
    ],
    [
      'max_tokens on a reasoning model',
      { ...REASONING, max_tokens: 5 },
      400,
      'max_tokens',
      'unsupported_parameter',
      /Use 'max_completion_tokens' instead/,
    ],
    [
      'an unknown effort',
      { ...REASONING, reasoning_effort: 'utmost' },
      400,
      'reasoning_effort',
      'invalid_value',
      /'none', 'minimal'/,
    ],
    [
      'flex for gpt-4o',
      { ...HELLO, service_tier: 'flex' },
      400,
      'service_tier',
      null,
      /Invalid service_tier/,
    ],
    [
      'JSON mode without the word',
      { ...HELLO, response_format: { type: 'json_object' } },
      400,
      'messages',
      null,
      /must contain the word 'json'/,
    ],
    [
      'an unknown response format',
      { ...HELLO, response_format: { type: 'xml' } },
      400,
      'response_format.type',
      'invalid_value',
      /'text', 'json_object', and 'json_schema'/,
    ],
    [
      'a schema without name',
      { ...HELLO, response_format: { type: 'json_schema', json_schema: { schema: {} } } },
      400,
      'response_format.json_schema.name',
      'missing_required_parameter',
      /name/,
    ],
    [
      'a schema that is an array',
      schemaFormat({ type: 'array', items: { type: 'string' } }),
      400,
      'response_format',
      null,
      /got 'type: "array"'/,
    ],
    [
      'a schema that allows more properties',
      schemaFormat({ type: 'object', properties: {}, required: [] }),
      400,
      'response_format',
      null,
      /'additionalProperties' is required to be supplied and to be false/,
    ],
    [
      'a schema with an optional property',
      schemaFormat({
        type: 'object',
        properties: { a: { type: 'string' } },
        required: [],
        additionalProperties: false,
      }),
      400,
      'response_format',
      null,
      /Missing 'a'/,
    ],
    [
      'a schema with an unsupported keyword',
      schemaFormat({
        type: 'object',
        properties: { a: { type: 'string', minLength: 1 } },
        required: ['a'],
        additionalProperties: false,
      }),
      400,
      'response_format',
      null,
      /'minLength' is not permitted/,
    ],
    [
      'a loose object deep in the schema',
      schemaFormat({
        type: 'object',
        properties: { a: { type: 'array', items: { type: 'object', properties: {}, required: [] } } },
        required: ['a'],
        additionalProperties: false,
      }),
      400,
      'response_format',
      null,
      /In context=\('properties', 'a', 'items'\)/,
    ],
    [
      'a prompt over the context',
      { ...HELLO, messages: [{ role: 'user', content: 'word '.repeat(110_000) }] },
      400,
      'messages',
      'context_length_exceeded',
      /maximum context length is 128000 tokens.*resulted in 1375\d\d tokens/,
    ],
  ])('%s', async (_, body, status, param, code, message) => {
    const error = await refusal(body)
    expect(error).toMatchObject({ status, param, code, type: 'invalid_request_error' })
    expect(error.message).toMatch(message)
  })

  test('a body over the size limit', async () => {
    const error = await refusal({ ...HELLO, user: 'x'.repeat(17 * 1_048_576) })
    expect(error).toMatchObject({ status: 413, code: 'request_too_large' })
  })

  test.each([
    ['', 401, null],
    ['Bearer sk-invalid-000000000000', 401, 'invalid_api_key'],
    ['Bearer sk-proj-a-real-one-0000000000000000', 401, 'invalid_api_key'],
    [`Bearer ${KEY}0`, 401, 'invalid_api_key'],
    ['Bearer sk-sandbox-noquota', 429, 'insufficient_quota'],
  ])('the key %j', async (authorization, status, code) => {
    expect(await refusal(HELLO, { authorization })).toMatchObject({ status, code })
  })

  test('a wrong key without telling it back', async () => {
    const { message } = await refusal(HELLO, { authorization: 'Bearer sk-invalid-secretsecret-4711' })
    expect(message).not.toContain('secretsecret')
    expect(message).toContain('4711')
  })
})

describe('POST /v1/chat/completions answers', () => {
  test('with the snapshot, usage, headers and exactly one ledger row', async () => {
    const { openai, ledger } = await testServer()
    const { data, response } = await openai.chat.completions
      .create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Bread costs 4 euros.' }] })
      .withResponse()
    expect(data).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-4o-2024-08-06',
      service_tier: 'default',
    })
    expect(data.usage?.total_tokens).toBe(
      (data.usage?.prompt_tokens ?? 0) + (data.usage?.completion_tokens ?? 0),
    )
    expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('9999')
    const { rows } = await ledger()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ id: data.id, model: 'gpt-4o', delivered: true, finish_reason: 'stop' })
  })

  test('with reasoning tokens inside the completion, for reasoning models that reason', async () => {
    const { openai } = await testServer()
    const messages = [{ role: 'user' as const, content: 'Bread costs 4 euros.' }]
    const thought = await openai.chat.completions.create({ model: 'gpt-6-luna', messages })
    const quick = await openai.chat.completions.create({
      model: 'gpt-6-luna',
      messages,
      reasoning_effort: 'none',
      temperature: 0,
    })
    const reasoning = thought.usage?.completion_tokens_details?.reasoning_tokens ?? 0
    expect(reasoning).toBeGreaterThan(0)
    expect(quick.usage?.completion_tokens_details?.reasoning_tokens).toBe(0)
    expect(thought.usage?.completion_tokens).toBe((quick.usage?.completion_tokens ?? 0) + reasoning)
  })

  test('cut off at the limit, on a whole character; thinking can use it all up', async () => {
    const { openai } = await testServer()
    const messages = [{ role: 'user' as const, content: 'ブレッド費用四ユーロ。'.repeat(20) }]
    const cut = await openai.chat.completions.create({ model: 'gpt-4o', messages, max_tokens: 4 })
    expect(cut.choices[0]?.finish_reason).toBe('length')
    expect(cut.usage?.completion_tokens).toBe(4)
    expect(cut.choices[0]?.message.content).not.toContain('\uFFFD')
    const spent = await openai.chat.completions.create({
      model: 'gpt-6-luna',
      messages,
      max_completion_tokens: 10,
    })
    expect(spent.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: '' } })
  })

  test('with cached tokens for a repeated beginning of at least 1024 tokens', async () => {
    const { openai } = await testServer()
    const ask = async (system: string, user: string, model = 'gpt-4o') => {
      const messages = [
        { role: 'system' as const, content: system },
        { role: 'user' as const, content: user },
      ]
      const { usage } = await openai.chat.completions.create({ model, messages })
      return usage?.prompt_tokens_details?.cached_tokens
    }
    const long = 'You write for an agency. '.repeat(200)
    expect(await ask(long, 'one')).toBe(0)
    const cached = (await ask(long, 'two')) ?? 0
    expect(cached).toBeGreaterThanOrEqual(1024)
    expect(cached % 128).toBe(0)
    expect(cached * 4).toBeLessThanOrEqual(long.length)
    expect(await ask(long, 'two', 'gpt-4o-mini')).toBe(0)
    expect(await ask(`X${long}`, 'two')).toBe(0)
    expect([await ask('short', 'one'), await ask('short', 'one')]).toEqual([0, 0])
  })

  test('content given in parts', async () => {
    const { openai } = await testServer()
    const content = [{ type: 'text' as const, text: 'Bread costs 4 euros.' }]
    const { choices } = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content }],
    })
    expect(choices[0]?.message.content).toContain('Bread costs 4 euros.')
  })

  test('JSON mode with a JSON object', async () => {
    const { openai } = await testServer()
    const { choices } = await openai.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Give me JSON. Bread costs 4 euros.' }],
      response_format: { type: 'json_object' },
    })
    expect(JSON.parse(choices[0]?.message.content ?? '')).toBeTypeOf('object')
  })

  test('null like a parameter that was left out', async () => {
    const { post } = await testServer()
    const body = {
      ...HELLO,
      temperature: null,
      max_tokens: null,
      n: null,
      response_format: null,
      tools: null,
      service_tier: null,
    }
    expect((await post('/v1/chat/completions', body)).status).toBe(200)
  })
})

describe('models', () => {
  test('are listed with their shutdown dates, and found one by one', async () => {
    const { openai } = await testServer()
    const all: Record<string, unknown>[] = []
    for await (const model of openai.models.list()) all.push({ ...model })
    const ids = all.map(({ id }) => id)
    expect(ids).toEqual(
      expect.arrayContaining(['gpt-4o', 'gpt-4o-mini', 'gpt-6-luna', 'gpt-6.1-terra', 'gpt-6.1-sol']),
    )
    expect(all.find(({ id }) => id === 'gpt-4o')).toMatchObject({
      shutdown_date: '2027-01-14',
      object: 'model',
    })
    expect(await openai.models.retrieve('gpt-4o-mini')).toMatchObject({ shutdown_date: '2027-01-14' })
    expect(await openai.models.retrieve('gpt-6-luna')).toMatchObject({ shutdown_date: null })
  })

  test('that do not exist are 404', async () => {
    const { openai } = await testServer()
    const error: unknown = await openai.models.retrieve('gpt-9').catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  })
})

describe('other paths', () => {
  test('are refused in the vendor’s shape', async () => {
    const { url } = await testServer()
    const headers = { authorization: `Bearer ${KEY}` }
    const unknown = await fetch(`${url}/v1/embeddings`, { headers })
    expect([unknown.status, await unknown.json()]).toMatchObject([
      404,
      { error: { message: 'Invalid URL (GET /v1/embeddings)' } },
    ])
    const wrong = await fetch(`${url}/v1/models`, { method: 'DELETE', headers })
    expect([wrong.status, await wrong.json()]).toMatchObject([
      405,
      { error: { code: 'method_not_supported' } },
    ])
  })
})
