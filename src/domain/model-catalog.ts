/** How a call is served: OpenAI's service tiers that have a price of their own. */
export type ServiceTier = 'standard' | 'flex' | 'batch' | 'priority'

/** Dearer prices for a whole request whose input is longer than a limit. Percent of the plain price. */
export interface LongContext {
  readonly aboveInputTokens: number
  /** Applies to input, cached input and cache writes. */
  readonly inputPercent: number
  readonly outputPercent: number
}

/** What a model costs from a date on: integer nano-dollars per million tokens, or per audio minute. */
export interface ModelPrice {
  /** ISO date; holds from its midnight UTC until a newer row of the same tier. */
  readonly from: string
  readonly tier: ServiceTier
  readonly inputNano: number
  /** Input tokens read from the cache; as `inputNano` where the vendor grants no discount. */
  readonly cachedInputNano: number
  /** Input tokens written to the cache for 30 minutes; as `inputNano` where writing is not charged apart. */
  readonly cacheWriteNano: number
  /** Output tokens, those spent on reasoning among them. */
  readonly outputNano: number
  readonly audioMinuteNano: number
  readonly longContext?: LongContext
}

/** What is known of a model, independent of any account. */
export interface ModelFacts {
  readonly id: string
  /** Input and output tokens together; 0 for a model that is fed audio and billed by the minute. */
  readonly contextTokens: number
  readonly maxOutputTokens: number
  /** ISO date from which the vendor refuses calls; null where none is announced. */
  readonly shutdownDate: string | null
  /** Whether `temperature` may be sent: GPT-6 answers 400 to it unless reasoning effort is none. */
  readonly temperature: 'always' | 'only-without-reasoning'
  readonly prices: readonly ModelPrice[]
}

/** Names this edition of the data in price versions and receipts; changes with any figure below. */
export const CATALOG_VERSION = '2026-11-22'

/** OpenAI: above 272K input tokens the whole request costs double for input and 1.5 times for output. */
const GPT_6_LONG_CONTEXT: LongContext = { aboveInputTokens: 272_000, inputPercent: 200, outputPercent: 150 }

/** Figures all chat models of the GPT-6 family share. */
const GPT_6 = {
  contextTokens: 1_050_000,
  maxOutputTokens: 128_000,
  shutdownDate: null,
  temperature: 'only-without-reasoning',
} as const

/**
 * Models and prices as data (SPEC §9), from OpenAI's model and price pages as read in November 2026. Standard
 * rows only: flex and batch are half of them, priority is double. A price change is a further row, never an edit.
 */
export const MODEL_CATALOG: readonly ModelFacts[] = [
  {
    id: 'gpt-4o',
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    shutdownDate: '2027-01-14',
    temperature: 'always',
    prices: [
      {
        from: '2024-10-02',
        tier: 'standard',
        inputNano: 2_500_000_000,
        cachedInputNano: 1_250_000_000,
        cacheWriteNano: 2_500_000_000,
        outputNano: 10_000_000_000,
        audioMinuteNano: 0,
      },
    ],
  },
  {
    id: 'gpt-4o-mini',
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    shutdownDate: '2027-01-14',
    temperature: 'always',
    prices: [
      {
        from: '2024-10-02',
        tier: 'standard',
        inputNano: 150_000_000,
        cachedInputNano: 75_000_000,
        cacheWriteNano: 150_000_000,
        outputNano: 600_000_000,
        audioMinuteNano: 0,
      },
    ],
  },
  {
    id: 'gpt-6-luna',
    ...GPT_6,
    prices: [
      {
        from: '2026-09-22',
        tier: 'standard',
        inputNano: 100_000_000,
        cachedInputNano: 10_000_000,
        cacheWriteNano: 125_000_000,
        outputNano: 500_000_000,
        audioMinuteNano: 0,
        longContext: GPT_6_LONG_CONTEXT,
      },
    ],
  },
  {
    id: 'gpt-6.1-terra',
    ...GPT_6,
    prices: [
      {
        from: '2026-10-26',
        tier: 'standard',
        inputNano: 1_000_000_000,
        cachedInputNano: 50_000_000,
        cacheWriteNano: 1_250_000_000,
        outputNano: 5_000_000_000,
        audioMinuteNano: 0,
        longContext: GPT_6_LONG_CONTEXT,
      },
    ],
  },
  {
    // Refuses effort `none`, so in effect it never takes a temperature.
    id: 'gpt-6.1-sol',
    ...GPT_6,
    prices: [
      {
        from: '2026-09-29',
        tier: 'standard',
        inputNano: 2_000_000_000,
        cachedInputNano: 100_000_000,
        cacheWriteNano: 2_500_000_000,
        outputNano: 10_000_000_000,
        audioMinuteNano: 0,
        longContext: GPT_6_LONG_CONTEXT,
      },
    ],
  },
  {
    id: 'gpt-6-sol',
    ...GPT_6,
    prices: [
      {
        from: '2026-09-22',
        tier: 'standard',
        inputNano: 2_000_000_000,
        cachedInputNano: 200_000_000,
        cacheWriteNano: 2_500_000_000,
        outputNano: 10_000_000_000,
        audioMinuteNano: 0,
        longContext: GPT_6_LONG_CONTEXT,
      },
    ],
  },
  {
    id: 'whisper-1',
    contextTokens: 0,
    maxOutputTokens: 0,
    shutdownDate: '2027-02-26',
    temperature: 'always',
    prices: [
      {
        from: '2023-03-01',
        tier: 'standard',
        inputNano: 0,
        cachedInputNano: 0,
        cacheWriteNano: 0,
        outputNano: 0,
        audioMinuteNano: 6_000_000,
      },
    ],
  },
  {
    id: 'gpt-transcribe',
    contextTokens: 0,
    maxOutputTokens: 0,
    shutdownDate: null,
    temperature: 'always',
    prices: [
      {
        from: '2026-11-01',
        tier: 'standard',
        inputNano: 0,
        cachedInputNano: 0,
        cacheWriteNano: 0,
        outputNano: 0,
        audioMinuteNano: 4_500_000,
      },
    ],
  },
]

/** Snapshots that never had their family's price: unknown is better than half of what they cost. */
const SNAPSHOTS_OF_OTHER_PRICE: ReadonlySet<string> = new Set(['gpt-4o-2024-05-13'])

/**
 * The name of a model without the date of a snapshot: `gpt-4o` for `gpt-4o-2024-08-06`. A name without a date,
 * and a snapshot that is priced unlike its family, is returned as it is.
 */
export function familyOf(model: string): string {
  return SNAPSHOTS_OF_OTHER_PRICE.has(model) ? model : model.replace(/-\d{4}-\d{2}-\d{2}$/, '')
}

/**
 * What is known of a model by its exact id or by a dated snapshot of it; null for a model that is not in the
 * catalogue, fine-tuned ones (`ft:…`) and other vendors' spellings among them.
 */
export function findModel(id: string): ModelFacts | null {
  const family = familyOf(id)
  return MODEL_CATALOG.find(model => model.id === family) ?? null
}

/** Gateways and clouds that sell the catalogue's models under their own names; another's may be another model. */
const SELLERS: ReadonlySet<string> = new Set([
  'openai',
  'azure',
  'azure_ai',
  'azure-openai',
  'openrouter',
  'github',
])

/** A name as the vendor spells it: `gpt-4o` for `openai/gpt-4o` and `GPT-4o`; any other name as it is. */
export function plainName(model: string): string {
  const parts = model.toLowerCase().split('/')
  const name = parts.pop() ?? ''
  return parts.every(part => SELLERS.has(part)) && findModel(name) !== null ? name : model
}

/**
 * Whether two names are of one model, as far as its price goes: sold by someone else, or one of them a snapshot,
 * such as `claude-x-20250929`, `mistral-x-latest` and `grok-x-0709` beside the plain names.
 */
export function isSameModel(a: string, b: string): boolean {
  return stemOf(a) === stemOf(b)
}

function stemOf(model: string): string {
  const name = model.toLowerCase().split('/').at(-1) ?? ''
  return familyOf(name).replace(/[-@:](?:latest|\d{8}|\d{4})$/, '')
}
