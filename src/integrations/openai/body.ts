import { isObject } from '../../domain/shape.ts'
import type { OpenAI } from 'openai'
import type { CompletionRequest } from '../../roles/model.ts'
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
  const inWords = request.schema !== null && (without.has('json_schema') || without.has('response_format'))
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
    ...(serviceTier === null || without.has('service_tier') ? {} : { service_tier: serviceTier }),
    ...formatOf(request, without),
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

function formatOf(
  { schema }: CompletionRequest,
  without: ReadonlySet<RefusablePart>,
): Pick<Body, 'response_format'> {
  if (schema === null || without.has('response_format')) return {}
  if (without.has('json_schema')) return { response_format: { type: 'json_object' } }
  const json_schema = without.has('schema_bounds')
    ? { name: schema.name, schema: unbounded(schema.schema) }
    : { name: schema.name, strict: true, schema: { ...schema.schema } }
  return { response_format: { type: 'json_schema', json_schema } }
}

/** Keywords that say of what kind values are; every server that takes schemas takes these. */
const OF_KIND = new Set(['type', 'items', 'required', 'properties'])

/** Our own schema without what bounds its values: what is out of bounds is found when the answer is read. */
function unbounded(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([keyword]) => OF_KIND.has(keyword))
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (!isObject(value)) return [keyword, value]
      return [keyword, keyword === 'properties' ? eachUnbounded(value) : unbounded(value)]
    }),
  )
}

function eachUnbounded(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, isObject(value) ? unbounded(value) : value]),
  )
}

/** Its bytes are reserved for as part of the prompt, wherever it stands. */
function schemaInWords({ schema }: CompletionRequest): string {
  return `The JSON schema of the answer: ${JSON.stringify(schema?.schema)}`
}
