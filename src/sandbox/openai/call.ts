/** Reading a chat call: everything the API checks before it works. */
import { bodyObject, integerOf, stringOf, type JsonObject } from '../lib/json.ts'
import { VendorError, type SandboxRequest } from '../lib/service.ts'
import { countPromptTokens, type ServedTier } from './billing.ts'
import { badRequest, errorReply, notInSandbox } from './errors.ts'
import { readMessages } from './messages.ts'
import { readPrompt, type Prompt } from './model/prompt.ts'
import { findModel, type Model } from './models.ts'
import { checkParameters } from './parameters.ts'
import { readResponseFormat, type ResponseFormat } from './response-format.ts'

/** A call that will be answered. */
export interface Call {
  readonly model: Model
  /** The messages' texts, in order. */
  readonly texts: readonly string[]
  readonly format: ResponseFormat
  readonly prompt: Prompt
  readonly promptTokens: number
  /** The most that may be written, thinking included. */
  readonly limitTokens: number
  readonly effort: string
  readonly tier: ServedTier
}

/** Reads the call; throws `VendorError` with the API's answer for what it refuses. */
export function readCall(request: SandboxRequest): Call {
  const body = bodyObject(request.rawBody)
  if (body === undefined) throw badRequest(UNPARSABLE, null, null)
  const model = readModel(body)
  checkParameters(body)
  refuseWhatWeCannot(body)
  const messages = readMessages(body['messages'])
  const format = readResponseFormat(body['response_format'], messages)
  checkModelRules(body, model)
  const texts = messages.map(({ text }) => text)
  const schema = format.type === 'json_schema' ? JSON.stringify(format.schema) : ''
  const promptTokens = countPromptTokens(texts, schema)
  return {
    model,
    texts,
    format,
    prompt: readPrompt(messages, format.type === 'json_schema' ? format.name : undefined),
    promptTokens,
    limitTokens: outputLimit(body, model, promptTokens),
    effort: effortOf(body),
    tier: readTier(body, model),
  }
}

function readModel(body: JsonObject): Model {
  const id = body['model']
  if (typeof id !== 'string' || id === '') throw badRequest('you must provide a model parameter', null, null)
  const model = findModel(id)
  if (model !== undefined) return model
  throw new VendorError(
    errorReply({
      status: 404,
      message: `The model \`${id}\` does not exist or you do not have access to it.`,
      code: 'model_not_found',
    }),
  )
}

function refuseWhatWeCannot(body: JsonObject): void {
  if (body['stream'] === true) throw badRequest('sandbox does not stream', 'stream', 'sandbox_unsupported')
  if (body['n'] !== undefined && body['n'] !== null && body['n'] !== 1) {
    throw notInSandbox('give more than one choice', 'n')
  }
}

function readTier(body: JsonObject, model: Model): ServedTier {
  const tier = stringOf(body, 'service_tier') ?? 'auto'
  if (tier === 'auto' || tier === 'default') return 'default'
  if (tier === 'flex' && model.reasons) return 'flex'
  throw badRequest(
    `Invalid service_tier argument: '${tier}' is not available for this model.`,
    'service_tier',
    null,
  )
}

const SAMPLING = ['temperature', 'top_p', 'frequency_penalty', 'presence_penalty']

/** Throws the API's 400 for parameters this model refuses. */
function checkModelRules(body: JsonObject, model: Model): void {
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
function effortOf(body: JsonObject): string {
  return stringOf(body, 'reasoning_effort') ?? 'medium'
}

/** How many tokens may be written. Throws the API's 400 when the prompt is too long or more is asked than the model has. */
function outputLimit(body: JsonObject, model: Model, promptTokens: number): number {
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

const UNPARSABLE =
  "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)"
