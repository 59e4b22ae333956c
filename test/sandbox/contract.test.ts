/** The stand-in's answers against OpenAI's own description of its API. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import OpenAI, { APIError } from 'openai'
import { expect, test } from 'vitest'
import { generate, judge, revise } from './support/prompts.ts'
import { KEY, testServer } from './support/server.ts'

interface Violation {
  readonly severity: string
  readonly phase: string
}

interface Proxy {
  readonly url: string
  readonly violations: readonly Violation[]
  counts(): Readonly<Record<string, number>>
  close(): Promise<void>
}

type StartProxy = (options: { service: string; upstream: string; quiet: boolean }) => Promise<Proxy>

function isTool(value: unknown): value is { readonly startContractProxy: StartProxy } {
  return typeof value === 'object' && value !== null && 'startContractProxy' in value
}

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const ENTRY = resolve(ROOT, process.env['CONTRACT_DIR'] ?? '../shared/tools/contract', 'lib/proxy.mjs')

test('no answer of any kind breaks the vendor’s description', async ({ skip }) => {
  skip(!existsSync(ENTRY), 'not proved: contract tool not found')
  const tool: unknown = await import(pathToFileURL(ENTRY).href)
  if (!isTool(tool)) throw new Error('the contract tool has no startContractProxy')
  const server = await testServer()
  const proxy = await tool.startContractProxy({ service: 'openai', upstream: server.url, quiet: true })
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
  await proxy.close()
})
