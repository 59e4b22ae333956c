/** What comes back: completions, lists, and every way in which nothing usable does. */
import { expect, test } from 'vitest'
import { listOf, parseDocument } from '../../support/document.ts'
import { freePort } from '../../support/servers.ts'
import {
  answer,
  completion,
  failureOf,
  patience,
  REQUEST,
  scripted,
  type Respond,
} from './support/service.ts'

async function completed(
  parts: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
) {
  const { model } = await scripted(answer(200, completion(parts), headers))
  return model.complete(REQUEST, patience())
}

const message = (
  parts: Readonly<Record<string, unknown>>,
  reason = 'stop',
): Readonly<Record<string, unknown>> => ({
  choices: [{ index: 0, finish_reason: reason, message: { role: 'assistant', ...parts } }],
})

test('an answer with all its facts', async () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 40,
    prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 7 },
    completion_tokens_details: { reasoning_tokens: 30 },
  }
  expect(await completed({ usage, service_tier: 'flex' }, { 'x-request-id': 'req_1' })).toEqual({
    text: 'Hello.',
    finish: 'complete',
    endedBy: null,
    refusal: null,
    usageNote: null,
    chargedNano: null,
    usage: { inputTokens: 100, cachedTokens: 60, cacheWriteTokens: 7, outputTokens: 40, reasoningTokens: 30 },
    answeredModel: 'gpt-4o-2024-08-06',
    serviceTier: 'flex',
    requestId: 'req_1',
  })
})

test.each([
  ['cut off', message({ content: 'Hel' }, 'length'), { finish: 'truncated', text: 'Hel' }],
  [
    'refused in words',
    message({ content: null, refusal: 'No.' }),
    { finish: 'refused', refusal: 'No.', text: '' },
  ],
  ['refused by a filter', message({ content: '' }, 'content_filter'), { finish: 'refused', refusal: null }],
  ['empty', message({ content: null }), { finish: 'complete', text: '' }],
  [
    'of a local server: no usage',
    { ...message({ content: 'Hi' }), usage: undefined, model: undefined },
    { usage: null, answeredModel: null },
  ],
  ['usage that is none', { usage: { tokens: 'many' } }, { usage: null }],
  ['usage below zero', { usage: { prompt_tokens: -1, completion_tokens: 2 } }, { usage: null }],
])('%s', async (_what, parts, expected) => {
  expect(await completed(parts)).toMatchObject(expected)
})

type Expected = readonly [errorClass: string, billed: string]

test.each<[what: string, status: number, body: unknown, expected: Expected]>([
  ['a bad request', 400, { error: { message: 'no', code: 'bad' } }, ['permanent', 'no']],
  [
    'a context too long',
    400,
    { error: { message: 'no', code: 'context_length_exceeded' } },
    ['permanent', 'no'],
  ],
  ['a refused key', 401, { error: { message: 'no' } }, ['credential', 'no']],
  ['a forbidden model', 403, { error: { message: 'no' } }, ['credential', 'no']],
  ['a wrong address', 404, { error: { message: 'no' } }, ['credential', 'no']],
  ['an address that takes no such request', 405, 'Method Not Allowed', ['credential', 'no']],
  ['a model that is not there any more', 410, { error: { message: 'no' } }, ['credential', 'no']],
  ['a time-out of the server', 408, {}, ['transient', 'unknown']],
  ['a conflict', 409, {}, ['transient', 'unknown']],
  ['too large', 413, 'too large', ['permanent', 'no']],
  ['what cannot be worked on', 422, { detail: [] }, ['permanent', 'no']],
  ['throttled', 429, { error: { message: 'slow' } }, ['throttled', 'no']],
  ['no money left', 429, { error: { message: 'pay', code: 'insufficient_quota' } }, ['credential', 'no']],
  ['a fault of the server', 500, 'Internal Server Error', ['transient', 'unknown']],
  ['a fault of the server that speaks of its load', 500, { error: 'overloaded' }, ['transient', 'unknown']],
  ['a fault of a gateway', 502, '<html>Bad gateway</html>', ['transient', 'unknown']],
  ['overloaded', 503, { error: { message: 'busy' } }, ['transient', 'no']],
  [
    'a model that is loading, at llama.cpp',
    503,
    { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
    ['transient', 'no'],
  ],
  [
    'more than fits, at Ollama',
    503,
    { error: 'server busy, please try again.  maximum pending requests exceeded' },
    ['transient', 'no'],
  ],
  [
    'overloaded, at Gemini',
    503,
    [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }],
    ['transient', 'no'],
  ],
  ['nothing behind a gateway', 503, 'no healthy upstream', ['transient', 'no']],
  [
    'a gateway whose server broke off',
    503,
    'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    ['transient', 'unknown'],
  ],
  ['a gateway’s page', 503, '<html>503 Service Unavailable</html>', ['transient', 'no']],
  ['a server that was too slow', 503, 'Service unavailable: upstream timed out', ['transient', 'unknown']],
  ['a 503 that says nothing', 503, '', ['transient', 'unknown']],
  ['a fault called 503', 503, { error: { message: 'could not generate' } }, ['transient', 'unknown']],
  ['a gateway’s patience', 504, '', ['transient', 'unknown']],
  [
    'overloaded, in Anthropic’s words',
    529,
    { type: 'error', error: { type: 'overloaded_error', message: '' } },
    ['transient', 'no'],
  ],
  ['a 529 that says nothing', 529, {}, ['transient', 'unknown']],
])('%s (%i)', async (_what, status, body, [errorClass, billed]) => {
  const { model, received } = await scripted(answer(status, body, { 'x-request-id': 'req_2' }))
  for (const send of [
    async () => model.complete(REQUEST, patience()),
    async () => model.listModels(patience()),
  ]) {
    const failure = await failureOf(send())
    expect(failure).toMatchObject({ errorClass, billed, requestId: 'req_2', retryAfterMs: null })
    expect(failure.message).toMatch(new RegExp(`^${String(status)}[ :]`))
  }
  expect(received).toHaveLength(2)
})

test.each([
  [
    429,
    'rate_limit_exceeded',
    'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 45000. The input or output tokens must be reduced in order to run successfully.',
  ],
  [429, 'rate_limit_exceeded', 'Rate limit reached (TPM): Limit 30,000, Used 0, Requested 45,000.'],
  [
    413,
    'rate_limit_exceeded',
    'Request too large for model `llama-3.1-8b-instant` on tokens per minute (TPM): Limit 6000, Requested 10381, please reduce your message size and try again.',
  ],
  [413, null, 'Request exceeds the maximum size'],
  [429, 'request_too_large', 'no'],
  [400, null, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."],
  [400, null, 'prompt is too long: 208310 tokens > 200000 maximum'],
  [400, 'exceed_context_size_error', 'the request exceeds the available context size'],
  [400, null, 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'],
])('a request that can never pass: %i %s %s', async (status, code, said) => {
  const { model } = await scripted(answer(status, { error: { message: said, code } }))
  const failure = await failureOf(model.complete(REQUEST, patience()))
  expect(failure).toMatchObject({ errorClass: 'permanent', billed: 'no' })
  expect(failure.fix).toMatch(/^shorten the brief/)
})

test.each([
  'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.',
  'Rate limit reached for gpt-4o on requests per day (RPD): Limit 200, Used 200, Requested 1.',
  'Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 60 seconds.',
  "This request would exceed your organization's rate limit of 40,000 input tokens per minute.",
  'Too many tokens, please wait before trying again.',
])('a limit that passes with time is waited for: %s', async said => {
  const { model } = await scripted(answer(429, { error: { message: said, code: 'rate_limit_exceeded' } }))
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({ errorClass: 'throttled' })
})

test.each([
  [404, 'model_not_found', 'The model `gpt-4o` does not exist or you do not have access to it.'],
  [404, null, 'model "gpt-4o" not found, try pulling it first'],
  [400, null, 'gpt-4o is not a valid model ID'],
  [400, null, 'Model Not Exist'],
  [400, 'invalid_model', 'Invalid model: gpt-4o'],
  [403, 'model_not_found', 'Project `proj_1` does not have access to model `gpt-4o`'],
  [404, 'DeploymentNotFound', 'The API deployment for this resource does not exist.'],
])('a model that the service does not have is the set-up’s fault: %i %s %s', async (status, code, said) => {
  const { model } = await scripted(answer(status, { error: { message: said, code } }))
  const failure = await failureOf(model.complete(REQUEST, patience()))
  expect(failure).toMatchObject({ errorClass: 'credential', billed: 'no' })
  expect(failure.fix).toMatch(/^the service has no model gpt-4o: name one that it has in generate\.model/)
})

test.each<[what: string, body: unknown]>([
  [
    'a key, at Gemini',
    [
      {
        error: {
          code: 400,
          message: 'API key not valid. Please pass a valid API key.',
          status: 'INVALID_ARGUMENT',
        },
      },
    ],
  ],
  ['a key that is over', [{ error: { code: 400, message: 'API key expired. Please renew the API key.' } }]],
  [
    'a key, at xAI',
    { code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xa***Zz.' },
  ],
  [
    'credit, at Anthropic',
    { error: { message: 'Your credit balance is too low to access the Anthropic API.' } },
  ],
  ['a limit of the bill', { error: { message: 'no', code: 'billing_hard_limit_reached' } }],
  ['an account', { error: { message: 'Your organization must be verified to use the model.' } }],
  ['a place', [{ error: { code: 400, message: 'User location is not supported for the API use.' } }]],
])('a 400 for %s is the operator’s to mend, for all runs', async (_what, body) => {
  const { model, received } = await scripted(answer(400, body))
  const schema = { name: 'v', schema: { type: 'object' } }
  for (const request of [REQUEST, { ...REQUEST, schema }]) {
    const failure = await failureOf(model.complete(request, patience()))
    expect(failure).toMatchObject({ errorClass: 'credential', billed: 'no' })
  }
  expect(received).toHaveLength(2)
})

test.each<[what: string, status: number, body: unknown, fix: unknown]>([
  ['credit', 402, { error: { message: 'no' } }, expect.stringMatching(/^add credit/)],
  [
    'a quota',
    429,
    { error: { message: 'pay', code: 'insufficient_quota' } },
    expect.stringMatching(/^add credit/),
  ],
  [
    'credit, in words',
    400,
    { error: { message: 'Your credit balance is too low.' } },
    expect.stringMatching(/^add credit/),
  ],
  ['a proxy', 407, '', expect.stringMatching(/^a proxy/)],
  ['what is not allowed', 403, { error: { message: 'no' } }, expect.stringMatching(/^the account may not/)],
  [
    'an account',
    400,
    { error: { message: 'Your organization must be verified.' } },
    expect.stringMatching(/^the account may not/),
  ],
  ['a key', 401, { error: { message: 'no' } }, null],
  ['a key, by 403', 403, { error: { message: 'Invalid API key' } }, null],
])('the fix fits the cause: %s (%i)', async (_what, status, body, fix) => {
  const { model } = await scripted(answer(status, body))
  const failure = await failureOf(model.complete(REQUEST, patience()))
  expect(failure).toMatchObject({ errorClass: 'credential', fix })
})

test.each<[what: string, error: unknown]>([
  ['null', null],
  ['no words', ''],
  ['false', false],
  ['an object', {}],
  ['a list', []],
  ['an object of nothing', { message: '', code: null, type: '' }],
])('an empty error beside an answer is none: %s', async (_what, error) => {
  const beside = listOf(parseDocument(JSON.stringify(completion({}))), 'choices').map(choice => ({
    ...choice,
    error,
  }))
  expect(await completed({ error })).toMatchObject({ text: 'Hello.', finish: 'complete' })
  expect(await completed({ choices: beside })).toMatchObject({ text: 'Hello.', finish: 'complete' })
})

test('a 400 that quotes what was sent says nothing of the account', async () => {
  const said = `The prompt has no place for it: ${'word '.repeat(50)} invalid API key`
  const { model } = await scripted(answer(400, { error: { message: said } }))
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({ errorClass: 'permanent' })
})

test.each(['Unsupported parameter: temperature', 'This model does not support tools.'])(
  'a model that is there and refuses the request is not: %s',
  async said => {
    const { model } = await scripted(answer(400, { error: { message: said } }))
    expect(await failureOf(model.complete({ ...REQUEST, temperature: null }, patience()))).toMatchObject({
      errorClass: 'permanent',
    })
  },
)

test.each([
  [
    '',
    /^openai\.base_url \(or judge\.base_url\) lacks its end: most services are at http:\/\/127\.0\.0\.1:\d+\/v1$/,
  ],
  [
    '/v1',
    /^check openai\.base_url \(or judge\.base_url\): nothing of the kind is at http:\/\/127\.0\.0\.1:\d+\/v1$/,
  ],
  ['/v1beta/openai', /^check openai\.base_url .* nothing of the kind is at .*\/v1beta\/openai$/],
])('a wrong address says what to set: %s', async (path, says) => {
  const { url } = await scripted(answer(404, '404 page not found'))
  const { model } = await scripted(() => {}, { baseUrl: `${url}${path}` })
  expect((await failureOf(model.complete(REQUEST, patience()))).fix).toMatch(says)
  expect((await failureOf(model.listModels(patience()))).fix).toMatch(says)
})

test('names of a model and a tier are short, and stand on one line', async () => {
  const name = `gpt-4o\n  state  done\r\u2028${'x'.repeat(100_000)}`
  const said = await completed({ model: name, service_tier: name })
  for (const read of [said.answeredModel, said.serviceTier]) {
    expect(read).toMatch(/^gpt-4o state done x+$/)
    expect(read?.length).toBeLessThanOrEqual(200)
  }
})

test('a service that is not there got nothing', async () => {
  const { model } = await scripted(() => {}, { baseUrl: `http://127.0.0.1:${String(await freePort())}/v1` })
  const failure = await failureOf(model.complete(REQUEST, patience()))
  expect(failure).toMatchObject({ errorClass: 'transient', billed: 'no' })
  expect(failure.message).toContain('ECONNREFUSED')
})

test.each<[what: string, respond: Respond]>([
  ['cut before the answer', response => response.destroy()],
  [
    'cut within the answer',
    response => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"choices": [')
      setImmediate(() => response.destroy())
    },
  ],
  ['of another kind', answer(200, '<html>Please log in</html>', { 'content-type': 'text/html' })],
  ['broken JSON', answer(200, '{"choices": [', { 'content-type': 'application/json' })],
  ['JSON of another kind', answer(200, { choices: [] })],
])('an answer %s may have been billed', async (_what, respond) => {
  const { model } = await scripted(respond)
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'transient',
    billed: 'unknown',
  })
})

test('a call that takes too long may have been billed', async () => {
  const slow = await scripted(() => {}, { timeoutMs: 50 })
  expect(await failureOf(slow.model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'transient',
    billed: 'unknown',
  })
})

test.each<[headers: Readonly<Record<string, string>>, waitMs: number | null]>([
  [{}, null],
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': '-5' }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': 'Wed, 25 Nov 2026 10:00:30 GMT', date: 'Wed, 25 Nov 2026 10:00:00 GMT' }, 30_000],
  [{ 'retry-after': 'Wed, 25 Nov 2026 09:00:00 GMT', date: 'Wed, 25 Nov 2026 10:00:00 GMT' }, 0],
  [{ 'retry-after-ms': '1500', 'retry-after': '60' }, 1500],
  [{ 'retry-after-ms': 'x', 'retry-after': '60' }, 60_000],
])('%j means to wait %s ms', async (headers, waitMs) => {
  const { model } = await scripted(answer(429, {}, headers))
  expect((await failureOf(model.complete(REQUEST, patience()))).retryAfterMs).toBe(waitMs)
})

test('a long error is cut, and a page put on one line', async () => {
  const { model } = await scripted(answer(500, `<html>\n\n${'x'.repeat(5000)}`))
  const { message: text } = await failureOf(model.complete(REQUEST, patience()))
  expect(text).toMatch(/^500: <html> x+$/)
  expect(text.length).toBeLessThan(320)
})

test('what a service repeats of the key is taken out of everything but the work', async () => {
  const key = 'sk-test-000000000000'
  const { model } = await scripted(
    answer(200, completion({ ...message({ content: `your key is ${key}` }), model: key }), {
      'x-request-id': key,
    }),
  )
  const { text, ...facts } = await model.complete(REQUEST, patience())
  expect(JSON.stringify(facts)).not.toContain(key)
  expect(text).toBe(`your key is ${key}`)
  const refusing = await scripted(
    answer(400, { error: { message: `${'x'.repeat(290)}${key}`, code: key } }, { 'x-request-id': key }),
  )
  const failure = await failureOf(refusing.model.complete(REQUEST, patience()))
  expect(JSON.stringify([failure.message, failure.requestId, failure.stack])).not.toContain('sk-test')
})

test('the list of models, with the day each ends', async () => {
  const data = [
    { id: 'a' },
    { id: 'b', shutdown_date: '2027-01-14' },
    { id: 'c', shutdown_date: Date.UTC(2027, 0, 14) / 1000 },
    { id: 'd', shutdown_date: null },
  ]
  const { model, received } = await scripted(answer(200, { object: 'list', data }))
  expect(await model.listModels(patience())).toEqual([
    { id: 'a', shutdownDate: null },
    { id: 'b', shutdownDate: '2027-01-14' },
    { id: 'c', shutdownDate: '2027-01-14' },
    { id: 'd', shutdownDate: null },
  ])
  expect(received[0]).toMatchObject({ method: 'GET', path: '/v1/models' })
  const page = await scripted(answer(200, 'hello'))
  expect(await failureOf(page.model.listModels(patience()))).toMatchObject({
    errorClass: 'permanent',
    billed: 'no',
  })
})
