/** The rules of a model: which parameters it takes and how much fits. */
import { integerOf, stringOf, type JsonObject } from '../lib/json.ts'
import { badRequest } from './errors.ts'
import type { Model } from './models.ts'

const SAMPLING = ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty']

/** Throws the API's 400 for parameters this model refuses. */
export function checkModelRules(body: JsonObject, model: Model): void {
  const given = (name: string): boolean => body[name] !== undefined && body[name] !== null
  if (given('max_tokens') && given('max_completion_tokens')) {
    throw badRequest(
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
      'max_tokens',
      'invalid_parameter_combination',
    )
  }
  if (!model.reasons) {
    const extra = ['reasoning_effort', 'verbosity'].find(given)
    if (extra !== undefined) throw unsupported(extra, `Unrecognized request argument supplied: ${extra}`)
    return
  }
  if (given('max_tokens')) {
    throw unsupported(
      'max_tokens',
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    )
  }
  const sampling = SAMPLING.find(given)
  if (sampling === undefined || effortOf(body) === 'none') return
  throw unsupported(sampling, `Unsupported parameter: '${sampling}' is not supported with this model.`)
}

function unsupported(param: string, message: string): Error {
  return badRequest(message, param, 'unsupported_parameter')
}

/** The reasoning effort asked for; the API's default is medium. */
export function effortOf(body: JsonObject): string {
  return stringOf(body, 'reasoning_effort') ?? 'medium'
}

/** How many tokens may be written. Throws the API's 400 when the prompt is too long or more is asked than the model has. */
export function outputLimit(body: JsonObject, model: Model, promptTokens: number): number {
  const param = integerOf(body, 'max_tokens') === undefined ? 'max_completion_tokens' : 'max_tokens'
  const asked = integerOf(body, param)
  if (asked !== undefined && asked > model.maxOutputTokens) {
    throw badRequest(
      `${param} is too large: ${String(asked)}. This model supports at most ${String(model.maxOutputTokens)} completion tokens, whereas you provided ${String(asked)}.`,
      param,
      'invalid_value',
    )
  }
  const room = model.contextTokens - promptTokens
  if (room <= 0) {
    throw badRequest(
      `This model's maximum context length is ${String(model.contextTokens)} tokens. However, your messages resulted in ${String(promptTokens)} tokens. Please reduce the length of the messages.`,
      'messages',
      'context_length_exceeded',
    )
  }
  return Math.min(asked ?? model.maxOutputTokens, room)
}
