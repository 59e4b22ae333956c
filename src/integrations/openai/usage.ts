import { isObject } from '../../domain/shape.ts'
import type { AnsweredCall } from '../../domain/call-booking.ts'
import type { TokenUsage } from '../../domain/cost.ts'

type Json = Readonly<Record<string, unknown>>

/** The usage of a call in one dialect; null is what it does not say. */
interface Reading {
  readonly input: number
  readonly cached: number | null
  readonly written: number | null
  readonly output: number
  readonly reasoning: number
}

/** Counts as a dialect names them, before it is settled whether reasoning is inside the output. */
interface Counts extends Omit<Reading, 'output'> {
  readonly output: number | null
  readonly total: number | null
}

/** A count by its name; null where it is missing. What is there and is none is noted as a fault. */
type Count = (part: unknown, name: string) => number | null

/**
 * Reads the usage of an answer in every dialect of OpenAI-compatible servers. Where several
 * are used, or where the numbers of one disagree, the dearer reading is taken, with a note.
 */
export function readUsage(answer: Json): Omit<AnsweredCall, 'text'> {
  const faults: string[] = []
  const notes: string[] = []
  const count = counter(faults)
  const usage = objectIn(answer, 'usage')
  const readings = DIALECTS.flatMap(dialect => dialect(count, usage, answer) ?? [])
    .filter(({ input }) => input > 0)
    .flatMap(counts => settled(counts, notes))
  const chargedNano = chargedIn(usage, faults)
  const [fault] = faults
  if (fault !== undefined) {
    return { usage: null, usageNote: `${fault} is not a possible number`, chargedNano: null }
  }
  const merged = dearest(readings, notes)
  return { usage: merged, usageNote: notes.length === 0 ? null : notes.join('; '), chargedNano }
}

/** Each reads one dialect; null where the answer does not use it. A prompt without tokens was not counted. */
const DIALECTS: readonly ((count: Count, usage: Json, answer: Json) => Counts | null)[] = [
  openAi,
  anthropic,
  gemini,
  openRouter,
  ollama,
  llamaCpp,
]

/**
 * OpenAI's names, which Azure, vLLM, xAI, Mistral and most others share. DeepSeek counts cache hits and misses,
 * Moonshot has `cached_tokens` beside the prompt; LiteLLM hands on Anthropic's names, whose tokens are inside the
 * prompt where OpenAI's detail says the same number.
 */
function openAi(count: Count, usage: Json): Counts | null {
  const prompt = count(usage, 'prompt_tokens')
  const details = objectIn(usage, 'prompt_tokens_details')
  const hit = count(usage, 'prompt_cache_hit_tokens')
  const miss = count(usage, 'prompt_cache_miss_tokens')
  const read = count(usage, 'cache_read_input_tokens')
  const created = count(usage, 'cache_creation_input_tokens')
  const inside = least(count(details, 'cached_tokens'), count(usage, 'cached_tokens'), hit)
  const beside = inside === null || inside !== read ? (read ?? 0) + (created ?? 0) : 0
  const thoughts = count(usage, 'thoughtsTokenCount') ?? count(usage, 'thoughts_token_count')
  const completion = count(usage, 'completion_tokens')
  const reasoning =
    count(objectIn(usage, 'completion_tokens_details'), 'reasoning_tokens') ??
    count(usage, 'reasoning_tokens')
  const counted = hit === null || miss === null ? null : hit + miss
  const input = most(prompt, counted)
  if (input === null) return null
  return {
    input: input + beside,
    cached: inside === null && read === null ? null : (inside ?? 0) + (beside === 0 ? 0 : (read ?? 0)),
    written: most(count(details, 'cache_write_tokens'), created),
    output: completion === null ? null : completion + (thoughts ?? 0),
    reasoning: most(reasoning, thoughts) ?? 0,
    total: count(usage, 'total_tokens'),
  }
}

/** Anthropic's cached tokens stand beside `input_tokens`; those of OpenAI's newer API, in a detail, are inside. */
function anthropic(count: Count, usage: Json): Counts | null {
  const input = count(usage, 'input_tokens')
  if (input === null) return null
  const read = count(usage, 'cache_read_input_tokens')
  const created = count(usage, 'cache_creation_input_tokens')
  const inside = count(objectIn(usage, 'input_tokens_details'), 'cached_tokens')
  return {
    input: input + (read ?? 0) + (created ?? 0),
    cached: read ?? inside,
    written: created,
    output: count(usage, 'output_tokens'),
    reasoning: count(objectIn(usage, 'output_tokens_details'), 'reasoning_tokens') ?? 0,
    total: null,
  }
}

/** Gemini's own names, where zeros are left out, and thoughts are beside the candidates. */
function gemini(count: Count, usage: Json, answer: Json): Counts | null {
  const said = 'usageMetadata' in answer ? objectIn(answer, 'usageMetadata') : usage
  const input = count(said, 'promptTokenCount')
  if (input === null) return null
  const thoughts = count(said, 'thoughtsTokenCount') ?? 0
  return {
    input: input + (count(said, 'toolUsePromptTokenCount') ?? 0),
    cached: count(said, 'cachedContentTokenCount'),
    written: null,
    output: (count(said, 'candidatesTokenCount') ?? 0) + thoughts,
    reasoning: thoughts,
    total: count(said, 'totalTokenCount'),
  }
}

/** The counts that OpenRouter bills by, where it gives both them and others that are made comparable. */
function openRouter(count: Count, usage: Json): Counts | null {
  const input = count(usage, 'native_tokens_prompt')
  if (input === null) return null
  return {
    input,
    cached: count(usage, 'native_tokens_cached'),
    written: null,
    output: count(usage, 'native_tokens_completion'),
    reasoning: count(usage, 'native_tokens_reasoning') ?? 0,
    total: null,
  }
}

/** Ollama's own names, in the answer itself. */
function ollama(count: Count, usage: Json, answer: Json): Counts | null {
  const said = 'prompt_eval_count' in usage ? usage : answer
  const input = count(said, 'prompt_eval_count')
  const output = count(said, 'eval_count')
  return input === null ? null : { input, cached: null, written: null, output, reasoning: 0, total: null }
}

/** llama.cpp's timings. Without `cache_n` its `prompt_n` leaves out what was cached, and is no count of a prompt. */
function llamaCpp(count: Count, usage: Json, answer: Json): Counts | null {
  const timings = objectIn(answer, 'timings')
  const cached = count(timings, 'cache_n')
  const fresh = count(timings, 'prompt_n')
  const output = count(timings, 'predicted_n')
  if (cached === null || fresh === null || 'prompt_tokens' in usage) return null
  return { input: fresh + cached, cached, written: null, output, reasoning: 0, total: null }
}

/**
 * Where a total says more than prompt and completion, the rest was written, seen or not: xAI and Gemini count
 * thoughts beside the completion. Reasoning that does not fit into the output was counted beside it too.
 */
function settled(counts: Counts, notes: string[]): Reading[] {
  const { input, total, reasoning } = counts
  const written = counts.output ?? (total === null ? null : Math.max(0, total - input))
  if (written === null) return []
  const rest = total === null ? 0 : total - input - written
  if (rest > 0 && rest !== reasoning) {
    notes.push(
      `a total of ${total} where ${input} in and ${written} out make less: the rest is booked as output`,
    )
  }
  if (rest < 0 && total !== 0) {
    notes.push(`a total of ${total} where ${input} in and ${written} out make more: these are booked`)
  }
  const output = written + Math.max(0, rest)
  if (reasoning <= output) return [{ ...counts, output }]
  notes.push(`${reasoning} tokens of reasoning do not fit into ${output} out: booked beside them`)
  return [{ ...counts, output: output + reasoning }]
}

/** The dearest of each count; a cache that only one dialect speaks of is believed. */
function dearest(readings: readonly Reading[], notes: string[]): TokenUsage | null {
  const inputTokens = most(...readings.map(({ input }) => input))
  const outputTokens = most(...readings.map(({ output }) => output))
  if (inputTokens === null || outputTokens === null) return null
  if (readings.some(({ input, output }) => input < inputTokens || output < outputTokens)) {
    notes.push('the answer counts its tokens in two ways: the larger counts are booked')
  }
  const cachedTokens = least(...readings.map(({ cached }) => cached)) ?? 0
  const cacheWriteTokens = most(...readings.map(({ written }) => written)) ?? 0
  if (cachedTokens + cacheWriteTokens > inputTokens) {
    notes.push('more cached tokens than the prompt has: booked without a cache')
  }
  const reasoningTokens = most(...readings.map(({ reasoning }) => reasoning)) ?? 0
  return { inputTokens, cachedTokens, cacheWriteTokens, outputTokens, reasoningTokens }
}

/** OpenRouter's `cost`, beside which a customer's own key is charged elsewhere; Perplexity has it in parts. */
function chargedIn(usage: Json, faults: string[]): number | null {
  const { cost } = usage
  const charged = isObject(cost) ? cost['total_cost'] : cost
  if (typeof charged !== 'number') return null
  const upstream = objectIn(usage, 'cost_details')['upstream_inference_cost']
  const own = usage['is_byok'] === true && typeof upstream === 'number' ? upstream : 0
  const usd = charged + own
  if (usd >= 0 && usd <= MOST_USD) return Math.ceil(Number((usd * NANO).toFixed(3)))
  faults.push('cost')
  return null
}

const NANO = 1_000_000_000
/** More than any call costs; up to here the product above is exact to the nano-dollar. */
const MOST_USD = 1_000_000

/** Ten million million tokens are more than any call has, and sums of a few are exact. */
const MOST_TOKENS = 1e13

function counter(faults: string[]): Count {
  return (part, name) => {
    const value = isObject(part) ? part[name] : undefined
    if (value === undefined || value === null) return null
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS)
      return value
    faults.push(name)
    return null
  }
}

function most(...counts: readonly (number | null)[]): number | null {
  const known = counts.filter(count => count !== null)
  return known.length === 0 ? null : Math.max(...known)
}

function least(...counts: readonly (number | null)[]): number | null {
  const known = counts.filter(count => count !== null)
  return known.length === 0 ? null : Math.min(...known)
}

function objectIn(part: Json, name: string): Json {
  const value = part[name]
  return isObject(value) ? value : {}
}
