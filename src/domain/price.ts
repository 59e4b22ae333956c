import {
  CATALOG_VERSION,
  familyOf,
  findModel,
  isSameModel,
  MODEL_CATALOG,
  plainName,
  usdToNano,
  type LongContext,
  type ModelFacts,
  type ModelPrice,
  type PriceColumns,
  type ServiceTier,
} from './model-catalog.ts'

/** What the operator says of the price of a model, in the words of the file: USD per million tokens or per audio minute. */
export interface PriceOverride {
  /** Costs nothing (a local model); the prices beside it are ignored. */
  readonly free?: boolean | undefined
  readonly input_usd?: number | undefined
  readonly cached_input_usd?: number | undefined
  readonly cache_write_usd?: number | undefined
  readonly output_usd?: number | undefined
  readonly audio_minute_usd?: number | undefined
}

/** The prices that hold for one call. */
export interface PriceQuote extends PriceColumns {
  /** Where they come from; `unpriced` ones are a ceiling, not a price, and are shown as such. */
  readonly basis: 'table' | 'override' | 'free' | 'unpriced'
  readonly longContext: LongContext | null
  /** For receipts: with the time of the call it names the figures. */
  readonly version: string
}

type Prices = PriceColumns & Pick<PriceQuote, 'longContext'>

const NOTHING: Prices = { ...mapColumns(() => 0), longContext: null }

/** Percent of the standard price, for a tier that has no row of its own (OpenAI's price page). */
const TIER_PERCENT = { standard: 100, flex: 50, batch: 50, priority: 200 } as const satisfies Record<
  ServiceTier,
  number
>

/**
 * The price of a model at a moment (SPEC §9). The operator's override wins, looked up by the exact name and then
 * by the family of a snapshot. Else the newest row of the table that is in force then (the oldest one for a
 * moment before all of them). An unknown model is `unpriced`: each column at the dearest known figure, so
 * that a budget holds whatever it turns out to cost.
 *
 * An override's prices are what the operator pays, whatever the tier. Where it names the input price and not
 * the cached or cache-write one, these cost as much as input: no discount is assumed. Any other price
 * it leaves out is the table's.
 *
 * @param tier as asked for or as the API returned it; an unknown one, `default`, `auto` and null are standard
 * @throws RangeError for an override that is negative or no number
 */
export function quotePrice(
  model: string,
  atMs: number,
  tier: string | null,
  overrides: Readonly<Record<string, PriceOverride>>,
): PriceQuote {
  const override = findOverride(model, overrides)
  if (override?.free === true) return { basis: 'free', ...NOTHING, version: 'override' }
  const known = findModel(plainName(model))
  const listed = known === null ? unpriced(atMs, tierOf(tier)) : fromTable(known, atMs, tierOf(tier))
  return override !== null && namesPrice(override) ? overridden(override, listed) : listed
}

/**
 * The prices that may hold for a call by the model that answered it; the dearest of them is to be booked. A model
 * that is known costs what it costs. Beside its price stands the operator's own for what was asked, which may be a
 * deployment with a name of its own. For an unknown model both the price of what was asked and the ceiling may hold.
 *
 * @param answered null where the answer does not say
 */
export function quotesAsServed(
  asked: string,
  answered: string | null,
  quote: (model: string) => PriceQuote,
): readonly [PriceQuote, ...PriceQuote[]] {
  const ofAsked = quote(asked)
  // Local servers call themselves what they like.
  if (answered === null || ofAsked.basis === 'free') return [ofAsked]
  const ofAnswered = quote(answered)
  if (isSameModel(asked, answered)) {
    return [ofAnswered.basis === 'override' || ofAsked.basis === 'unpriced' ? ofAnswered : ofAsked]
  }
  const isOwnPrice = ofAsked.basis === 'override' && ofAnswered.basis === 'table'
  return ofAnswered.basis === 'unpriced' || isOwnPrice ? [ofAnswered, ofAsked] : [ofAnswered]
}

function findOverride(
  model: string,
  overrides: Readonly<Record<string, PriceOverride>>,
): PriceOverride | null {
  const plain = plainName(model)
  const own = [model, familyOf(model), plain, familyOf(plain)].map(key =>
    Object.hasOwn(overrides, key) ? overrides[key] : undefined,
  )
  return (
    own.find(override => override !== undefined && (override.free !== undefined || namesPrice(override))) ??
    null
  )
}

function namesPrice(override: PriceOverride): boolean {
  const { input_usd, cached_input_usd, cache_write_usd, output_usd, audio_minute_usd } = override
  return [input_usd, cached_input_usd, cache_write_usd, output_usd, audio_minute_usd].some(
    usd => usd !== undefined,
  )
}

function overridden(override: PriceOverride, listed: PriceQuote): PriceQuote {
  return {
    basis: 'override',
    inputNano: nanoOr(override.input_usd, listed.inputNano),
    cachedInputNano: nanoOr(override.cached_input_usd ?? override.input_usd, listed.cachedInputNano),
    cacheWriteNano: nanoOr(override.cache_write_usd ?? override.input_usd, listed.cacheWriteNano),
    outputNano: nanoOr(override.output_usd, listed.outputNano),
    audioMinuteNano: nanoOr(override.audio_minute_usd, listed.audioMinuteNano),
    // The surcharge of an unknown model is a guess; that of a known one is its vendor's.
    longContext: listed.basis === 'unpriced' ? null : listed.longContext,
    version: 'override',
  }
}

function nanoOr(usd: number | undefined, otherwise: number): number {
  return usd === undefined ? otherwise : usdToNano(usd)
}

function tierOf(tier: string | null): ServiceTier {
  // OpenAI returns `fast` for what it sold as `priority` before.
  if (tier === 'fast' || tier === 'priority') return 'priority'
  return tier === 'flex' || tier === 'batch' ? tier : 'standard'
}

function fromTable(model: ModelFacts, atMs: number, tier: ServiceTier): PriceQuote {
  const version = `${CATALOG_VERSION}/${model.id}/${tier}`
  return { basis: 'table', ...pricesAt(model, atMs, tier), version }
}

function pricesAt(model: ModelFacts, atMs: number, tier: ServiceTier): Prices {
  const own = newestRow(model, atMs, tier)
  if (own !== null) return pricesOf(own)
  const standard = newestRow(model, atMs, 'standard') ?? oldestRow(model)
  return standard === null ? NOTHING : scaled(pricesOf(standard), TIER_PERCENT[tier])
}

function newestRow(model: ModelFacts, atMs: number, tier: ServiceTier): ModelPrice | null {
  const inForce = model.prices.filter(row => row.tier === tier && Date.parse(row.from) <= atMs)
  return inForce.toSorted(byDate).at(-1) ?? null
}

function oldestRow(model: ModelFacts): ModelPrice | null {
  return model.prices.filter(row => row.tier === 'standard').toSorted(byDate)[0] ?? null
}

function byDate(a: ModelPrice, b: ModelPrice): number {
  return Date.parse(a.from) - Date.parse(b.from)
}

function pricesOf(row: ModelPrice): Prices {
  return { ...mapColumns(column => row[column]), longContext: row.longContext ?? null }
}

function scaled(prices: Prices, percent: number): Prices {
  return {
    ...mapColumns(column => Math.ceil((prices[column] * percent) / 100)),
    longContext: prices.longContext,
  }
}

/** No discount for a tier here: whether the unknown model is sold at one is unknown too. */
function unpriced(atMs: number, tier: ServiceTier): PriceQuote {
  const all = MODEL_CATALOG.map(model => pricesAt(model, atMs, tier === 'priority' ? tier : 'standard'))
  return {
    basis: 'unpriced',
    ...mapColumns(column => Math.max(...all.map(prices => prices[column]))),
    longContext: all.map(prices => prices.longContext).reduce(dearer, null),
    version: `${CATALOG_VERSION}/unpriced/${tier}`,
  }
}

function dearer(a: LongContext | null, b: LongContext | null): LongContext | null {
  if (a === null || b === null) return a ?? b
  return {
    aboveInputTokens: Math.min(a.aboveInputTokens, b.aboveInputTokens),
    inputPercent: Math.max(a.inputPercent, b.inputPercent),
    outputPercent: Math.max(a.outputPercent, b.outputPercent),
  }
}

function mapColumns(value: (column: keyof PriceColumns) => number): PriceColumns {
  return {
    inputNano: value('inputNano'),
    cachedInputNano: value('cachedInputNano'),
    cacheWriteNano: value('cacheWriteNano'),
    outputNano: value('outputNano'),
    audioMinuteNano: value('audioMinuteNano'),
  }
}
