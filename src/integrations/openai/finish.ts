import type { Completion } from '../../roles/model.ts'

/** How a text ended, and the service's word for it where that is none we know. */
export type Ending = Pick<Completion, 'finish' | 'endedBy'>

type Kind = Completion['finish'] | 'broken'

/**
 * Words for how a text ended, in lower case: OpenAI's, then those of Anthropic, Cohere, Gemini, Mistral, Hugging
 * Face, watsonx, Bedrock, DeepSeek, vLLM, Zhipu and Baidu, which gateways hand on as they are. A text that ended with
 * a call of a tool is not here: none was offered, so it is not known to be whole.
 */
const WORDS = {
  complete: 'stop eos eos_token end_turn stop_sequence complete completed normal',
  truncated:
    'length max_tokens model_length max_length max_len max_output_tokens max_completion_tokens token_limit time_limit incomplete pause_turn model_context_window_exceeded context_length_exceeded context_length',
  refused:
    'content_filter content_filtered refusal safety image_safety recitation blocklist prohibited_content spii error_toxic guardrail_intervened sensitive',
  broken: 'error abort aborted cancelled canceled user_cancel network_error insufficient_system_resource',
} as const satisfies Record<Kind, string>

const KIND_OF = new Map<string, Kind>(
  (['complete', 'truncated', 'refused', 'broken'] as const).flatMap(kind =>
    WORDS[kind].split(' ').map((word): [string, Kind] => [word, kind]),
  ),
)

/** Longer than any word of a vendor. */
const MOST_CHARACTERS = 40

/**
 * What a service's word for the end of a text means, in any letter case. Only a known good end is complete, and an
 * unknown word counts as cut off. Null and no word at all are taken for complete, unless the text has all the tokens
 * it may have: servers that never say how a text ended are many, and a streaming one's null never gets here.
 *
 * @param usedUp whether as many tokens were written as were allowed
 */
export function endingOf(reason: unknown, refusal: string | null, usedUp: boolean): Ending {
  if (refusal !== null) return { finish: 'refused', endedBy: null }
  if (reason === null || reason === undefined || reason === '') {
    return { finish: usedUp ? 'truncated' : 'complete', endedBy: null }
  }
  const kind = kindOf(reason)
  if (kind !== null && kind !== 'broken') return { finish: kind, endedBy: null }
  const said = wordOf(reason)?.replaceAll(/\s+/g, ' ').slice(0, MOST_CHARACTERS)
  return { finish: 'truncated', endedBy: said ?? 'what is no word' }
}

/** Whether the word says that the service broke off: what came before it is no answer. */
export function isBrokenOff(reason: unknown): boolean {
  return kindOf(reason) === 'broken'
}

function kindOf(reason: unknown): Kind | null {
  const word = wordOf(reason)?.trim().toLowerCase()
  // Gemini's enumeration has a prefix in some of its forms.
  return KIND_OF.get(word?.replace(/^finish_reason_/, '').replaceAll(/[\s-]+/g, '_') ?? '') ?? null
}

/** SGLang puts the word into an object. */
function wordOf(reason: unknown): string | null {
  const word = typeof reason === 'object' && reason !== null && 'type' in reason ? reason.type : reason
  return typeof word === 'string' ? word : null
}
