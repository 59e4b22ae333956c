/** What a call costs. */
import type { Prices } from './models.ts'

/** What a call used; cached tokens are part of the prompt's, reasoning tokens part of the completion's. */
export interface Usage {
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly completionTokens: number
  readonly reasoningTokens: number
}

/** How a call is served; `flex` costs half. */
export type ServedTier = 'default' | 'flex'

const MILLION = 1_000_000n

/** The cost in nano-dollars: summed exactly, rounded once, half up. */
export function costNanoUsd(usage: Usage, prices: Prices, tier: ServedTier): number {
  const fresh = BigInt(usage.promptTokens - usage.cachedTokens)
  const exact =
    fresh * prices.input +
    BigInt(usage.cachedTokens) * prices.cachedInput +
    BigInt(usage.completionTokens) * prices.output
  const divisor = tier === 'flex' ? MILLION * 2n : MILLION
  return Number((exact * 2n + divisor) / (divisor * 2n))
}
