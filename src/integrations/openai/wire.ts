import type { Completion, ListedModel, ModelUsage } from '../../kernel/roles.ts'

/**
 * Reads of a service's answers only what is used; compatible servers leave much of the rest out. Written by hand,
 * because the one use of a schema library here would load it at every start.
 */

type Json = Readonly<Record<string, unknown>>

/** A chat completion, but for the id of its request; null for what is none. */
export function readCompletion(data: unknown): Omit<Completion, 'requestId'> | null {
  if (!isObject(data) || !isList(data['choices'])) return null
  const [choice] = data['choices']
  if (!isObject(choice) || !isObject(choice['message'])) return null
  const { content, refusal: refused } = choice['message']
  if (!isTextOrNothing(content) || !isTextOrNothing(refused)) return null
  const refusal = refused ?? null
  return {
    text: content ?? '',
    finish: finishOf(choice['finish_reason'], refusal),
    refusal,
    usage: readUsage(data['usage']),
    answeredModel: textOf(data['model']),
    serviceTier: textOf(data['service_tier']),
  }
}

/** The models list; null for what is none. `shutdown_date` is OpenAI's. */
export function readModels(data: unknown): ListedModel[] | null {
  if (!isObject(data) || !isList(data['data'])) return null
  const models = data['data']
  const read = models.flatMap(model =>
    isObject(model) && typeof model['id'] === 'string'
      ? [{ id: model['id'], shutdownDate: dayOf(model['shutdown_date']) }]
      : [],
  )
  return read.length < models.length ? null : read
}

function finishOf(reason: unknown, refusal: string | null): Completion['finish'] {
  if (refusal !== null || reason === 'content_filter') return 'refused'
  return reason === 'length' ? 'truncated' : 'complete'
}

/** A server that sends usage of another shape has not said what it used. */
function readUsage(usage: unknown): ModelUsage | null {
  if (!isObject(usage)) return null
  const input = isObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {}
  const output = isObject(usage['completion_tokens_details']) ? usage['completion_tokens_details'] : {}
  const read = {
    inputTokens: usage['prompt_tokens'],
    cachedTokens: input['cached_tokens'] ?? 0,
    cacheWriteTokens: input['cache_write_tokens'] ?? 0,
    outputTokens: usage['completion_tokens'],
    reasoningTokens: output['reasoning_tokens'] ?? 0,
  }
  return areCounts(read) ? read : null
}

function areCounts<Name extends string>(values: Record<Name, unknown>): values is Record<Name, number> {
  return Object.values(values).every(
    value => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
  )
}

/** As a day, or as seconds since 1970. */
function dayOf(date: unknown): string | null {
  if (typeof date === 'number') return new Date(date * 1000).toISOString().slice(0, 10)
  return textOf(date)?.slice(0, 10) ?? null
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isTextOrNothing(value: unknown): value is string | null | undefined {
  return value === null || value === undefined || typeof value === 'string'
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
