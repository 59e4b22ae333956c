/**
 * What an error says in words, where its status is used for several things. Words of OpenAI, Azure, Groq, Anthropic,
 * Gemini, Mistral, Bedrock, vLLM, llama.cpp, LM Studio and others.
 */

const TOO_LARGE_CODES = new Set([
  'context_length_exceeded',
  'request_too_large',
  'exceed_context_size_error',
  'string_above_max_length',
])

const SAYS_TOO_LARGE = [
  /request (?:is |entity )?too large/i,
  /request exceeds the maximum/i,
  /maximum context length|context (?:length|size|window)[^.]{0,40}exceed|exceeds?[^.]{0,60}context (?:length|size|window)/i,
  /(?:prompt|input) is too long/i,
  /token count[^.]{0,60}exceeds/i,
  /too large for model|context the overflows/i,
]

/** A limit with what this one request needs of it: `Limit 30000, Requested 34238`. */
const LIMIT_AND_REQUESTED = /\blimit:?\s*([\d,]+)[^\d]+(?:used:?\s*[\d,]+[^\d]+)?requested:?\s*([\d,]+)/i

/** Whether one request can never pass, whenever it is sent, because it is larger than what is allowed. */
export function isTooLarge(code: string | null, message: string): boolean {
  if (code !== null && TOO_LARGE_CODES.has(code)) return true
  if (SAYS_TOO_LARGE.some(words => words.test(message))) return true
  const [, limit, requested] = LIMIT_AND_REQUESTED.exec(message) ?? []
  return limit !== undefined && requested !== undefined && numberOf(requested) > numberOf(limit)
}

const UNKNOWN_MODEL_CODES = new Set([
  'model_not_found',
  'invalid_model',
  'DeploymentNotFound',
  'model_not_exist',
])

const SAYS_UNKNOWN_MODEL =
  /(?:not a valid|invalid|unknown) (?:chat )?model\b|\b(?:model|deployment)\b(?:[^.]|\.(?! )){0,120}?(?:not found|(?:does )?n[o']t exist|not available)/i

/** Whether the service says that it has no such model. */
export function isUnknownModel(code: string | null, message: string): boolean {
  return (code !== null && UNKNOWN_MODEL_CODES.has(code)) || SAYS_UNKNOWN_MODEL.test(message)
}

const CREDIT_CODES = new Set(['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'])
const ACCOUNT_CODES = new Set(['invalid_api_key', ...CREDIT_CODES])

const SAYS_CREDIT =
  /credit balance is too low|billing hard limit|(?:insufficient|not enough) (?:credit|balance|fund)/i

const SAYS_KEY =
  /(?:invalid|incorrect|wrong|expired|missing) api.?key|api.?key (?:is )?(?:not (?:valid|found|provided)|invalid|incorrect|expired|missing|required)/i

const SAYS_ACCOUNT = [
  SAYS_KEY,
  SAYS_CREDIT,
  /(?:account|organi[sz]ation) (?:is|has been|must be|is not) (?:deactivated|disabled|suspended|verified|active)/i,
  /user location is not supported/i,
]

/** Longer than what a service says of an account; a text that was sent may be quoted behind it. */
const MOST_CHARACTERS = 200

/** Whether the service says that the key, the account or its credit is at fault, and not what was sent. */
export function isOfAccount(code: string | null, message: string): boolean {
  const said = message.slice(0, MOST_CHARACTERS)
  return (code !== null && ACCOUNT_CODES.has(code)) || SAYS_ACCOUNT.some(words => words.test(said))
}

/** Whether the service says that it does not take the key. */
export function isOfKey(code: string | null, message: string): boolean {
  return code === 'invalid_api_key' || SAYS_KEY.test(message.slice(0, MOST_CHARACTERS))
}

/** Whether the service says that the account has no credit left, or has reached a limit of its own. */
export function isOfCredit(code: string | null, message: string): boolean {
  return (code !== null && CREDIT_CODES.has(code)) || SAYS_CREDIT.test(message.slice(0, MOST_CHARACTERS))
}

function numberOf(digits: string): number {
  return Number(digits.replaceAll(',', ''))
}
