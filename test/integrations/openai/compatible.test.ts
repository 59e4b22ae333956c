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
    { text: '', finish: 'truncated', endedBy: 'tool_calls' },
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
    'an error in a list, at Gemini',
    400,
    [{ error: { code: 400, message: 'Not so.', status: 'INVALID_ARGUMENT' } }],
    'permanent',
    '400: Not so.',
  ],
  ['an error in a detail', 422, { detail: 'Not so.' }, 'permanent', '422: Not so.'],
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
  ['service_tier', "Unrecognized request argument supplied: 'service_tier'", { temperature: 0.7 }],
])('a server that refuses %s is asked without it', async (param, message, kept) => {
  const refuse = refusing(param, message)
  const { model, received } = await scripted(
    (response, { body }) => {
      const refusal = refuse(body)
      answer(refusal === null ? 200 : 400, refusal ?? completion())(response, {
        method: '',
        path: '',
        headers: {},
        body,
      })
    },
    { serviceTier: 'flex' },
  )
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
  '`temperature` is deprecated for this model.',
  'invalid temperature: only 1 is allowed for this model',
])('a writer that takes no temperature is asked without one: %s', async message => {
  const { model, received } = await scripted(refusesPart('temperature', 400, { error: { message } }))
  expect(await model.complete(REQUEST, patience())).toMatchObject({ text: 'Hello.' })
  expect(received[1]?.body).not.toHaveProperty('temperature')
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

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['minimum'],
  properties: {
    minimum: { type: 'integer', minimum: 0, maximum: 9 },
    list: { type: 'array', maxItems: 3, items: { type: 'string', enum: ['a'] } },
  },
}
const DOCUMENT_REQUEST = { ...REQUEST, schema: { name: 'v', schema: SCHEMA } }

/** The form of the answer that a request asks for, from the strictest to none. */
function formOf(body: Received['body']): 'strict' | 'plain' | 'json' | 'words' {
  const text = JSON.stringify(body['response_format'] ?? null)
  if (text === 'null') return 'words'
  if (text === '{"type":"json_object"}') return 'json'
  return text.includes('maximum') ? 'strict' : 'plain'
}

/** Takes no form above the given one. */
function takesOnly(most: string, status: number, error: unknown): Parameters<typeof scripted>[0] {
  const forms = ['words', 'json', 'plain', 'strict']
  return (response, got) => {
    const refused = forms.indexOf(formOf(got.body)) > forms.indexOf(most)
    answer(refused ? status : 200, refused ? error : completion())(response, got)
  }
}

test.each([
  [
    'bounds',
    'plain',
    400,
    {
      error: {
        type: 'invalid_request_error',
        message: "output_format.schema: For 'integer' type, properties maximum, minimum are not supported",
      },
    },
  ],
  [
    'a keyword, as plain text',
    'plain',
    400,
    'Invalid JSON payload received. Unknown name "additionalProperties"',
  ],
  [
    'too many states',
    'plain',
    400,
    {
      error: { message: 'The specified schema produces a constraint that has too many states for serving.' },
    },
  ],
  ['a schema by its size', 'json', 400, { error: { message: 'schema exceeds the maximum depth' } }],
  ['a kind', 'json', 422, { detail: "response_format.type: Input should be 'text' or 'json_object'" }],
  ['the part', 'words', 400, { error: { message: 'This response_format type is unavailable now' } }],
  [
    'a grammar, by a 500 of llama.cpp',
    'plain',
    500,
    { error: { message: 'Failed to initialize samplers: failed to parse grammar', type: 'server_error' } },
  ],
  [
    'a form, by a 500 of Ollama',
    'words',
    500,
    { error: { message: 'failed to load model vocabulary required for format' } },
  ],
  ['a kind, by a 501', 'words', 501, { error: { message: 'response_format is not implemented' } }],
  ['a schema, by a 415', 'json', 415, { error: { message: 'json_schema is not supported' } }],
  [
    'a part, by a 404 of OpenRouter',
    'words',
    404,
    { error: { message: 'No endpoints found that can handle the requested parameters.', code: 404 } },
  ],
  ['something, in words of its own', 'words', 400, { error: { message: 'Invalid argument 17.' } }],
  ['something, in no words', 'words', 422, {}],
])('a server that refuses %s is asked for %s', async (_what, most, status, error) => {
  const { model, received } = await scripted(takesOnly(most, status, error))
  expect(await model.complete(DOCUMENT_REQUEST, patience())).toMatchObject({ text: 'Hello.' })
  expect(formOf(received.at(-1)?.body ?? {})).toBe(most)
  const asked = received.length
  await model.complete(DOCUMENT_REQUEST, patience())
  expect(received).toHaveLength(asked + 1)
  // The next model may take what this one does not.
  await model.complete({ ...DOCUMENT_REQUEST, model: 'another' }, patience())
  expect(received).toHaveLength(2 * asked + 1)
})

test('the plain schema holds no bounds, and names are no keywords', async () => {
  const { model, received } = await scripted(takesOnly('plain', 400, 'bad schema'))
  await model.complete(DOCUMENT_REQUEST, patience())
  expect(received[1]?.body['response_format']).toEqual({
    type: 'json_schema',
    json_schema: {
      name: 'v',
      schema: {
        type: 'object',
        required: ['minimum'],
        properties: { minimum: { type: 'integer' }, list: { type: 'array', items: { type: 'string' } } },
      },
    },
  })
})

test('a judge that takes no temperature but its own is asked without one', async () => {
  const { model, received } = await scripted((response, got) => {
    const refused = 'temperature' in got.body
    answer(
      refused ? 400 : 200,
      refused ? { error: { message: 'temperature must be 1 for this model' } } : completion(),
    )(response, got)
  })
  await model.complete(DOCUMENT_REQUEST, patience())
  expect(received.map(({ body }) => formOf(body))).toEqual(['strict', 'strict'])
})

test.each([
  [
    'its length',
    400,
    {
      error: {
        message: "This model's maximum context length is 8192 tokens",
        code: 'context_length_exceeded',
      },
    },
  ],
  ['its content', 400, { error: { message: 'Your request was flagged by our moderation' } }],
  ['its key', 400, { error: { message: 'API key not valid. Please pass a valid API key.' } }],
  ['its limit', 400, { error: { message: 'max_tokens is too large: 100' } }],
  ['rights', 403, { error: { message: 'schema not allowed' } }],
  ['a fault', 500, { error: { message: 'json_schema failed' } }],
])('a document that is refused for %s is not asked for again', async (_what, status, error) => {
  const { model, received } = await scripted(answer(status, error))
  await failureOf(model.complete(DOCUMENT_REQUEST, patience()))
  expect(received).toHaveLength(1)
})

test('a server that takes no form at all: its first refusal is told', async () => {
  let times = 0
  const { model, received } = await scripted((response, got) => {
    times += 1
    answer(400, { error: { message: `refusal ${String(times)}` } })(response, got)
  })
  expect(await failureOf(model.complete(DOCUMENT_REQUEST, patience()))).toMatchObject({
    errorClass: 'permanent',
    billed: 'no',
    message: '400: refusal 1',
  })
  expect(received.map(({ body }) => formOf(body))).toEqual(['strict', 'plain', 'json', 'words'])
})

test('an outage while plainer forms are tried is an outage, and nothing is remembered', async () => {
  const { model, received } = await scripted((response, got) => {
    if (formOf(got.body) === 'strict' && received.length < 3) answer(400, 'no')(response, got)
    else
      answer(received.length < 3 ? 503 : 200, received.length < 3 ? 'overloaded' : completion())(
        response,
        got,
      )
  })
  expect(await failureOf(model.complete(DOCUMENT_REQUEST, patience()))).toMatchObject({
    errorClass: 'transient',
  })
  await model.complete(DOCUMENT_REQUEST, patience())
  expect(received.map(({ body }) => formOf(body))).toEqual(['strict', 'plain', 'strict'])
})

test.each([
  {
    error: {
      message: "Failed to generate JSON. Please adjust your prompt. See 'failed_generation'.",
      code: 'json_validate_failed',
      failed_generation: '{"a"',
    },
  },
  { error: { message: 'The model could not produce valid JSON' } },
  'Unable to produce valid JSON output',
])(
  'a server that could make no JSON of the answer: an answer without a document, whose cost nobody said',
  async error => {
    const { model, received } = await scripted(answer(400, error))
    expect(await model.complete(DOCUMENT_REQUEST, patience())).toMatchObject({
      text: '',
      finish: 'complete',
      usage: null,
    })
    expect(received).toHaveLength(1)
  },
)

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
