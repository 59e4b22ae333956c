/** Removes secrets from text on its way out. Built once from the values that were read, passed to each outlet. */
export type Redact = (text: string) => string

const REDACTED = '[redacted]'

/** Shorter values would blank out parts of ordinary words and numbers; no real credential is that short. */
const SHORTEST_SECRET = 8
/** Words that long are no placeholder such as `lm-studio` or `sk-no-key-required`. */
const LONGEST_PLACEHOLDER = 20

/**
 * A function that takes secrets out of messages and logs: each of the given values, as it is, as base64 (either
 * alphabet), in JSON and as URL-encoded text; what has the shape of a well-known kind of key, wherever it came from;
 * and what may open something within an address. Work, titles and the keys of JSON never go through it (SPEC §4).
 * E-mail addresses stay: they are redacted where they are logged, not where the operator asked to see them.
 */
export function redactor(secrets: readonly string[]): Redact {
  const forms = secrets
    .filter(isSearched)
    .flatMap(secret => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('base64url'),
      encodeURIComponent(secret),
    ])
  const longestFirst = [...new Set(forms)].toSorted((a, b) => b.length - a.length)
  return text => {
    const rest = longestFirst.reduce((left, form) => left.replaceAll(form, REDACTED), text)
    return rest.replaceAll(ADDRESS, withoutKeys).replaceAll(KEY, REDACTED)
  }
}

/**
 * Whether a secret is looked for in texts. Servers of one's own take any key, and are given words such as `ollama`
 * or `none`: those are ordinary words, and no secrets.
 */
export function isSearched(secret: string): boolean {
  if (secret.length < SHORTEST_SECRET) return false
  return secret.length >= LONGEST_PLACEHOLDER || !/^[a-z]+(?:[-_. ][a-z]+)*$/i.test(secret)
}

/** Whether a text is a key of a well-known kind and nothing else. */
export function isKey(text: string): boolean {
  return new RegExp(`^(?:${KEY.source})$`).test(text.trim())
}

/** OpenAI and those like it, Notion, Stripe, GitHub, Google, Slack, Hugging Face, Telegram, age, JSON Web Tokens. */
const KEY = new RegExp(
  [
    String.raw`(?<![\w-])(?:sk|gsk|xai|pplx)-(?=[\w-]*\d)[\w-]{16,}`,
    String.raw`(?<![\w-])(?:ntn|hf|github_pat|gh[opsu])_\w{20,}`,
    String.raw`(?<![\w-])secret_[A-Za-z0-9]{30,}`,
    String.raw`(?<![\w-])(?:[rs]k_(?:live|test)|whsec)_[\w+/]{16,}`,
    String.raw`(?<![\w-])AIza[\w-]{30,}`,
    String.raw`(?<![\w-])xox[a-z]-[\w-]{16,}`,
    String.raw`(?<![\w-])\d{8,10}:[\w-]{35}(?![\w-])`,
    String.raw`(?<![\w-])AGE-SECRET-KEY-1[A-Z0-9]{20,}`,
    String.raw`(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}`,
  ].join('|'),
  'g',
)

/** Without the punctuation of the sentence it stands in. */
const ADDRESS = /\bhttps?:\/\/[^\s"'<>`]*[^\s"'<>`.,;:!?)\]]/g

/**
 * An address as it may be shown: without a user name and password, and without the values of its query and the parts
 * of its path that look as if they opened something, as those of webhooks do. Ids of pages stay.
 */
function withoutKeys(address: string): string {
  const [, origin = '', user = '', host = '', path = '', query = '', rest = ''] =
    /^(https?:\/\/)([^/?#@]*@)?([^/?#]*)([^?#]*)(\?[^#]*)?(.*)$/.exec(address) ?? []
  const parts = path.split('/').map(part => (isOpaque(part) ? REDACTED : part))
  const values = query.replaceAll(/=([^&]*)/g, (whole, value: string) =>
    value.length >= SHORTEST_SECRET && !IS_PLAIN_VALUE.test(value) ? `=${REDACTED}` : whole,
  )
  return origin + (user === '' ? '' : `${REDACTED}@`) + host + parts.join('/') + values + rest
}

/** A version such as `2024-10-21-preview`, a number, or words. */
const IS_PLAIN_VALUE = /^(?:\d{4}-\d\d-\d\d(?:-[a-z]+)?|\d+|[a-z]+(?:[-_.][a-z]+)*)$/

/** Long and random: letters of both cases and digits, or a name before a token. */
function isOpaque(part: string): boolean {
  if (IS_ID.test(part)) return false
  return /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w~+-]{20,}$/.test(part) || /^bot\d+:/.test(part)
}

/** Ends in an id of Notion, as its addresses do. */
const IS_ID = /(?:^|-)[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

/** Hides e-mail addresses, for log lines (SPEC §13). */
export function hideEmails(text: string): string {
  return text.replaceAll(/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, '[e-mail]')
}
