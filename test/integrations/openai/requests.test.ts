/** What goes out on the wire. */
import { expect, test } from 'vitest'
import { lightFetch, sdkFetch } from '../../../src/kernel/http/fetch.ts'
import { connectModels, missingKeys } from '../../../src/integrations/openai/open.ts'
import { modelFor } from '../../../src/pipeline/rules.ts'
import { loadSettings } from '../../../src/settings/load.ts'
import { machine } from '../../settings/support/machine.ts'
import { answer, completion, patience, REQUEST, scripted, type Received } from './support/service.ts'

const NOW_MS = Date.UTC(2026, 10, 25)

/** The request that the rules make for a model, as it arrives. */
async function sent(model: string, toml = ''): Promise<Received['body']> {
  const { settings } = loadSettings(
    machine({
      '/c.toml': `${toml}\n[generate]\nmodel = "${model}"\ntemperature = 0.3\nmax_output_tokens = 20000\n`,
    }),
    '/c.toml',
  )
  const { model: service, received } = await scripted(answer(200, completion()), {
    serviceTier: settings.openai.service_tier,
  })
  await service.complete({ ...REQUEST, ...modelFor(settings, 'generate', 'Other', NOW_MS) }, patience())
  return received[0]?.body ?? {}
}

test('a model of the catalog: the new name of the limit, cut to what the model takes', async () => {
  expect(await sent('gpt-4o')).toEqual({
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Say hello.' },
    ],
    temperature: 0.3,
    max_completion_tokens: 16_384,
  })
})

test.each(['gpt-6-luna', 'gpt-6.1-terra', 'gpt-6.1-sol'])(
  '%s refuses a temperature: none is sent',
  async model => {
    const body = await sent(model)
    expect(body).toMatchObject({ model, max_completion_tokens: 20_000 })
    expect(body).not.toHaveProperty('temperature')
  },
)

test('an unknown model: the old name of the limit, with a temperature', async () => {
  const body = await sent('llama3.2')
  expect(body).toMatchObject({ model: 'llama3.2', temperature: 0.3, max_tokens: 20_000 })
  expect(body).not.toHaveProperty('max_completion_tokens')
  expect(await sent('llama3.2', '[models."llama3.2"]\nmax_output_tokens = 512')).toMatchObject({
    max_tokens: 512,
  })
})

test('a successor is asked for once its forerunner is shut down', async () => {
  const { settings } = loadSettings(
    machine({ '/c.toml': '[models."gpt-4o"]\nsuccessor = "gpt-6.1-terra"' }),
    '/c.toml',
  )
  expect(modelFor(settings, 'generate', 'Other', Date.UTC(2027, 0, 13)).model).toBe('gpt-4o')
  expect(modelFor(settings, 'generate', 'Other', Date.UTC(2027, 0, 14)).model).toBe('gpt-6.1-terra')
})

test('a service tier is named only where it is not the default one', async () => {
  expect(await sent('gpt-4o')).not.toHaveProperty('service_tier')
  expect(await sent('gpt-4o', '[openai]\nservice_tier = "flex"')).toMatchObject({ service_tier: 'flex' })
})

test('OpenAI is told the default tier, or a project that is set to a dearer one would be billed that', async () => {
  const { url, received } = await scripted(answer(200, completion()))
  const { model } = await scripted(answer(500, {}), {
    baseUrl: 'https://api.openai.com/v1',
    fetch: async (input, init) =>
      sdkFetch(lightFetch())(
        new URL(new URL(input instanceof Request ? input.url : input).pathname, url),
        init,
      ),
  })
  await model.complete(REQUEST, patience())
  expect(received[0]?.body).toMatchObject({ service_tier: 'default' })
})

test('a schema is strict', async () => {
  const { model, received } = await scripted(answer(200, completion()))
  const schema = { type: 'object', properties: {}, required: [], additionalProperties: false }
  await model.complete({ ...REQUEST, schema: { name: 'verdict', schema } }, patience())
  expect(received[0]?.body['response_format']).toEqual({
    type: 'json_schema',
    json_schema: { name: 'verdict', strict: true, schema },
  })
})

test('the key, and nothing of the caller’s environment, is in the headers', async () => {
  process.env['OPENAI_ORG_ID'] = 'org-caller'
  process.env['OPENAI_PROJECT_ID'] = 'project-caller'
  try {
    const { model, received } = await scripted(answer(200, completion()))
    await model.complete(REQUEST, patience())
    const headers = received[0]?.headers ?? {}
    expect(headers).toMatchObject({
      authorization: 'Bearer sk-test-000000000000',
      'content-type': 'application/json',
    })
    expect(headers).not.toHaveProperty('openai-organization')
    expect(headers).not.toHaveProperty('openai-project')
    expect(received[0]).toMatchObject({ method: 'POST', path: '/v1/chat/completions' })
  } finally {
    delete process.env['OPENAI_ORG_ID']
    delete process.env['OPENAI_PROJECT_ID']
  }
})

test('a key is needed at api.openai.com only, and goes only where it was given for', async () => {
  const settings = (openai: string, judge?: string) => ({
    openai: { base_url: openai, timeout_seconds: 1, service_tier: 'default' as const },
    judge: { base_url: judge },
  })
  const none = { OPENAI_API_KEY: null, JUDGE_API_KEY: null }
  const maker = { ...none, OPENAI_API_KEY: 'sk-maker-0000' }
  const real = 'https://api.openai.com/v1'
  const lan = 'http://127.0.0.1:1/v1'
  expect(missingKeys(settings(real), none)).toEqual(['OPENAI_API_KEY'])
  expect(missingKeys(settings(lan), none)).toEqual([])
  expect(missingKeys(settings(lan, real), maker)).toEqual(['JUDGE_API_KEY'])
  expect(missingKeys(settings(real, `${real}/`), maker)).toEqual([])
  expect(missingKeys(settings(real, lan), none)).toEqual(['OPENAI_API_KEY'])

  const other = await scripted(answer(200, completion()))
  const models = connectModels(settings(real, `${other.url}/v1`), maker, { fetch: globalThis.fetch })
  await models.judge.complete(REQUEST, patience())
  expect(other.received[0]?.headers.authorization).toBe('Bearer none')
  expect(models.judge.service).toBe(new URL(other.url).host)
  const same = connectModels(settings(real), maker, { fetch: globalThis.fetch })
  expect(same.judge).toBe(same.generator)
  expect(same.generator.credential).not.toContain('maker')
  const changed = connectModels(
    settings(real),
    { ...none, OPENAI_API_KEY: 'sk-other-0000' },
    { fetch: globalThis.fetch },
  )
  expect(changed.generator.credential).not.toBe(same.generator.credential)
})
