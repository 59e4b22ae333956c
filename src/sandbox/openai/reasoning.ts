/** The thinking that reasoning models bill for. */
import type { Model } from './models.ts'

const SHARE: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 0.1,
  low: 0.25,
  medium: 0.5,
  high: 1,
  xhigh: 2,
  max: 4,
}
/** The real API reports reasoning in steps of 64 tokens. */
const STEP = 64

/** Reasoning tokens before an answer of `outputTokens`: none for other models and for effort `none`. */
export function reasoningTokens(model: Model, effort: string, outputTokens: number): number {
  const share = SHARE[effort] ?? 0
  if (!model.reasons || share === 0) return 0
  return Math.max(1, Math.ceil((outputTokens * share) / STEP)) * STEP
}
