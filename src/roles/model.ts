import type { AnsweredCall } from '../domain/call-booking.ts'

/** An AI model; OpenAI and every compatible server implement it. */
export interface Model {
  /** Names the endpoint, for breakers and messages: its host, or `openai`. */
  readonly service: string
  /** Digest of the credential in use, so that a changed one is noticed. Tells nothing about it. */
  readonly credential: string
  /** How long an answer is waited for. */
  readonly timeoutMs: number
  /** The tier of price and speed that is asked for; another may serve. */
  readonly serviceTier: string
  /**
   * Sends one request, once: no retries, because each may be billed. Only one that was refused for a part that
   * the model does not know is sent again without it.
   * @throws ServiceFailure
   */
  complete(request: CompletionRequest, signal: AbortSignal): Promise<Completion>
  /**
   * Asks for the models the credential may use; costs nothing.
   * @throws ServiceFailure
   */
  listModels(signal: AbortSignal): Promise<ListedModel[]>
}

/** The two models of the pipeline. They may be the same service, or of different makers. */
export interface Models {
  readonly generator: Model
  readonly judge: Model
}

/** One request to a model, in words that fit every service. */
export interface CompletionRequest {
  readonly model: string
  readonly system: string
  readonly user: string
  /** Null leaves it out. */
  readonly temperature: number | null
  readonly maxOutputTokens: number
  /** Older servers know only `max_tokens`, newer models refuse it. */
  readonly tokenParameter: 'max_completion_tokens' | 'max_tokens'
  /** A strict JSON schema the answer must follow; null for plain text. */
  readonly schema: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> } | null
}

/** What a model answered, without its reasoning. A refusal and a cut-off text are answers too. */
export interface Completion extends AnsweredCall {
  /** Only what ended in a known good way is complete. */
  readonly finish: 'complete' | 'truncated' | 'refused'
  /** The service's own word for the end, where it is none that is known; such a text counts as cut off. */
  readonly endedBy: string | null
  readonly refusal: string | null
  readonly answeredModel: string | null
  readonly serviceTier: string | null
  readonly requestId: string | null
}

/** A model that a service offers. */
export interface ListedModel {
  readonly id: string
  /** `YYYY-MM-DD` where the service announces an end. */
  readonly shutdownDate: string | null
}
