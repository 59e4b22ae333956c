/** Servers that are like OpenAI's, but for a few things each does its own way. */
import { expect, test } from 'vitest'
import {
  answer,
  completion,
  failureOf,
  patience,
  REQUEST,
  scripted,
  type Received,
} from './support/service.ts'

const choice = (parts: Readonly<Record<string, unknown>>, reason: string | null = 'stop') => ({
  choices: [{ index: 0, finish_reason: reason, message: { role: 'assistant', ...parts } }],
})

async function completed(parts: Readonly<Record<string, unknown>>) {
  const { model } = await scripted(answer(200, completion(parts)))
  return model.complete(REQUEST, patience())
}

const USAGE = { inputTokens: 10, outputTokens: 4 }

test.each([
  [
    'content in parts, thoughts apart',
    choice({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
        { type: 'text', text: 'Hello, ' },
        { type: 'text', text: 'you.' },
      ],
    }),
    { text: 'Hello, you.', finish: 'complete', usage: USAGE },
  ],
  ['cut off at the end of the context', choice({ content: 'Hel' }, 'model_length'), { finish: 'truncated' }],
  [
    'an empty refusal',
    choice({ content: 'Hi', refusal: '' }),
    { text: 'Hi', finish: 'complete', refusal: null },
  ],
  ['a refusal that is no text', choice({ content: 'Hi', refusal: false }), { text: 'Hi', refusal: null }],
  ['usage of null', { usage: null }, { usage: null }],
  ['usage in texts', { usage: { prompt_tokens: '10', completion_tokens: '4' } }, { usage: null }],
  ['usage of nothing at all', { usage: { prompt_tokens: 0, completion_tokens: 0 } }, { usage: null }],
  [
    'details of null',
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        prompt_tokens_details: null,
        completion_tokens_details: { reasoning_tokens: null },
      },
    },
    { usage: USAGE },
  ],
  [
    'further choices',
    { choices: [...choice({ content: 'A' }).choices, ...choice({ content: 'B' }).choices] },
    { text: 'A' },
  ],
  ['reasoning beside the content', choice({ content: 'A', reasoning_content: 'B' }), { text: 'A' }],
  [
    'tools instead of content',
    choice({ content: null, tool_calls: [] }, 'tool_calls'),
    { text: '', finish: 'complete' },
  ],
])('%s', async (_what, parts, expected) => {
  expect(await completed(parts)).toMatchObject(expected)
})

test('a 200 that holds an error is that error', async () => {
  const { model } = await scripted(answer(200, { error: { code: 429, message: 'slow down' } }))
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'throttled',
    billed: 'unknown',
    message: '429: slow down',
  })
})

test.each([
  ['that says why', { error: { code: 502, message: 'upstream died' } }, '502: upstream died'],
  ['that does not', {}, 'unusable answer: an error: the model broke off'],
])('an answer that broke off within is no answer: one %s', async (_what, more, message) => {
  const broken = { index: 0, finish_reason: 'error', message: { role: 'assistant', content: 'Hel' }, ...more }
  const { model } = await scripted(answer(200, completion({ choices: [broken] })))
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'transient',
    billed: 'unknown',
    message,
  })
})

test.each([
  ['an error in words', { error: 'model not loaded' }, 'unusable answer: an error: model not loaded'],
  ['an error of its own code', { error: { code: 'E1', message: 'no' } }, 'unusable answer: an error: no'],
])('a 200 that holds %s', async (_what, body, message) => {
  const { model } = await scripted(answer(200, body))
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'transient',
    billed: 'unknown',
    message,
  })
})

test('a 200 whose error is null is an answer', async () => {
  expect(await completed({ error: null })).toMatchObject({ text: 'Hello.' })
})

test.each([
  [
    'no credit',
    402,
    { error: { code: 402, message: 'Insufficient credits' } },
    'credential',
    '402: Insufficient credits',
  ],
  [
    'a proxy that wants a password',
    407,
    'Proxy Authentication Required',
    'credential',
    '407: Proxy Authentication Required',
  ],
  [
    'a flagged brief',
    403,
    { error: { code: 403, message: 'flagged', metadata: { reasons: ['x'], flagged_input: 'y' } } },
    'permanent',
    '403: flagged',
  ],
  ['an error that is a text', 400, { error: 'model is required' }, 'permanent', '400: model is required'],
  [
    'a message at the top',
    400,
    { object: 'error', message: 'too long', code: 400 },
    'permanent',
    '400: too long',
  ],
] as const)('%s', async (_what, status, body, errorClass, message) => {
  const { model } = await scripted(answer(status, body))
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass,
    billed: 'no',
    message,
  })
})

test.each(['/v1', '/v1/', '/openai/v1/?api-version=preview', '/v1?a=1&b=2'])(
  'a base address %s',
  async path => {
    const { url, received } = await scripted(answer(200, completion()))
    const { model } = await scripted(answer(500, {}), { baseUrl: url + path })
    await model.complete(REQUEST, patience())
    const [before = '', query] = path.split('?')
    expect(received[0]?.path).toBe(
      `${before.replace(/\/$/, '')}/chat/completions${query === undefined ? '' : `?${query}`}`,
    )
  },
)

test('JSON that is called text', async () => {
  const { model } = await scripted(answer(200, JSON.stringify(completion())))
  expect(await model.complete(REQUEST, patience())).toMatchObject({ text: 'Hello.', usage: USAGE })
})

test('the caller’s own headers stay at home', async () => {
  process.env['OPENAI_CUSTOM_HEADERS'] = 'Authorization: Bearer caller\nX-Caller: yes'
  try {
    const { model, received } = await scripted(answer(200, completion()))
    await model.complete(REQUEST, patience())
    expect(received[0]?.headers).toMatchObject({ authorization: 'Bearer sk-test-000000000000' })
    expect(received[0]?.headers).not.toHaveProperty('x-caller')
  } finally {
    delete process.env['OPENAI_CUSTOM_HEADERS']
  }
})

test.each([
  ['an empty day', [{ id: 'a', shutdown_date: '' }], [{ id: 'a', shutdownDate: null }]],
  ['a day in words', [{ id: 'a', shutdown_date: 'soon' }], [{ id: 'a', shutdownDate: null }]],
  ['a day out of time', [{ id: 'a', shutdown_date: 1e18 }], [{ id: 'a', shutdownDate: null }]],
])('models: %s', async (_what, data, expected) => {
  const { model } = await scripted(answer(200, { object: 'list', data }))
  expect(await model.listModels(patience())).toEqual(expected)
})

const refusing = (param: string, message: string) => (body: Received['body']) =>
  param in body
    ? { error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' } }
    : null

test.each([
  [
    'max_tokens',
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    { max_completion_tokens: 100 },
  ],
  [
    'temperature',
    "Unsupported value: 'temperature' does not support 0.7 with this model.",
    { max_tokens: 100 },
  ],
  ['response_format', 'This response_format type is unavailable now', { temperature: 0.7 }],
])('a server that refuses %s is asked without it', async (param, message, kept) => {
  const refuse = refusing(param, message)
  const { model, received } = await scripted((response, { body }) => {
    const refusal = refuse(body)
    answer(refusal === null ? 200 : 400, refusal ?? completion())(response, {
      method: '',
      path: '',
      headers: {},
      body,
    })
  })
  const request = {
    ...REQUEST,
    tokenParameter: 'max_tokens' as const,
    schema: { name: 'v', schema: { type: 'object' } },
  }
  expect(await model.complete(request, patience())).toMatchObject({ text: 'Hello.' })
  await model.complete(request, patience())
  expect(received).toHaveLength(3)
  expect(received[1]?.body).toMatchObject(kept)
  expect(received[2]?.body).not.toHaveProperty(param)
})

test.each([
  ['a limit that is too large', 'max_tokens', 'max_tokens is too large: 100. The model takes at most 50.'],
  ['a value that is out of range', 'temperature', 'temperature is not allowed to be above 0.5'],
  ['a part that is refused even so', 'messages', 'Unsupported parameter: messages'],
])('%s is not left out', async (_what, param, text) => {
  const { model, received } = await scripted(answer(400, { error: { message: text, param } }))
  const failure = await failureOf(model.complete({ ...REQUEST, tokenParameter: 'max_tokens' }, patience()))
  expect(failure).toMatchObject({ errorClass: 'permanent', billed: 'no' })
  expect(received).toHaveLength(1)
})

test('a server that refuses every name of the limit is asked for each, not for ever', async () => {
  const { model, received } = await scripted((response, got) => {
    const name = Object.keys(got.body).find(key => key.startsWith('max_'))
    answer(400, { error: { message: `Unsupported parameter: '${String(name)}'` } })(response, got)
  })
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({ errorClass: 'permanent' })
  expect(received.length).toBeLessThanOrEqual(3)
  for (const { body } of received) expect(body['max_tokens'] ?? body['max_completion_tokens']).toBe(100)
})

/** Answers 400 or 422 as long as a part is there. */
function refusesPart(part: string, status: number, body: unknown): Parameters<typeof scripted>[0] {
  return (response, got) => {
    if (part in got.body) answer(status, body)(response, got)
    else answer(200, completion())(response, got)
  }
}

test('calls at once that are all refused the same part are all sent again', async () => {
  const error = { message: 'temperature is not supported' }
  const { model, received } = await scripted(refusesPart('temperature', 400, { error }))
  const calls = Array.from({ length: 3 }, async () => model.complete(REQUEST, patience()))
  expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(['Hello.', 'Hello.', 'Hello.'])
  expect(received).toHaveLength(6)
})

test('a schema that cannot be sent as one is put into words', async () => {
  const detail = 'response_format json_schema is not supported'
  const { model, received } = await scripted(refusesPart('response_format', 422, { detail }))
  const schema = { type: 'object', title: 'V' }
  await model.complete({ ...REQUEST, schema: { name: 'v', schema } }, patience())
  expect(received[1]?.body['messages']).toEqual([
    { role: 'system', content: `Be brief.\nThe JSON schema of the answer: ${JSON.stringify(schema)}` },
    { role: 'user', content: 'Say hello.' },
  ])
})
