import { isObject, textOf } from '../../domain/shape.ts'
import { withoutThoughts } from '../../domain/answer/thoughts.ts'
import type { Completion, ListedModel } from '../../roles/model.ts'
import { readUsage } from './usage.ts'

/**
 * Reads of a service's answers only what is used; compatible servers leave much of the rest out. Written by hand,
 * because the one use of a schema library here would load it at every start.
 */

type Json = Readonly<Record<string, unknown>>

/**
 * A chat completion, but for the id of its request; null for what is none.
 *
 * @param maxOutputTokens the limit that was asked for
 */
export function readCompletion(data: unknown, maxOutputTokens: number): Omit<Completion, 'requestId'> | null {
  if (!isObject(data) || !isList(data['choices'])) return null
  const [choice] = data['choices']
  if (!isObject(choice) || !isObject(choice['message'])) return null
  const text = textIn(choice['message']['content'])
  if (text === null) return null
  const refusal = textOf(choice['message']['refusal'])?.slice(0, MOST_WORDS_CHARACTERS) || null
  const most = maxOutputTokens * MOST_CHARACTERS_A_TOKEN
  const report = readUsage(data)
  const usedUp = (report.usage?.outputTokens ?? 0) >= maxOutputTokens
  return {
    text: withoutThoughts(text.slice(0, most).toWellFormed()),
    ...endingOf(choice['finish_reason'], refusal, usedUp),
    ...(text.length > most && refusal === null ? CUT_HERE : {}),
    refusal,
    ...report,
    answeredModel: nameOf(data['model']),
    serviceTier: nameOf(data['service_tier']),
  }
}

/**
 * The error that an answer holds in place of, or within, its first choice; null where there is none. `status` is
 * the error's own code where that is one of HTTP.
 */
export function readErrorIn(data: unknown): { status: number | null; message: string } | null {
  if (!isObject(data)) return null
  const [choice] = isList(data['choices']) ? data['choices'] : []
  const error = saidOr(data['error'], isObject(choice) ? errorOfChoice(choice) : null)
  if (error === null) return null
  if (!isObject(error)) return { status: null, message: wordsOf(error) }
  const { code, message } = error
  const isStatus = typeof code === 'number' && Number.isInteger(code) && code >= 400 && code <= 599
  return { status: isStatus ? code : null, message: textOf(message) ?? wordsOf(error) }
}

function errorOfChoice(choice: Json): unknown {
  const brokeOff = isBrokenOff(choice['finish_reason']) ? 'the model broke off' : null
  return saidOr(choice['error'], brokeOff)
}

/** An error, or the other one where it is empty: some servers write the field into every answer. */
function saidOr(error: unknown, other: unknown): unknown {
  const parts = isObject(error) || isList(error) ? Object.values(error) : [error]
  return parts.every(part => !part) ? other : error
}

/** An error as text. What is nested without end cannot be written again. */
function wordsOf(error: unknown): string {
  if (typeof error === 'string') return error
  try {
    return JSON.stringify(error)
  } catch {
    return 'nested too deep to be told'
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

/** On the average of a whole text, no vocabulary has longer tokens. */
const MOST_CHARACTERS_A_TOKEN = 16

/** A text longer than the limit allows was not made within it: what is beyond is neither read nor kept. */
const CUT_HERE = { finish: 'truncated', endedBy: null } as const

/** What is kept of a refusal's words. */
const MOST_WORDS_CHARACTERS = 2_000

/** Longer than any name of a model or a tier. */
const MOST_NAME_CHARACTERS = 200

/**
 * The text of an answer, which may come in parts with thoughts between them (Mistral's reasoning models); empty
 * where there is none, null for what is no text.
 */
function textIn(content: unknown): string | null {
  if (content === null || content === undefined) return ''
  if (!isList(content)) return textOf(content)
  const parts = content.filter(isObject).filter(part => part['type'] === 'text')
  return parts.map(part => textOf(part['text']) ?? '').join('')
}

/** As a day, or as seconds since 1970; null for what is neither. */
function dayOf(date: unknown): string | null {
  const instant = typeof date === 'number' ? new Date(date * 1000) : null
  if (instant !== null && Number.isNaN(instant.getTime())) return null
  const day = (instant?.toISOString() ?? textOf(date) ?? '').slice(0, 10)
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : null
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** On one line: a receipt has one for each name. */
function nameOf(value: unknown): string | null {
  return textOf(value)?.slice(0, MOST_NAME_CHARACTERS).replaceAll(/\s+/g, ' ').trim() || null
}

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
