import { parseJson } from '../../domain/shape.ts'
import type { APIError } from 'openai'
import { sha256 } from '../../kernel/digest.ts'
import { redactor, type Redact } from '../../kernel/redaction.ts'
import type { Completion, Model } from '../../roles/model.ts'
import { ServiceFailure, networkFailure } from '../../kernel/service-failure.ts'
import { bodyOf } from './body.ts'
import { fromHttp, unusable, type Place } from './failure.ts'
import { fromSdk, loadSdk, orNull, tidy, type OpenAiOptions, type Sdk } from './sdk.ts'
import { saysNoDocument, withoutRefused, type RefusablePart } from './refused-part.ts'
import { readCompletion, readErrorIn, readModels } from './wire.ts'

/**
 * A model behind OpenAI's API or a compatible one. The SDK is loaded at the first call. What the service says
 * goes into the store, so the key is taken out of it here, where an answer may repeat it.
 */
export function openAiModel(options: OpenAiOptions): Model {
  let loading: Promise<Sdk> | null = null
  const sdk = (): Promise<Sdk> => (loading ??= loadSdk(options))
  const redact = redactor(options.apiKey === null ? [] : [options.apiKey])
  const refused = refusedByModel()
  return {
    service: new URL(options.baseUrl).host,
    timeoutMs: options.timeoutMs,
    serviceTier: options.serviceTier,
    credential: sha256(`${options.baseUrl}\n${options.apiKey ?? ''}`).slice(0, 16),
    complete: async (request, signal) => {
      const { client, ApiError } = await sdk()
      const calling = { ApiError, redact, place: { baseUrl: options.baseUrl, model: request.model } }
      const wantsDocument = request.schema !== null
      try {
        const answer = await withoutRefused(refused(request.model), wantsDocument, without => {
          const body = bodyOf(request, tierOf(options), without)
          return client.chat.completions.create(body, { signal }).withResponse()
        })
        return completionIn(answer.data, answer.response, request.maxOutputTokens, calling)
      } catch (error) {
        if (error instanceof ServiceFailure) throw error
        if (wantsDocument && error instanceof ApiError && saysNoDocument(error)) return NO_DOCUMENT
        throw failureOf(calling, error)
      }
    },
    listModels: async signal => {
      const { client, ApiError } = await sdk()
      const calling = { ApiError, redact, place: { baseUrl: options.baseUrl, model: null } }
      const answer = await call(calling, () => client.get('/models', { signal }).asResponse())
      const models = readModels(parseJson(await call(calling, () => answer.text())))
      if (models !== null) return models
      throw new ServiceFailure('the models list is not one', { errorClass: 'permanent', billed: 'no' })
    },
  }
}

/**
 * OpenAI takes a tier that is left out for `auto`: a project that is set to a dearer one would be billed that, and
 * the answer need not say so. Compatible servers may not know the word at all.
 */
function tierOf({ serviceTier, baseUrl }: OpenAiOptions): OpenAiOptions['serviceTier'] | null {
  return serviceTier === 'default' && new URL(baseUrl).hostname !== 'api.openai.com' ? null : serviceTier
}

/** The model worked and gave no JSON, and its server kept what it gave. */
const NO_DOCUMENT: Completion = {
  text: '',
  finish: 'complete',
  endedBy: null,
  refusal: null,
  usage: null,
  usageNote: null,
  chargedNano: null,
  answeredModel: null,
  serviceTier: null,
  requestId: null,
}

/** What each model was found to refuse. */
function refusedByModel(): (model: string) => Set<RefusablePart> {
  const byModel = new Map<string, Set<RefusablePart>>()
  return model => {
    const known = byModel.get(model) ?? new Set()
    byModel.set(model, known)
    return known
  }
}

/** Some servers call their JSON text, and some say within an answer, with a good status, that there is none. */
function completionIn(
  answer: unknown,
  response: Response,
  maxOutputTokens: number,
  { redact, place }: Calling,
): Completion {
  const data = typeof answer === 'string' ? parseJson(answer) : answer
  const header = (name: string): string | null => orNull(redact, response.headers.get(name))
  const requestId = header('x-request-id')
  const error = readErrorIn(data)
  if (error !== null) {
    const { status } = error
    const message = tidy(error.message, redact)
    if (status === null) throw unusable(`an error: ${message}`, requestId)
    throw fromHttp({ status, code: null, message, header, place }, true)
  }
  const completion = readCompletion(data, maxOutputTokens)
  if (completion === null) throw unusable('not a chat completion', requestId)
  return redacted({ ...completion, requestId }, redact)
}

/** What an error of a call is read with. */
interface Calling {
  readonly ApiError: typeof APIError
  readonly redact: Redact
  readonly place: Place
}

async function call<T>(calling: Calling, send: () => PromiseLike<T>): Promise<T> {
  try {
    return await send()
  } catch (error) {
    throw failureOf(calling, error)
  }
}

function failureOf({ ApiError, redact, place }: Calling, error: unknown): ServiceFailure {
  if (error instanceof ApiError) return fromSdk(error, redact, place)
  if (error instanceof SyntaxError) return unusable('not JSON', null)
  return networkFailure(error)
}

/** The work itself stays as it was written (SPEC §4). */
function redacted(completion: Completion, redact: Redact): Completion {
  return {
    ...completion,
    refusal: orNull(redact, completion.refusal),
    endedBy: orNull(redact, completion.endedBy),
    answeredModel: orNull(redact, completion.answeredModel),
    serviceTier: orNull(redact, completion.serviceTier),
    requestId: orNull(redact, completion.requestId),
  }
}
