/** Answers that are made to break whoever reads them: each ends in a class of failure, or in a bounded text. */
import { expect, test } from 'vitest'
import { answer, completion, failureOf, patience, REQUEST, scripted } from './support/service.ts'

const LIST = '['.repeat(100_000) + ']'.repeat(100_000)
const OBJECT = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`

/** An answer of JSON that no one could make by `JSON.stringify`. */
function raw(status: number, body: string): ReturnType<typeof answer> {
  return answer(status, body, { 'content-type': 'application/json' })
}

function saying(content: string, rest = '{}'): string {
  return `{"choices":[{"finish_reason":"stop","message":{"content":${content}}}],"usage":${rest}}`
}

test.each([
  ['a list', 200, LIST, 'transient', 'unknown'],
  ['an object', 200, OBJECT, 'transient', 'unknown'],
  ['an error within a good answer', 200, `{"error":${OBJECT}}`, 'transient', 'unknown'],
  [
    'the words of an error within a good answer',
    200,
    `{"error":{"message":${LIST}}}`,
    'transient',
    'unknown',
  ],
  ['an error', 400, `{"error":${OBJECT}}`, 'permanent', 'no'],
  ['a list of errors', 400, LIST, 'permanent', 'no'],
  ['the words of an error', 400, `{"error":{"message":${OBJECT}}}`, 'permanent', 'no'],
  [
    'what stands beside the words',
    401,
    `{"error":{"message":"no","metadata":${OBJECT}}}`,
    'credential',
    'no',
  ],
])('%s 100,000 deep, with status %i', async (_, status, body, errorClass, billed) => {
  const { model } = await scripted(raw(status, body))
  const failure = await failureOf(model.complete(REQUEST, patience()))
  expect(failure).toMatchObject({ errorClass, billed })
  expect(failure.message.length).toBeLessThan(400)
  expect(failure.message).not.toContain('call stack')
})

test.each([
  ['the content', saying(LIST), ''],
  ['the content and its parts', saying(`[{"type":"text","text":${OBJECT}}]`), ''],
  ['the usage', saying('"Hello."', OBJECT), 'Hello.'],
  ['what nobody asked for', saying('"Hello."', `{},"more":${LIST}`), 'Hello.'],
])('%s of an answer 100,000 deep', async (_, body, text) => {
  const { model } = await scripted(raw(200, body))
  expect(await model.complete(REQUEST, patience())).toMatchObject({ text })
})

test('60 MB of text are cut at what the limit can mean, and were cut off', async () => {
  const { model } = await scripted(raw(200, saying(`"${'word '.repeat(12_000_000)}"`)), {
    timeoutMs: 120_000,
  })
  const said = await model.complete(REQUEST, patience())
  expect(said.finish).toBe('truncated')
  expect(said.text.length).toBe(16 * REQUEST.maxOutputTokens)
})

test('the cut is no half of a character, and what a text has more than its limit is no refusal’s matter', async () => {
  const emoji = `x${'😀'.repeat(16 * REQUEST.maxOutputTokens)}`
  const message = { content: emoji, refusal: 'No.'.repeat(1e6) }
  const { model } = await scripted(answer(200, completion({ choices: [{ finish_reason: 'stop', message }] })))
  const said = await model.complete(REQUEST, patience())
  expect(said).toMatchObject({ finish: 'refused' })
  expect(said.text.isWellFormed()).toBe(true)
  expect(said.refusal?.length).toBe(2_000)
})

test('an error of 5 MB is told in some words', async () => {
  const { model } = await scripted(answer(400, `no\n ${'e r\n'.repeat(1_250_000)}`), { timeoutMs: 120_000 })
  const failure = await failureOf(model.complete(REQUEST, patience()))
  expect(failure).toMatchObject({ errorClass: 'permanent', billed: 'no' })
  expect(failure.message).toMatch(/^400: no e r e r/)
})

test.each(['fail', 'cannot', 'failed to parse ', 'json_schema ', 'max_tokens ', 'invalid api key '])(
  'an error that repeats "%s" is read in linear time',
  async words => {
    const message = words.repeat(60_000 / words.length)
    const { model } = await scripted(answer(400, { error: { message } }))
    const schema = { name: 'v', schema: { type: 'object' } }
    const began = performance.now()
    await failureOf(model.complete({ ...REQUEST, schema }, patience()))
    expect(performance.now() - began).toBeLessThan(2_000)
  },
)

test('a usual error keeps its code and words, whatever its length', async () => {
  const error = { message: 'No credit.', code: 'insufficient_quota', more: 'x'.repeat(20_000) }
  const { model } = await scripted(answer(429, { error }))
  expect(await failureOf(model.complete(REQUEST, patience()))).toMatchObject({
    errorClass: 'credential',
    message: '429 insufficient_quota: No credit.',
  })
})
