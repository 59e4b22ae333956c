/** How a call is served: OpenAI's service tiers that have a price of their own. */
export type ServiceTier = 'standard' | 'flex' | 'batch' | 'priority'

/** Dearer prices for a whole request whose input is longer than a limit. Percent of the plain price. */
export interface LongContext {
  readonly aboveInputTokens: number
  /** Applies to input, cached input and cache writes. */
  readonly inputPercent: number
  readonly outputPercent: number
}

/** Integer nano-dollars per million tokens, or per audio minute. */
export interface PriceColumns {
  readonly inputNano: number
  /** Input tokens read from the cache; as `inputNano` where the vendor grants no discount. */
  readonly cachedInputNano: number
  /** Input tokens written to the cache for 30 minutes; as `inputNano` where writing is not charged apart. */
  readonly cacheWriteNano: number
  /** Output tokens, reasoning included. */
  readonly outputNano: number
  readonly audioMinuteNano: number
}

/** What a model costs from a date on. */
export interface ModelPrice extends PriceColumns {
  /** ISO date; holds from its midnight UTC until a newer row of the same tier. */
  readonly from: string
  readonly tier: ServiceTier
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

/** Version of the data, in price versions and receipts; changes with any figure below. */
export const CATALOG_VERSION = '2026-11-22'

/** OpenAI: above 272K input tokens the whole request costs double for input and 1.5 times for output. */
const GPT_6_LONG_CONTEXT: LongContext = { aboveInputTokens: 272_000, inputPercent: 200, outputPercent: 150 }

/** A chat model of the GPT-6 family. */
function gpt6(id: string, price: ModelPrice): ModelFacts {
  return {
    id,
    contextTokens: 1_050_000,
    maxOutputTokens: 128_000,
    shutdownDate: null,
    temperature: 'only-without-reasoning',
    prices: [{ ...price, longContext: GPT_6_LONG_CONTEXT }],
  }
}

const GPT_4O = {
  contextTokens: 128_000,
  maxOutputTokens: 16_384,
  shutdownDate: '2027-01-14',
  temperature: 'always',
} as const

const AUDIO = { contextTokens: 0, maxOutputTokens: 0, shutdownDate: null, temperature: 'always' } as const

/**
 * A price in USD as integer nano-dollars; exact for any decimal of up to nine places (0.075 is 75,000,000).
 *
 * @throws RangeError when it is negative, not a number, or above a million dollars
 */
export function usdToNano(usd: number): number {
  // Up to here the product's rounding error stays far under half a nano-dollar, so rounding is exact.
  if (!(usd >= 0 && usd <= 1_000_000)) throw new RangeError(`not a price in USD: ${usd}`)
  return Math.round(usd * 1_000_000_000)
}

/** A standard price, in USD as on the price page: per million tokens, written to the cache or read from it. */
function textPrice(
  from: string,
  usd: { readonly input: number; readonly cached: number; readonly write: number; readonly output: number },
): ModelPrice {
  return {
    from,
    tier: 'standard',
    inputNano: usdToNano(usd.input),
    cachedInputNano: usdToNano(usd.cached),
    cacheWriteNano: usdToNano(usd.write),
    outputNano: usdToNano(usd.output),
    audioMinuteNano: 0,
  }
}

/** A standard price of audio, in USD per minute. */
function audioPrice(from: string, minuteUsd: number): ModelPrice {
  const free = textPrice(from, { input: 0, cached: 0, write: 0, output: 0 })
  return { ...free, audioMinuteNano: usdToNano(minuteUsd) }
}

/**
 * Models and prices as data (SPEC §9), from OpenAI's model and price pages as read in November 2026. Standard
 * rows only: flex and batch are half of them, priority is double. A price change is a further row, never an edit.
 */
export const MODEL_CATALOG: readonly ModelFacts[] = [
  {
    id: 'gpt-4o',
    ...GPT_4O,
    prices: [textPrice('2024-10-02', { input: 2.5, cached: 1.25, write: 2.5, output: 10 })],
  },
  {
    id: 'gpt-4o-mini',
    ...GPT_4O,
    prices: [textPrice('2024-10-02', { input: 0.15, cached: 0.075, write: 0.15, output: 0.6 })],
  },
  gpt6('gpt-6-luna', textPrice('2026-09-22', { input: 0.1, cached: 0.01, write: 0.125, output: 0.5 })),
  gpt6('gpt-6.1-terra', textPrice('2026-10-26', { input: 1, cached: 0.05, write: 1.25, output: 5 })),
  // Refuses effort `none`, so in effect it never takes a temperature.
  gpt6('gpt-6.1-sol', textPrice('2026-09-29', { input: 2, cached: 0.1, write: 2.5, output: 10 })),
  gpt6('gpt-6-sol', textPrice('2026-09-22', { input: 2, cached: 0.2, write: 2.5, output: 10 })),
  { id: 'whisper-1', ...AUDIO, shutdownDate: '2027-02-26', prices: [audioPrice('2023-03-01', 0.006)] },
  { id: 'gpt-transcribe', ...AUDIO, prices: [audioPrice('2026-11-01', 0.0045)] },
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
 * catalogue, such as a fine-tuned one (`ft:…`) or another vendor's spelling.
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
