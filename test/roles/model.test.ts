/** Every implementer of `Model`: OpenAI's over HTTP, as maker and as judge. */
import { lightFetch, sdkFetch } from '../../src/kernel/http/fetch.ts'
import { realClock, realRandom } from '../../src/kernel/real-world.ts'
import { SECOND_KEY } from '../../src/sandbox/openai/identity.ts'
import { KEY, testServer } from '../sandbox/support/server.ts'
import { describeModel, type ModelBench } from './model-contract.ts'
import { openService } from './support/opened.ts'
import { FAULTS } from './support/troubles.ts'

async function openAi(part: 'generator' | 'judge'): Promise<ModelBench> {
  const server = await testServer()
  let sent = 0
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    if (pathname === '/v1/chat/completions') sent += 1
    return sdkFetch(lightFetch())(input, init)
  }
  const { roles } = await openService('openai', {
    world: { fetch, clock: realClock(), random: realRandom() },
    settings: { openai: { base_url: `${server.url}/v1` }, judge: { base_url: `${server.url}/v1/` } },
    secrets: { OPENAI_API_KEY: KEY, JUDGE_API_KEY: SECOND_KEY },
  })
  if (roles.models === undefined) throw new Error('it opened no models')
  return {
    model: roles.models[part],
    key: part === 'judge' ? SECOND_KEY : KEY,
    befall: async trouble => server.arm({ action: FAULTS[trouble], match: {}, times: 100 }),
    sent: () => sent,
    metered: async () => {
      const { totals } = await server.ledger()
      return { inputTokens: totals.prompt_tokens, outputTokens: totals.completion_tokens }
    },
    withoutTemperature: 'gpt-6-luna',
  }
}

describeModel('OpenAI, the maker', () => openAi('generator'))
describeModel('OpenAI, the judge', () => openAi('judge'))
