import type { OpenAI } from 'openai'
import type { CompletionRequest } from '../../kernel/roles.ts'
import type { RefusablePart } from './refused-part.ts'

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming

/**
 * A request in the words of the API, without what the model is known to refuse.
 *
 * @param serviceTier null leaves it out
 */
export function bodyOf(
  request: CompletionRequest,
  serviceTier: NonNullable<Body['service_tier']> | null,
  without: ReadonlySet<RefusablePart>,
): Body {
  const inWords = request.schema !== null && without.has('response_format')
  return {
    model: request.model,
    messages: [
      { role: 'system', content: inWords ? `${request.system}\n${schemaInWords(request)}` : request.system },
      { role: 'user', content: request.user },
    ],
    ...(request.temperature === null || without.has('temperature')
      ? {}
      : { temperature: request.temperature }),
    ...limitOf(request, without),
    ...(serviceTier === null ? {} : { service_tier: serviceTier }),
    ...(inWords ? {} : formatOf(request)),
  }
}

/** Never without a limit: what is reserved for the call depends on it. */
function limitOf(
  { tokenParameter, maxOutputTokens }: CompletionRequest,
  without: ReadonlySet<RefusablePart>,
): Pick<Body, 'max_tokens' | 'max_completion_tokens'> {
  const isOld = (tokenParameter === 'max_tokens') !== without.has(tokenParameter)
  return isOld ? { max_tokens: maxOutputTokens } : { max_completion_tokens: maxOutputTokens }
}

function formatOf({ schema }: CompletionRequest): Pick<Body, 'response_format'> {
  if (schema === null) return {}
  return {
    response_format: {
      type: 'json_schema',
      json_schema: { name: schema.name, strict: true, schema: { ...schema.schema } },
    },
  }
}

/** Its bytes are reserved for as part of the prompt, wherever it stands. */
function schemaInWords({ schema }: CompletionRequest): string {
  return `The JSON schema of the answer: ${JSON.stringify(schema?.schema)}`
}
