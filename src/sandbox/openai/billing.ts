/** What a call is billed for: tokens, thinking, and their price. */
import type { Model, Prices } from './models.ts'

/** What a call used; cached tokens are part of the prompt's, reasoning tokens part of the completion's. */
export interface Usage {
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly completion_tokens: number
  readonly reasoning_tokens: number
}

/** How a call is served; `flex` costs half. */
export type ServedTier = 'default' | 'flex'

const MILLION = 1_000_000n

/** The cost in nano-dollars: summed exactly, rounded once, half up. */
export function costNanoUsd(usage: Usage, prices: Prices, tier: ServedTier): number {
  const exact =
    BigInt(usage.prompt_tokens - usage.cached_tokens) * prices.input +
    BigInt(usage.cached_tokens) * prices.cachedInput +
    BigInt(usage.completion_tokens) * prices.output
  const divisor = tier === 'flex' ? MILLION * 2n : MILLION
  return Number((exact * 2n + divisor) / (divisor * 2n))
}

/**
 * Bytes that count as one token. An approximation, the same on every machine: four UTF-8 bytes are close for European
 * prose (o200k: 4.0–4.6 bytes) and for Japanese (3 bytes a character, about 0.75 tokens).
 */
export const BYTES_PER_TOKEN = 4
const TOKENS_PER_MESSAGE = 4
const TOKENS_PER_PROMPT = 3

/** Tokens of a text. */
export function countTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_PER_TOKEN)
}

/** Tokens of a prompt: its texts and the tokens around each message; `schemaText` is billed as input, too. */
export function countPromptTokens(texts: readonly string[], schemaText: string): number {
  const content = texts.reduce((sum, text) => sum + TOKENS_PER_MESSAGE + countTokens(text), 0)
  return TOKENS_PER_PROMPT + content + countTokens(schemaText)
}

/** The longest beginning of `text` that has at most `limit` tokens and ends on a whole character. */
export function cutToTokens(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8')
  let end = Math.min(bytes.length, Math.max(0, limit) * BYTES_PER_TOKEN)
  // Bytes 10xxxxxx continue a character that began before the cut.
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}

/** Tokens of thinking for each token of the answer, by effort. */
const THINKING: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 0.1,
  low: 0.25,
  medium: 0.5,
  high: 1,
  xhigh: 2,
  max: 4,
}
/** The real API reports reasoning in steps of 64 tokens. */
const THINKING_STEP = 64

/** Reasoning tokens before an answer of `outputTokens`: none for other models and for effort `none`. */
export function reasoningTokens(model: Model, effort: string, outputTokens: number): number {
  const share = THINKING[effort] ?? 0
  if (!model.reasons || share === 0) return 0
  return Math.max(1, Math.ceil((outputTokens * share) / THINKING_STEP)) * THINKING_STEP
}
