import type { PriceQuote } from './price.ts'

/** Tokens of one call as the API reported them. */
export interface TokenUsage {
  /** All of the prompt, the two kinds below included. */
  readonly inputTokens: number
  /** Read from the cache; inside input. */
  readonly cachedTokens: number
  /** Written to the cache; inside input, not counted in the cached ones. */
  readonly cacheWriteTokens: number
  /** All of the answer, reasoning included. */
  readonly outputTokens: number
  /** Spent on reasoning; inside output. */
  readonly reasoningTokens: number
}

/** The most that a call can use, known before it is made. */
export interface CallBounds {
  /** UTF-8 bytes of everything that is sent as the prompt. */
  readonly promptBytes: number
  /** The limit sent with the call. */
  readonly maxOutputTokens: number
}

/** Prices are per million tokens, long-context factors are percent. */
const DIVISOR = 1_000_000n * 100n

/**
 * What a call cost, in integer nano-dollars: summed exactly, rounded once, half up (SPEC §4).
 *
 * A report that cannot be true never makes a call cheaper. Negative or absent counts are 0. Where cached and
 * written tokens together exceed the input, neither is believed, and the whole input costs the plain price:
 * never less than without a cache. Where reasoning exceeds output the server counted it apart, and at least the
 * reasoning was bought, so that many are billed. The result saturates at the largest safe integer.
 */
export function costNanoUsd(price: PriceQuote, usage: TokenUsage): number {
  const input = count(usage.inputTokens)
  const parts = inputParts(input, count(usage.cachedTokens), count(usage.cacheWriteTokens))
  const output = BigInt(Math.max(count(usage.outputTokens), count(usage.reasoningTokens)))
  const inputNano =
    parts.plain * BigInt(price.inputNano) +
    parts.cached * BigInt(price.cachedInputNano) +
    parts.written * BigInt(price.cacheWriteNano)
  return total(inputNano, output * BigInt(price.outputNano), percentFor(price, input))
}

/**
 * The most that a call within these bounds can cost, in integer nano-dollars: what a budget reserves before it.
 * Never less than `costNanoUsd` of a usage whose input is at most half the prompt's bytes, rounded up, and whose
 * output is at most the limit. Two bytes a token held with a wide margin in every language measured.
 */
export function worstCaseNanoUsd(price: PriceQuote, bounds: CallBounds): number {
  const input = count(bounds.promptBytes / 2)
  const dearest = Math.max(price.inputNano, price.cachedInputNano, price.cacheWriteNano)
  const inputNano = BigInt(input) * BigInt(dearest)
  const outputNano = BigInt(count(bounds.maxOutputTokens)) * BigInt(price.outputNano)
  return Math.max(total(inputNano, outputNano, PLAIN), total(inputNano, outputNano, percentFor(price, input)))
}

/**
 * Nano-dollars as dollars with six decimals, half up by magnitude, without a sign for what rounds to nothing:
 * `4_218_000` is `"0.004218"`.
 *
 * @param nano an integer; exact at any size
 */
export function formatNanoUsd(nano: number): string {
  const exact = BigInt(nano)
  const micro = ((exact < 0n ? -exact : exact) + 500n) / 1000n
  const fraction = String(micro % 1_000_000n).padStart(6, '0')
  return `${exact < 0n && micro > 0n ? '-' : ''}${micro / 1_000_000n}.${fraction}`
}

/** The same text with two decimals, half up by magnitude: `129.984000` is `129.98`. For what is billed, not for AI cost. */
export function centsOf(usd: string): string {
  const micro = BigInt(usd.replace('.', ''))
  const cents = ((micro < 0n ? -micro : micro) + 5_000n) / 10_000n
  return `${micro < 0n && cents > 0n ? '-' : ''}${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`
}

interface Percent {
  readonly input: bigint
  readonly output: bigint
}

const PLAIN: Percent = { input: 100n, output: 100n }

function percentFor(price: PriceQuote, inputTokens: number): Percent {
  const long = price.longContext
  if (long === null || inputTokens <= long.aboveInputTokens) return PLAIN
  return { input: BigInt(long.inputPercent), output: BigInt(long.outputPercent) }
}

function inputParts(
  input: number,
  cached: number,
  written: number,
): { plain: bigint; cached: bigint; written: bigint } {
  const plain = input - cached - written
  return plain < 0
    ? { plain: BigInt(input), cached: 0n, written: 0n }
    : { plain: BigInt(plain), cached: BigInt(cached), written: BigInt(written) }
}

function total(inputNano: bigint, outputNano: bigint, percent: Percent): number {
  const sum = inputNano * percent.input + outputNano * percent.output
  return Math.min(Number((2n * sum + DIVISOR) / (2n * DIVISOR)), Number.MAX_SAFE_INTEGER)
}

function count(tokens: number): number {
  return tokens > 0 ? Math.min(Math.ceil(tokens), Number.MAX_SAFE_INTEGER) : 0
}

/**
 * Tokens that a text has at least, whatever the model: for claims that must never be wrong. It counts words and
 * not bytes, because one token may stand for any number of spaces, dashes or equal letters, and for fifteen bytes
 * and more of Hindi or Tamil; but tokenizers split between words, so that each is a token or more. Three quarters of
 * that are claimed, for the few that join common words. Without spaces between words, a token is claimed for every
 * four characters of Chinese and Japanese, and next to nothing for Thai.
 */
export function leastTokens(text: string): number {
  // A word or a number. Marks, joiners and apostrophes belong to the letters before them.
  const found = text.matchAll(/\p{L}(?:[\p{L}\p{M}'’]|\u200C|\u200D)*|\p{N}+/gu)
  // Scripts that put no spaces between words, and of which tokens hold few characters.
  const characters = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu
  let words = 0
  for (const [word] of found) {
    words += Math.max(1, (word.match(characters)?.length ?? 0) / 3)
  }
  return Math.floor((words * 3) / 4)
}
