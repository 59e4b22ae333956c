import type { APIError, OpenAI } from 'openai'
import { sha256 } from '../../kernel/digest.ts'
import { redactor, type Redact } from '../../kernel/redaction.ts'
import type { Completion, CompletionRequest, Model } from '../../kernel/roles.ts'
import { ServiceFailure } from '../../kernel/roles.ts'
import { networkFailure } from '../../kernel/network-failure.ts'
import { headerReader } from '../../kernel/http/read-header.ts'
import { fromHttp, unusable } from './failure.ts'
import { readCompletion, readModels } from './wire.ts'

/** Where the service is and how it is asked. */
export interface OpenAiOptions {
  readonly baseUrl: string
  /** Null for a local server that wants none. */
  readonly apiKey: string | null
  readonly timeoutMs: number
  readonly serviceTier: 'default' | 'auto' | 'flex' | 'priority'
  readonly fetch: typeof globalThis.fetch
}

/**
 * A model behind OpenAI's API or a compatible one. The SDK is loaded at the first call. What the service says
 * goes into the store, so the key is taken out of it here, where an answer may repeat it.
 */
export function openAiModel(options: OpenAiOptions): Model {
  let loading: Promise<Sdk> | null = null
  const sdk = (): Promise<Sdk> => (loading ??= load(options))
  const redact = redactor(options.apiKey === null ? [] : [options.apiKey])
  return {
    service: new URL(options.baseUrl).host,
    credential: sha256(`${options.baseUrl}\n${options.apiKey ?? ''}`).slice(0, 16),
    complete: async (request, signal) => {
      const { client, ApiError } = await sdk()
      const answer = await call(ApiError, redact, () =>
        client.chat.completions.create(bodyOf(request, options), { signal }).withResponse(),
      )
      const requestId = answer.response.headers.get('x-request-id')
      const completion = readCompletion(answer.data)
      if (completion === null) throw unusable('not a chat completion', requestId)
      return redacted({ ...completion, requestId }, redact)
    },
    listModels: async signal => {
      const { client, ApiError } = await sdk()
      const answer = await call(ApiError, redact, () => client.get('/models', { signal }).asResponse())
      const models = readModels(parseJson(await call(ApiError, redact, () => answer.text())))
      if (models !== null) return models
      throw new ServiceFailure('the models list is not one', { errorClass: 'permanent', billed: 'no' })
    },
  }
}

interface Sdk {
  readonly client: OpenAI
  readonly ApiError: typeof APIError
}

async function load(options: OpenAiOptions): Promise<Sdk> {
  const { OpenAI: Client, APIError: ApiError } = await import('openai')
  const client = new Client({
    baseURL: options.baseUrl,
    // The SDK insists on a key; servers that want none ignore it.
    apiKey: options.apiKey ?? 'none',
    // Its own retries would send a request again, and have it billed again, unseen by the ledger.
    maxRetries: 0,
    timeout: options.timeoutMs,
    fetch: options.fetch,
    logLevel: 'off',
    organization: null,
    project: null,
  })
  return { client, ApiError }
}

async function call<T>(ApiError: typeof APIError, redact: Redact, send: () => PromiseLike<T>): Promise<T> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof ApiError) throw fromSdk(error, error, redact)
    if (error instanceof SyntaxError) throw unusable('not JSON', null)
    throw networkFailure(error)
  }
}

/** What is read of the SDK's errors, whose own type says `any`. */
interface SdkError {
  readonly status: unknown
  readonly code: unknown
  readonly message: string
  readonly error: unknown
  readonly headers: unknown
}

/** Without a status no answer came: the SDK wraps the network's error. */
function fromSdk(facts: SdkError, error: Error, redact: Redact): ServiceFailure {
  if (typeof facts.status !== 'number') return networkFailure(error)
  const header = headerReader(facts.headers)
  return fromHttp({
    status: facts.status,
    code: typeof facts.code === 'string' ? redact(facts.code) : null,
    message: messageOf(facts, redact),
    header: name => orNull(redact, header(name)),
  })
}

/** The service's own words; the SDK puts the status before them, and plain-text bodies may be whole pages. */
function messageOf({ error: inner, message }: SdkError, redact: Redact): string {
  const own =
    typeof inner === 'object' && inner !== null && 'message' in inner && typeof inner.message === 'string'
      ? inner.message
      : message.replace(/^\d{3} /, '')
  return redact(own).replaceAll(/\s+/g, ' ').slice(0, 300)
}

function bodyOf(
  request: CompletionRequest,
  options: OpenAiOptions,
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  return {
    model: request.model,
    messages: [
      { role: 'system', content: request.system },
      { role: 'user', content: request.user },
    ],
    ...(request.temperature === null ? {} : { temperature: request.temperature }),
    ...(request.tokenParameter === 'max_tokens'
      ? { max_tokens: request.maxOutputTokens }
      : { max_completion_tokens: request.maxOutputTokens }),
    ...(options.serviceTier === 'default' ? {} : { service_tier: options.serviceTier }),
    ...(request.schema === null
      ? {}
      : {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: request.schema.name, strict: true, schema: { ...request.schema.schema } },
          },
        }),
  }
}

function redacted(completion: Completion, redact: Redact): Completion {
  return {
    ...completion,
    text: redact(completion.text),
    refusal: orNull(redact, completion.refusal),
    answeredModel: orNull(redact, completion.answeredModel),
    serviceTier: orNull(redact, completion.serviceTier),
    requestId: orNull(redact, completion.requestId),
  }
}

function orNull(redact: Redact, text: string | null): string | null {
  return text === null ? null : redact(text)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
