/** What an AI model does for us; OpenAI and every compatible server implement it. */
export interface Model {
  /** Names the endpoint, for breakers and messages: its host, or `openai`. */
  readonly service: string
  /** Digest of the credential in use, so that a changed one is noticed. Tells nothing about it. */
  readonly credential: string
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

/** What a model answered. A refusal and a cut-off text are answers too. */
export interface Completion {
  /** Without what the model thought on its way to it. */
  readonly text: string
  /** Only what ended in a known good way is complete. */
  readonly finish: 'complete' | 'truncated' | 'refused'
  /** The service's own word for the end, where it is none that is known; such a text counts as cut off. */
  readonly endedBy: string | null
  readonly refusal: string | null
  /** Null where the server did not say, or said what cannot be. */
  readonly usage: ModelUsage | null
  /** Why the usage is not believed, or where its numbers disagreed, so that the dearer reading was taken. */
  readonly usageNote: string | null
  /** What the service says that it charged, in nano-dollars. */
  readonly chargedNano: number | null
  readonly answeredModel: string | null
  readonly serviceTier: string | null
  readonly requestId: string | null
}

/** Cached and cache-write tokens are inside input, reasoning tokens inside output. */
export interface ModelUsage {
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly cacheWriteTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
}

/** A model that a service offers. */
export interface ListedModel {
  readonly id: string
  /** `YYYY-MM-DD` where the service announces an end. */
  readonly shutdownDate: string | null
}

/**
 * A call to a service that gave nothing usable, in terms of what helps. `credential`: the service has to be set
 * up otherwise, by its key or its address; all work that needs it waits.
 */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure'
  readonly errorClass: 'transient' | 'throttled' | 'permanent' | 'credential'
  /** `no` only where the service refused before doing any work. */
  readonly billed: 'no' | 'unknown'
  readonly retryAfterMs: number | null
  readonly requestId: string | null
  /** What the operator can do, where the answer itself tells. */
  readonly fix: string | null
  /** The HTTP status and the service's own code of the error, where there are any: how the failure looks. */
  readonly status: number | null
  readonly code: string | null

  constructor(
    message: string,
    facts: {
      errorClass: ServiceFailure['errorClass']
      billed: ServiceFailure['billed']
      retryAfterMs?: number | null
      requestId?: string | null
      fix?: string | null
      status?: number | null
      code?: string | null
      cause?: unknown
    },
  ) {
    super(message, { cause: facts.cause })
    this.errorClass = facts.errorClass
    this.billed = facts.billed
    this.retryAfterMs = facts.retryAfterMs ?? null
    this.requestId = facts.requestId ?? null
    this.fix = facts.fix ?? null
    this.status = facts.status ?? null
    this.code = facts.code ?? null
  }
}

/** The code of a list, or of blocks within blocks, without an end: what was asked for is at fault, not the service. */
export const ENDLESS = 'endless'

/** Whether a service refused this one request for good; others of the same work may well succeed. */
export function isRefusal(thrown: unknown): thrown is ServiceFailure {
  return thrown instanceof ServiceFailure && thrown.errorClass === 'permanent'
}

/** What to type after a failure of a service. */
export function nextAfter({ fix }: Pick<ServiceFailure, 'fix'>): string {
  return fix === null ? 'echopilot doctor' : `${fix}, then run the same command again`
}
