/** The models the stand-in knows: limits, prices and rules. Its own copy, so that a wrong price elsewhere shows. */

/** Nano-dollars per million tokens. */
export interface Prices {
  readonly input: bigint
  readonly cachedInput: bigint
  readonly output: bigint
}

/** One model. */
export interface Model {
  readonly id: string
  /** The dated name that answers carry, as the real API names the snapshot it used. */
  readonly snapshot: string
  readonly createdUnix: number
  readonly shutdownDate: string | null
  readonly contextTokens: number
  readonly maxOutputTokens: number
  /** Thinks before it answers: bills reasoning tokens, refuses `temperature` and `max_tokens`. */
  readonly reasons: boolean
  readonly prices: Prices
}

const GPT_4O_LIMITS = { contextTokens: 128_000, maxOutputTokens: 16_384, reasons: false } as const
const GPT_6_LIMITS = { contextTokens: 1_050_000, maxOutputTokens: 128_000, reasons: true } as const

const MODELS: readonly Model[] = [
  {
    id: 'gpt-4o',
    snapshot: 'gpt-4o-2024-08-06',
    createdUnix: 1_715_367_049,
    shutdownDate: '2027-01-14',
    ...GPT_4O_LIMITS,
    prices: { input: 2_500_000_000n, cachedInput: 1_250_000_000n, output: 10_000_000_000n },
  },
  {
    id: 'gpt-4o-mini',
    snapshot: 'gpt-4o-mini-2024-07-18',
    createdUnix: 1_721_172_741,
    shutdownDate: '2027-01-14',
    ...GPT_4O_LIMITS,
    prices: { input: 150_000_000n, cachedInput: 75_000_000n, output: 600_000_000n },
  },
  {
    id: 'gpt-6-luna',
    snapshot: 'gpt-6-luna',
    createdUnix: 1_780_000_000,
    shutdownDate: null,
    ...GPT_6_LIMITS,
    prices: { input: 100_000_000n, cachedInput: 10_000_000n, output: 500_000_000n },
  },
  {
    id: 'gpt-6.1-terra',
    snapshot: 'gpt-6.1-terra',
    createdUnix: 1_790_000_000,
    shutdownDate: null,
    ...GPT_6_LIMITS,
    prices: { input: 1_000_000_000n, cachedInput: 50_000_000n, output: 5_000_000_000n },
  },
  {
    id: 'gpt-6.1-sol',
    snapshot: 'gpt-6.1-sol',
    createdUnix: 1_790_000_000,
    shutdownDate: null,
    ...GPT_6_LIMITS,
    prices: { input: 2_000_000_000n, cachedInput: 100_000_000n, output: 10_000_000_000n },
  },
]

/** The model of that id or snapshot, or undefined. */
export function findModel(id: string): Model | undefined {
  return MODELS.find(model => model.id === id || model.snapshot === id)
}

/** The model objects as the API lists them: each id and, where it differs, its snapshot. */
export function listModels(): readonly Readonly<Record<string, unknown>>[] {
  return MODELS.flatMap(model => [...new Set([model.id, model.snapshot])].map(id => modelObject(model, id)))
}

/** One model as the API shows it under `id`. */
export function modelObject(model: Model, id: string): Readonly<Record<string, unknown>> {
  return {
    id,
    object: 'model',
    created: model.createdUnix,
    owned_by: 'system',
    shutdown_date: model.shutdownDate,
  }
}
