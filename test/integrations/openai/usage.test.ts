/** What a call used, in the words of each vendor. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readUsage } from '../../../src/integrations/openai/usage.ts'

const NOTHING = { cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 }

function counted(answer: Readonly<Record<string, unknown>>) {
  return readUsage(answer).usage
}

test.each([
  [
    'OpenAI and Azure: cached inside the prompt, reasoning inside the completion',
    {
      usage: {
        prompt_tokens: 100,
        completion_tokens: 40,
        total_tokens: 140,
        prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 7 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
    },
    { inputTokens: 100, cachedTokens: 60, cacheWriteTokens: 7, outputTokens: 40, reasoningTokens: 30 },
  ],
  [
    'xAI: reasoning beside the completion, and in the total',
    {
      usage: {
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
    },
    { ...NOTHING, inputTokens: 32, outputTokens: 103, reasoningTokens: 94 },
  ],
  [
    'xAI: less reasoning than completion',
    {
      usage: {
        prompt_tokens: 30,
        completion_tokens: 90,
        total_tokens: 140,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
    },
    { ...NOTHING, inputTokens: 30, outputTokens: 110, reasoningTokens: 20 },
  ],
  [
    'DeepSeek: hits and misses',
    {
      usage: {
        prompt_tokens: 100,
        completion_tokens: 40,
        total_tokens: 140,
        prompt_cache_hit_tokens: 64,
        prompt_cache_miss_tokens: 36,
      },
    },
    { ...NOTHING, inputTokens: 100, cachedTokens: 64, outputTokens: 40 },
  ],
  [
    'Moonshot: cached tokens beside the prompt’s count',
    { usage: { prompt_tokens: 100, completion_tokens: 40, cached_tokens: 50 } },
    { ...NOTHING, inputTokens: 100, cachedTokens: 50, outputTokens: 40 },
  ],
  [
    'Gemini’s own names',
    {
      usageMetadata: {
        promptTokenCount: 100,
        candidatesTokenCount: 40,
        thoughtsTokenCount: 1_000,
        cachedContentTokenCount: 10,
        totalTokenCount: 1_140,
      },
    },
    { ...NOTHING, inputTokens: 100, cachedTokens: 10, outputTokens: 1_040, reasoningTokens: 1_000 },
  ],
  [
    'Gemini: thoughts by name beside OpenAI’s counts',
    { usage: { prompt_tokens: 100, completion_tokens: 40, thoughtsTokenCount: 60, total_tokens: 200 } },
    { ...NOTHING, inputTokens: 100, outputTokens: 100, reasoningTokens: 60 },
  ],
  [
    'Anthropic: cached tokens outside the input',
    {
      usage: {
        input_tokens: 10,
        output_tokens: 40,
        cache_read_input_tokens: 900,
        cache_creation_input_tokens: 90,
      },
    },
    { ...NOTHING, inputTokens: 1_000, cachedTokens: 900, cacheWriteTokens: 90, outputTokens: 40 },
  ],
  [
    'LiteLLM: Anthropic’s counts inside the prompt, as the detail says',
    {
      usage: {
        prompt_tokens: 1_000,
        completion_tokens: 40,
        total_tokens: 1_040,
        prompt_tokens_details: { cached_tokens: 900 },
        cache_read_input_tokens: 900,
        cache_creation_input_tokens: 90,
      },
    },
    { ...NOTHING, inputTokens: 1_000, cachedTokens: 900, cacheWriteTokens: 90, outputTokens: 40 },
  ],
  [
    'OpenAI’s newer names: cached inside',
    {
      usage: {
        input_tokens: 100,
        output_tokens: 40,
        total_tokens: 140,
        input_tokens_details: { cached_tokens: 60 },
        output_tokens_details: { reasoning_tokens: 30 },
      },
    },
    { ...NOTHING, inputTokens: 100, cachedTokens: 60, outputTokens: 40, reasoningTokens: 30 },
  ],
  [
    'Ollama’s own names',
    { prompt_eval_count: 26, eval_count: 259 },
    { ...NOTHING, inputTokens: 26, outputTokens: 259 },
  ],
  [
    'llama.cpp: timings and no usage',
    { timings: { cache_n: 20, prompt_n: 6, predicted_n: 9, prompt_ms: 1.5 } },
    { ...NOTHING, inputTokens: 26, cachedTokens: 20, outputTokens: 9 },
  ],
  [
    'vLLM: details of null',
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: null,
      },
    },
    { ...NOTHING, inputTokens: 10, outputTokens: 4 },
  ],
  [
    'a completion that only the total tells',
    { usage: { prompt_tokens: 10, total_tokens: 14 } },
    { ...NOTHING, inputTokens: 10, outputTokens: 4 },
  ],
])('%s', (_what, answer, usage) => {
  expect(readUsage(answer)).toEqual({ usage, usageNote: null, chargedNano: null })
})

test.each([
  [
    'thinking only in the total',
    { prompt_tokens: 120, completion_tokens: 40, total_tokens: 1_160 },
    { inputTokens: 120, outputTokens: 1_040 },
    /total of 1160/,
  ],
  [
    'reasoning that does not fit, and no total',
    { prompt_tokens: 10, completion_tokens: 40, completion_tokens_details: { reasoning_tokens: 1_000 } },
    { inputTokens: 10, outputTokens: 1_040 },
    /1000 tokens of reasoning/,
  ],
  [
    'a total under its parts',
    { prompt_tokens: 100, completion_tokens: 40, total_tokens: 90 },
    { inputTokens: 100, outputTokens: 40 },
    /total of 90/,
  ],
  [
    'hits and misses above the prompt',
    {
      prompt_tokens: 36,
      completion_tokens: 40,
      total_tokens: 76,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    },
    { inputTokens: 100, cachedTokens: 64 },
    /total of 76/,
  ],
  [
    'Anthropic’s cached tokens outside a prompt of OpenAI’s name',
    { prompt_tokens: 10, completion_tokens: 40, total_tokens: 50, cache_read_input_tokens: 900 },
    { inputTokens: 910, cachedTokens: 900, outputTokens: 40 },
    /total of 50/,
  ],
  [
    'two counts of what was cached',
    {
      prompt_tokens: 100,
      completion_tokens: 40,
      total_tokens: 140,
      prompt_tokens_details: { cached_tokens: 60 },
      cache_read_input_tokens: 900,
    },
    { inputTokens: 1_000, cachedTokens: 960 },
    /total of 140/,
  ],
  [
    'OpenRouter: what was counted to bill, and what was counted to compare',
    {
      prompt_tokens: 100,
      completion_tokens: 40,
      total_tokens: 140,
      native_tokens_prompt: 130,
      native_tokens_completion: 70,
      native_tokens_reasoning: 20,
    },
    { inputTokens: 130, outputTokens: 70, reasoningTokens: 20 },
    /two ways/,
  ],
  [
    'more cached than there is',
    { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 11 } },
    { inputTokens: 10 },
    /more cached tokens/,
  ],
])('numbers that disagree are read the dearer way, and it is said: %s', (_what, usage, expected, note) => {
  const report = readUsage({ usage })
  expect(report.usage).toMatchObject(expected)
  expect(report.usageNote).toMatch(note)
})

test.each([
  ['below zero', { prompt_tokens: -1, completion_tokens: 2 }, 'prompt_tokens'],
  ['half a token', { prompt_tokens: 10.5, completion_tokens: 2 }, 'prompt_tokens'],
  ['a text', { prompt_tokens: 10, completion_tokens: '2' }, 'completion_tokens'],
  ['2^53', { prompt_tokens: 2 ** 53, completion_tokens: 2 }, 'prompt_tokens'],
  ['more than any call has', { prompt_tokens: 10, completion_tokens: 2, total_tokens: 1e14 }, 'total_tokens'],
  ['a list', { prompt_tokens: [10], completion_tokens: 2 }, 'prompt_tokens'],
  [
    'a detail below zero',
    { prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: { cached_tokens: -5 } },
    'cached_tokens',
  ],
  ['a charge below zero', { prompt_tokens: 10, completion_tokens: 2, cost: -0.1 }, 'cost'],
  ['a charge of ten million', { prompt_tokens: 10, completion_tokens: 2, cost: 1e7 }, 'cost'],
])('what cannot be is not believed, and it is said: %s', (_what, usage, name) => {
  expect(readUsage({ usage })).toEqual({
    usage: null,
    usageNote: `${name} is not a possible number`,
    chargedNano: null,
  })
})

test.each([
  ['nothing', {}],
  ['null', { usage: null }],
  ['a list', { usage: [1, 2] }],
  ['words of its own', { usage: { tokens: 10 } }],
  ['a prompt of no tokens, which was not counted', { usage: { prompt_tokens: 0, completion_tokens: 5 } }],
  ['a prompt alone', { usage: { prompt_tokens: 10 } }],
  ['timings that leave out what was cached', { timings: { prompt_n: 6, predicted_n: 9 } }],
])('who says %s has not said what it used', (_what, answer) => {
  expect(readUsage(answer)).toEqual({ usage: null, usageNote: null, chargedNano: null })
})

test.each([
  ['OpenRouter', { cost: 0.0105 }, 10_500_000],
  [
    'OpenRouter with a key of one’s own',
    { cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } },
    21_000_000,
  ],
  ['Perplexity', { cost: { total_cost: 0.006 } }, 6_000_000],
  ['less than a nano-dollar', { cost: 1e-10 }, 1],
  ['a text', { cost: '0.1' }, null],
])('a charge: %s', (_what, parts, nano) => {
  expect(readUsage({ usage: { prompt_tokens: 10, completion_tokens: 2, ...parts } }).chargedNano).toBe(nano)
})

test('a dialect whose prompt has no tokens does not count beside another', () => {
  const usage = { prompt_tokens: 10, completion_tokens: 4, input_tokens: 0, output_tokens: 0 }
  expect(readUsage({ usage })).toMatchObject({ usage: { inputTokens: 10 }, usageNote: null })
})

const NAMES = [
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'prompt_cache_hit_tokens',
  'prompt_cache_miss_tokens',
  'cached_tokens',
  'thoughtsTokenCount',
  'native_tokens_prompt',
  'native_tokens_completion',
  'reasoning_tokens',
  'cost',
]
const anything = fc.oneof(
  fc.nat({ max: 5_000 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(2 ** 53, Number.NaN, Infinity, -0, null, '7', true, [], {}),
)

test('whatever it says, the counts are whole, safe and never under any that was said in plain', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...NAMES), anything), usage => {
      const read = counted({ usage })
      if (read === null) return
      for (const count of Object.values(read)) {
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
      }
      for (const name of ['prompt_tokens', 'input_tokens', 'native_tokens_prompt']) {
        expect(read.inputTokens).toBeGreaterThanOrEqual(Number(usage[name] ?? 0))
      }
      // One whose prompt has no tokens was not counted, and its other figures are no figures.
      const isOpenAi = Number(usage['prompt_tokens'] ?? 0) > 0
      const atLeast = (name: string): number => (isOpenAi ? Number(usage[name] ?? 0) : 0)
      expect(read.outputTokens).toBeGreaterThanOrEqual(atLeast('completion_tokens'))
      expect(read.inputTokens + read.outputTokens).toBeGreaterThanOrEqual(atLeast('total_tokens'))
      expect(read.outputTokens).toBeGreaterThanOrEqual(read.reasoningTokens)
    }),
    { seed: 20_261_125, numRuns: 1_000 },
  )
})
