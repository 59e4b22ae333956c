import {
  costNanoUsd,
  formatNanoUsd,
  worstCaseNanoUsd,
  type CallBounds,
  type TokenUsage,
  leastTokens,
} from './cost.ts'
import type { PriceQuote } from './price.ts'

/** What a service said of a call that it answered. */
export interface AnsweredCall {
  readonly text: string
  /** Null where it said nothing, or said what cannot be. */
  readonly usage: TokenUsage | null
  /** Why the usage is not believed, or where its numbers disagreed, so that the dearer reading was taken. */
  readonly usageNote: string | null
  /** What it says that it charged, in nano-dollars; null where it says nothing. */
  readonly chargedNano: number | null
}

/** How an answered call is booked. */
export interface CallBooking {
  /** `unmetered` where the figures could not be had from the answer. */
  readonly certainty: 'metered' | 'unmetered'
  readonly costNano: number
  /** Null where it is not what was booked. */
  readonly usage: TokenUsage | null
  readonly priceBasis: PriceQuote['basis']
  readonly priceVersion: string
  /** What a receipt has to say beside the figures. */
  readonly note: string | null
}

/**
 * Books an answered call at the dearest of the prices that may hold. A usage that is missing, or that cannot be
 * true for this request and this answer, leaves the call uncertain: booked at the most that the request can cost,
 * or at what was claimed where that is more, within a bound. A charge that the service names is booked where it is
 * more, within a bound too. So no report makes a call cheaper than it may have been, and none adds an absurd sum.
 *
 * @param prices all that may hold, by `quotesAsServed`
 */
export function bookAnswer(
  prices: readonly [PriceQuote, ...PriceQuote[]],
  bounds: CallBounds,
  answer: AnsweredCall,
): CallBooking {
  const { usage, usageNote, text } = answer
  const doubt = usage === null ? null : doubtOf(usage, bounds, text)
  const costOf = (price: PriceQuote): number =>
    usage !== null && doubt === null ? costNanoUsd(price, usage) : uncertainNano(price, bounds, usage)
  const price = prices.reduce((dearest, other) => (costOf(other) > costOf(dearest) ? other : dearest))
  const charge = judgeCharge(price, bounds, costOf(price), answer.chargedNano)
  const isBelieved = usage !== null && doubt === null && charge.kind !== 'absurd'
  const notes = [usageNote, doubt, prices.length > 1 ? dearerNote(price) : null, charge.note]
  return {
    // What is free costs nothing, however much of it there was.
    certainty: isBelieved || price.basis === 'free' ? 'metered' : 'unmetered',
    costNano: charge.costNano,
    usage: isBelieved ? usage : null,
    priceBasis: price.basis,
    priceVersion: price.version,
    note: notes.filter(note => note !== null).join('; ') || null,
  }
}

/** Tokens of a chat template, and of what gateways put before a prompt, at the most. */
const TEMPLATE_TOKENS = 4_000
/** Servers differ by the marks around a text. */
const MARK_TOKENS = 16
/** Shorter texts are not counted after: a few words may be fewer tokens than they look. */
const LEAST_CHECKED_TOKENS = 64
/** A usage that is claimed is booked up to this many times what is possible. */
const MOST_TIMES = 4
/** A charge of more times the most that a call can cost, and of more than a dollar, is taken for a fault. */
const MOST_TIMES_CHARGED = 100
const DOLLAR_NANO = 1_000_000_000

function doubtOf(
  usage: TokenUsage,
  { promptBytes, maxOutputTokens }: CallBounds,
  text: string,
): string | null {
  // No token is less than a byte.
  if (usage.inputTokens > promptBytes + TEMPLATE_TOKENS) {
    return `${usage.inputTokens} tokens in are more than ${promptBytes} bytes can be: not believed`
  }
  const outputTokens = Math.max(usage.outputTokens, usage.reasoningTokens)
  if (outputTokens > maxOutputTokens + MARK_TOKENS) {
    return `${outputTokens} tokens out are more than the ${maxOutputTokens} that were allowed: not believed`
  }
  if (outputTokens === 0 && text.trim() !== '') return 'no tokens out, where there is a text: not believed'
  const least = leastTokens(text)
  return least >= LEAST_CHECKED_TOKENS && outputTokens < least
    ? `${outputTokens} tokens out are fewer than the text has, at least ${least}: not believed`
    : null
}

function uncertainNano(price: PriceQuote, bounds: CallBounds, claimed: TokenUsage | null): number {
  const worst = worstCaseNanoUsd(price, bounds)
  if (claimed === null) return worst
  const { promptBytes, maxOutputTokens } = bounds
  const within = {
    ...claimed,
    inputTokens: Math.min(claimed.inputTokens, MOST_TIMES * (promptBytes + TEMPLATE_TOKENS)),
    outputTokens: Math.min(claimed.outputTokens, MOST_TIMES * maxOutputTokens),
    reasoningTokens: Math.min(claimed.reasoningTokens, MOST_TIMES * maxOutputTokens),
  }
  return Math.max(worst, costNanoUsd(price, within))
}

interface Charge {
  readonly kind: 'none' | 'dearer' | 'absurd'
  readonly costNano: number
  readonly note: string | null
}

/** A model that the operator has set as free stays free. */
function judgeCharge(
  price: PriceQuote,
  bounds: CallBounds,
  costNano: number,
  chargedNano: number | null,
): Charge {
  if (chargedNano === null || chargedNano <= costNano || price.basis === 'free') {
    return { kind: 'none', costNano, note: null }
  }
  const worstNano = worstCaseNanoUsd(price, bounds)
  const said = `the service says that it charged $${formatNanoUsd(chargedNano)}`
  return chargedNano <= Math.max(MOST_TIMES_CHARGED * worstNano, DOLLAR_NANO)
    ? { kind: 'dearer', costNano: chargedNano, note: `${said}, more than its counts come to: booked` }
    : { kind: 'absurd', costNano: Math.max(costNano, worstNano), note: `${said}: not believed` }
}

function dearerNote(price: PriceQuote): string {
  return price.basis === 'unpriced'
    ? 'the model that answered has no known price: booked at the dearest known one'
    : 'the prices of the model asked for and of the one that answered differ: the dearer is booked'
}
