import { leastTokens } from './cost.ts'
import type { Finding } from './rubric.ts'

/** The source of the finding that a prompt did not reach the model whole. */
const SOURCE = 'prompt_cut'

/** No model in use has a smaller context: a shorter prompt is not cut, its service only counts otherwise. */
const LEAST_CONTEXT_TOKENS = 512

/**
 * The finding that a service has cut a prompt without saying so, as Ollama does at its context: it counted fewer
 * tokens than the text can be. Null where nothing is certain.
 *
 * @param user what of the prompt is new in each call: a few services do not count what they have in their cache
 * @param inputTokens as the service said; null where it said nothing
 */
export function promptCut(user: string, inputTokens: number | null): Finding | null {
  if (inputTokens === null) return null
  const least = leastTokens(user)
  if (least < LEAST_CONTEXT_TOKENS || inputTokens >= least) return null
  return {
    source: SOURCE,
    severity: 'major',
    text: `the service read only ${inputTokens} tokens of a prompt of at least ${least}: it was cut to the model's context. Raise that (Ollama: num_ctx of the model or OLLAMA_CONTEXT_LENGTH of the server; llama.cpp: --ctx-size), then return the task (or approve it as it is)`,
  }
}

/** That finding among others. */
export function findPromptCut(findings: readonly Finding[]): Finding | null {
  return findings.find(({ source }) => source === SOURCE) ?? null
}
