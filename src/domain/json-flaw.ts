/** Where and why a text is no JSON. */
export interface JsonFlaw {
  /** Both from 1; the column counts UTF-16 units. */
  readonly line: number
  readonly column: number
  readonly reason: string
}

/** One token: punctuation, a string, a number or a word. The string's characters are all from U+0020 on. */
const TOKEN =
  /[ \t\n\r]*(?:([{}[\]:,])|("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy

/** What may come next; `first` values and keys may be the closing bracket instead. */
type Expected = 'value' | 'first value' | 'key' | 'first key' | 'colon' | 'comma' | 'end'

type Bracket = '{' | '['

interface Token {
  readonly kind: '{' | '}' | '[' | ']' | ':' | ',' | 'string' | 'other'
  readonly start: number
}

/**
 * The first thing that makes a text no JSON, or null when it is JSON; agrees with `JSON.parse`, whose messages
 * change with the engine and often lack the position. Never throws, however deep the nesting.
 */
export function findJsonFlaw(text: string): JsonFlaw | null {
  const open: Bracket[] = []
  let expected: Expected = 'value'
  let end = 0
  for (;;) {
    const token = nextToken(text, end)
    if (token === null) return endOfTokens(text, end, expected, open)
    const next = STEPS[expected](token.kind, open)
    if (next === null) return flawAt(text, token.start, complaint(expected, token.kind, open))
    expected = next
    end = token.end
  }
}

/** Whether an object anywhere in a JSON text has a key twice: `JSON.parse` would take the last, without a word. */
export function repeatsKey(json: string): boolean {
  const open: { readonly keys: Set<string> | null; key: boolean }[] = []
  for (let end = 0; ;) {
    const token = nextToken(json, end)
    if (token === null) return false
    const inner = open.at(-1)
    if (token.kind === '{' || token.kind === '[')
      open.push({ keys: token.kind === '{' ? new Set() : null, key: true })
    else if (token.kind === '}' || token.kind === ']') open.pop()
    else if (token.kind === ',' && inner !== undefined) inner.key = true
    else if (token.kind === ':' && inner !== undefined) inner.key = false
    else if (token.kind === 'string' && inner?.key === true && inner.keys !== null) {
      const key = String(JSON.parse(json.slice(token.start, token.end)))
      if (inner.keys.has(key)) return true
      inner.keys.add(key)
    }
    end = token.end
  }
}

function nextToken(text: string, from: number): (Token & { readonly end: number }) | null {
  TOKEN.lastIndex = from
  const match = TOKEN.exec(text)
  if (match === null) return null
  const [whole, punctuation, string, other] = match
  const length = (punctuation ?? string ?? other ?? '').length
  const kind = isPunctuation(punctuation) ? punctuation : string === undefined ? 'other' : 'string'
  return { kind, start: from + whole.length - length, end: from + whole.length }
}

function isPunctuation(text: string | undefined): text is '{' | '}' | '[' | ']' | ':' | ',' {
  return text !== undefined
}

/** What is expected after a token, or null when the token is not. Keeps the stack of open brackets. */
const STEPS: Readonly<Record<Expected, (kind: Token['kind'], open: Bracket[]) => Expected | null>> = {
  value: startValue,
  'first value': (kind, open) => (kind === ']' ? close(open) : startValue(kind, open)),
  key: kind => (kind === 'string' ? 'colon' : null),
  'first key': (kind, open) => (kind === '}' ? close(open) : kind === 'string' ? 'colon' : null),
  colon: kind => (kind === ':' ? 'value' : null),
  comma: afterValue,
  end: () => null,
}

function startValue(kind: Token['kind'], open: Bracket[]): Expected | null {
  if (kind === 'string' || kind === 'other') return open.length === 0 ? 'end' : 'comma'
  if (kind !== '{' && kind !== '[') return null
  open.push(kind)
  return kind === '{' ? 'first key' : 'first value'
}

function afterValue(kind: Token['kind'], open: Bracket[]): Expected | null {
  const inObject = open.at(-1) === '{'
  if (kind === ',') return inObject ? 'key' : 'value'
  return kind === (inObject ? '}' : ']') ? close(open) : null
}

function close(open: Bracket[]): Expected {
  open.pop()
  return open.length === 0 ? 'end' : 'comma'
}

function complaint(expected: Expected, kind: Token['kind'], open: readonly Bracket[]): string {
  const closing = kind === '}' || kind === ']'
  if (closing && (expected === 'key' || expected === 'value') && open.length > 0) {
    return expected === 'value' && open.at(-1) === '{'
      ? 'a value is missing'
      : 'a comma before the closing bracket'
  }
  return MISSING[expected]
}

const MISSING = {
  value: 'a value is missing',
  'first value': 'a value or "]" is missing',
  key: 'a key in double quotes is missing',
  'first key': 'a key in double quotes or "}" is missing',
  colon: 'the colon after a key is missing',
  comma: 'a comma or the closing bracket is missing',
  end: 'there is text after the end of the JSON',
} as const satisfies Record<Expected, string>

function endOfTokens(
  text: string,
  from: number,
  expected: Expected,
  open: readonly Bracket[],
): JsonFlaw | null {
  const start = from + (/^[ \t\n\r]*/.exec(text.slice(from))?.[0].length ?? 0)
  const character = text[start]
  if (character === undefined) {
    if (expected === 'end') return null
    return flawAt(text, start, open.length > 0 ? 'the text ends before the JSON does' : 'there is no JSON')
  }
  if (expected === 'end') return flawAt(text, start, MISSING.end)
  return flawAt(text, start, character === '"' ? stringFlaw(text.slice(start)) : notJson(character))
}

function notJson(character: string): string {
  if (character === "'" || character === '“' || character === '„')
    return 'text must stand in straight double quotes'
  if (character === '/') return 'JSON has no comments'
  return `${JSON.stringify(character)} cannot stand here`
}

function stringFlaw(fromQuote: string): string {
  const whole = /^"(?:[^"\\]|\\[\s\S])*"/.exec(fromQuote)
  if (whole === null) return 'a text in double quotes is not closed'
  return 'a text in double quotes holds a bare line break, tab or wrong escape'
}

function flawAt(text: string, position: number, reason: string): JsonFlaw {
  const before = text.slice(0, position)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: position - lineStart + 1, reason }
}
