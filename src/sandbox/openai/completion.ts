/** The object a chat call is answered with. */
import type { JsonObject } from '../lib/json.ts'
import type { ServedTier, Usage } from './cost.ts'

/** What was written, and how it ended. */
export interface Written {
  readonly content: string | null
  readonly refusal: string | null
  readonly finishReason: 'stop' | 'length'
}

/** What the object says of the call. `usage` is left out where a fault asks for that. */
export interface CompletionParts {
  readonly id: string
  readonly createdUnix: number
  /** The snapshot that answered. */
  readonly model: string
  readonly tier: ServedTier
  readonly written: Written
  readonly usage: Usage | undefined
}

/** The `chat.completion` object. */
export function completion(parts: CompletionParts): JsonObject {
  const { written, usage } = parts
  return {
    id: parts.id,
    object: 'chat.completion',
    created: parts.createdUnix,
    model: parts.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: written.content, refusal: written.refusal, annotations: [] },
        logprobs: null,
        finish_reason: written.finishReason,
      },
    ],
    ...(usage === undefined ? {} : { usage: usageObject(usage) }),
    service_tier: parts.tier,
    system_fingerprint: 'fp_sandbox0001',
  }
}

function usageObject(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
