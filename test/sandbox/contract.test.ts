/** The stand-in's answers against OpenAI's own description of its API. */
import OpenAI, { APIError } from 'openai'
import { expect, test } from 'vitest'
import { contractProxy, NO_CONTRACT_TOOL } from '../support/contract.ts'
import { generate, judge, revise } from './support/prompts.ts'
import { KEY, testServer } from './support/server.ts'

test('no answer of any kind breaks the vendor’s description', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const server = await testServer()
  const proxy = await contractProxy('openai', server.url)
  const openai = new OpenAI({ apiKey: KEY, baseURL: `${proxy.url}/v1`, maxRetries: 0 })
  const brief =
    'Write a page with a timeline and five headlines. Bread costs 4 euros. The bakery opens on 4 May.'
  const answers = [
    generate(brief),
    revise(brief, 'Bread.', ['- [completeness] Missing: five headlines.']),
    judge(brief, 'Bread costs 4 euros.'),
    generate(`${brief} [sandbox:refuse]`),
    generate(`${brief} [sandbox:truncate]`),
    generate(`${brief} [sandbox:empty]`),
    generate(`${brief} [sandbox:no-usage]`),
    { model: 'gpt-6-luna', service_tier: 'flex' as const, messages: generate(brief).messages },
    { ...generate('Give JSON. Bread costs 4 euros.'), response_format: { type: 'json_object' as const } },
  ]
  for (const params of answers) await openai.chat.completions.create(params)
  await openai.models.list()
  await openai.models.retrieve('gpt-4o')

  const refused = [
    async (): Promise<unknown> => openai.models.retrieve('gpt-9'),
    async (): Promise<unknown> => openai.chat.completions.create({ ...generate(brief), model: 'gpt-9' }),
    async (): Promise<unknown> => openai.chat.completions.create({ ...generate(brief), max_tokens: 99_999 }),
    async (): Promise<unknown> => openai.chat.completions.create(generate('word '.repeat(120_000))),
    async (): Promise<unknown> =>
      new OpenAI({ apiKey: 'sk-invalid', baseURL: `${proxy.url}/v1`, maxRetries: 0 }).models.list(),
    async (): Promise<unknown> =>
      new OpenAI({
        apiKey: 'sk-sandbox-noquota',
        baseURL: `${proxy.url}/v1`,
        maxRetries: 0,
      }).chat.completions.create(generate(brief)),
  ]
  for (const call of refused) await expect(call()).rejects.toBeInstanceOf(APIError)
  for (const status of [401, 403, 429, 500, 503]) {
    await server.arm({ action: { type: 'status', status } })
    await expect(openai.models.list()).rejects.toMatchObject({ status })
  }

  expect(proxy.counts()['requests']).toBe(answers.length + 2 + refused.length + 5)
  expect(proxy.violations.filter(({ severity }) => severity === 'error' || severity === 'warn')).toEqual([])
})
