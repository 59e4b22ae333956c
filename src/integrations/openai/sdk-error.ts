import { headerReader } from '../../kernel/http/read-header.ts'
import { networkFailure, type ServiceFailure } from '../../kernel/service-failure.ts'
import type { Redact } from '../../kernel/redaction.ts'
import { fromHttp, type Place } from './failure.ts'
import { orNull, tidy } from './said.ts'

/** What is read of the SDK's errors, whose own type says `any`. */
interface SdkError {
  readonly status: unknown
  readonly code: unknown
  readonly type: unknown
  readonly message: string
  readonly error: unknown
  readonly headers: unknown
}

/**
 * What an error of the SDK means. Without a status no answer came: it wraps the network's error.
 */
export function fromSdk(facts: SdkError, error: Error, redact: Redact, place: Place): ServiceFailure {
  if (typeof facts.status !== 'number') return networkFailure(error)
  const header = headerReader(facts.headers)
  return fromHttp({
    status: facts.status,
    code: typeof facts.code === 'string' ? redact(facts.code) : null,
    type: typeof facts.type === 'string' ? facts.type : null,
    message: messageOf(facts, redact),
    isOfRequest: isFlagged(facts.error),
    header: name => orNull(redact, header(name)),
    place,
  })
}

/** The service's own words; the SDK puts the status before them, and plain-text bodies may be whole pages. */
function messageOf({ error, message }: SdkError, redact: Redact): string {
  return tidy(wordsIn(error) ?? message.replace(/^\d{3} /, ''), redact)
}

/** Gemini puts its error into a list, FastAPI calls its words `detail`. */
function wordsIn(error: unknown): string | null {
  if (typeof error === 'string') return error
  if (typeof error !== 'object' || error === null) return null
  if (Array.isArray(error)) {
    const list: readonly unknown[] = error
    const [first] = list
    return typeof first === 'object' && first !== null && 'error' in first && !Array.isArray(first.error)
      ? wordsIn(first.error)
      : null
  }
  const said = 'message' in error ? error.message : 'detail' in error ? error.detail : null
  return typeof said === 'string' ? said : null
}

/** OpenRouter answers 403 also to a text that a moderator flagged, and then says which. */
function isFlagged(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('metadata' in error)) return false
  const { metadata } = error
  return typeof metadata === 'object' && metadata !== null && 'flagged_input' in metadata
}
