import { choiceField, numberField, urlField, withDefault } from '../../kernel/field.ts'
import { defineService } from '../service.ts'

/** The model service: OpenAI, and every server that speaks its protocol. */
export const openai = defineService({
  name: 'openai',
  settings: {
    base_url: withDefault(
      urlField('any OpenAI-compatible endpoint, up to and with /v1'),
      'https://api.openai.com/v1',
    ),
    timeout_seconds: withDefault(numberField('longest wait for one answer', 1, 3600), 300),
    service_tier: withDefault(
      choiceField(
        ['default', 'auto', 'flex', 'priority'],
        'price and speed of calls; flex is half price and slower, auto is what the project is set to',
      ),
      'default',
    ),
  },
  variables: { base_url: 'OPENAI_BASE_URL' },
  secrets: {
    OPENAI_API_KEY: { meaning: 'key of the model service; not needed off api.openai.com' },
    JUDGE_API_KEY: { meaning: 'key of the judge, where judge.base_url is set' },
  },
  plays: ['models'],
  effects: [],
  open: async environment => (await import('./open.ts')).openModels(environment),
})
