import { isOfAccount } from './words.ts'

/**
 * A part of a request that some models and servers refuse, while they would answer without it. Of a schema first what
 * bounds its values (`schema_bounds`), then the schema (`json_schema`), then the wish for JSON (`response_format`).
 */
export type RefusablePart = (typeof NAMED)[number] | (typeof PLAINER)[number]

/** Those that a refusal names. */
const NAMED = ['max_tokens', 'max_completion_tokens', 'temperature', 'service_tier'] as const

/** What is left out of a request for a document, one after the other. */
const PLAINER = ['schema_bounds', 'json_schema', 'response_format'] as const

/** Statuses of a request that was refused before any work. */
const REFUSALS = new Set<unknown>([400, 422])

/** Other statuses that some servers refuse a form by: llama.cpp and Ollama a 500, OpenRouter a 404. */
const MAY_REFUSE_FORM = new Set<unknown>([404, 415, 500, 501])

/** What they say then; nothing was begun. */
const SAYS_FORM_REFUSED =
  /fail(?:ed|s|ure)? to (?:parse|compile|convert|load)\b[^.]{0,60}(?:grammar|schema|for format)|(?:grammar|json.?schema|response_?format)\b[^.]{0,60}(?:not (?:yet )?(?:support|implement|allow|enabled)|unsupported|conversion failed)|handle the requested parameters/i

/** Not for a value that is too large, too small or wrong: leaving it out would not be what was wanted. */
const SAYS_UNKNOWN =
  /unsupported|not (?:currently )?support|unavailable|unrecogni[sz]ed|unknown|not permitted|only the default|only \S{1,20} is (?:allowed|supported)|deprecated/i

/** Words of a refusal of the form of the answer. */
const OF_FORM = /schema|response_?format|output_?format|json|grammar|propert|keyword|\benum\b|minimum/i

/** What a request that is refused for something else says: no plainer one would be taken. */
const OF_CONTENT =
  /context|too (?:long|large|many)|token limit|exceed|content.?(?:filter|polic|manag)|polic|safety|moderat|flagged|api.?key|credit|quota|billing|model\b.{0,60}(?:exist|found|unknown)/i

/**
 * Sends, and sends again without what is refused: for a model that is in no catalog it is not known which name of
 * the limit it takes, OpenAI's newer ones refuse what all others know, and each server takes other schemas. A refusal
 * costs nothing. What a model answered without is kept in `refused`, so that it is found out once.
 *
 * @param refused what this model is known to refuse; added to
 * @param wantsDocument whether the answer is to follow a schema: then any refusal that may be of its form, in whatever
 *   words, is answered by a plainer request, because the document can be asked for in words as well
 */
export async function withoutRefused<T>(
  refused: Set<RefusablePart>,
  wantsDocument: boolean,
  send: (without: ReadonlySet<RefusablePart>) => PromiseLike<T>,
): Promise<T> {
  // Its own copy: what another call finds out meanwhile was not left out here yet.
  const without = new Set(refused)
  let first: unknown = null
  for (;;) {
    try {
      const answer = await send(without)
      for (const part of without) refused.add(part)
      return answer
    } catch (error) {
      first ??= error
      const part = refusedPart(error, wantsDocument, without)
      // What the request was refused for at first says more than what its plainest form was.
      if (part === null) throw isRefusal(error, wantsDocument) ? first : error
      without.add(part)
    }
  }
}

/**
 * Whether a server gave up on the model's answer because it was not the JSON that was asked for (Groq's
 * `json_validate_failed` and its like): the model worked, and gave no document.
 */
export function saysNoDocument(error: { readonly code?: unknown; readonly message?: unknown }): boolean {
  return (
    error.code === 'json_validate_failed' ||
    (typeof error.message === 'string' && NO_DOCUMENT.test(error.message))
  )
}

const NO_DOCUMENT =
  /json_validate_failed|(?:fail(?:ed|s|ure)?|unable|could ?n[o']t|can ?not|did ?n[o']t) (?:to )?(?:generate|produce|create|validate|return|parse) (?:a |any |the )?(?:valid |generated |model'?s )?(?:json\b(?! ?schema)|structured output)/i

function refusedPart(
  error: unknown,
  wantsDocument: boolean,
  without: ReadonlySet<RefusablePart>,
): RefusablePart | null {
  if (!isRefusal(error, wantsDocument)) return null
  const named = namedPart(error)
  if (
    named !== null &&
    !without.has(named) &&
    // A judge at another temperature is better than none.
    (SAYS_UNKNOWN.test(error.message) || (wantsDocument && named === 'temperature'))
  )
    return named
  if (!wantsDocument || saysNoDocument(error) || isOfAccount(codeOf(error), error.message)) return null
  if (!OF_FORM.test(error.message) && (named !== null || OF_CONTENT.test(error.message))) return null
  // Where response_format itself is unknown, a plainer schema does not help.
  const isKind = SAYS_UNKNOWN.test(error.message) && /response_format/.test(error.message)
  return PLAINER.find(part => !without.has(part) && !(isKind && part === 'schema_bounds')) ?? null
}

function isRefusal(error: unknown, wantsDocument: boolean): error is Error {
  if (!(error instanceof Error && 'status' in error)) return false
  const { status, message } = error
  return (
    REFUSALS.has(status) || (wantsDocument && MAY_REFUSE_FORM.has(status) && SAYS_FORM_REFUSED.test(message))
  )
}

function codeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** OpenAI names the part in `param`; others do so in words only. */
function namedPart(error: Error): RefusablePart | null {
  const param = 'param' in error ? error.param : null
  return NAMED.find(part => part === param) ?? NAMED.find(part => names(error.message, part)) ?? null
}

/** The first name in a text is the one that is refused; another may be advised after it. */
function names(message: string, part: RefusablePart): boolean {
  return new RegExp(`^(?:(?!${NAMED.join('|')})[^])*\\b${part}\\b`).test(message)
}
