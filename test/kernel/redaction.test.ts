import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { AppError, rewritten, traceOf } from '../../src/kernel/errors.ts'
import { createLog } from '../../src/kernel/log.ts'
import { hideEmails, isKey, isSearched, redactor } from '../../src/kernel/redaction.ts'

const SECRET = String.raw`sk-???>>>"a\b/c+d=e%f`

test('a secret is taken out in every form it may be written in', () => {
  const redact = redactor([SECRET])
  const forms = [
    SECRET,
    JSON.stringify({ key: SECRET }),
    Buffer.from(SECRET).toString('base64'),
    Buffer.from(SECRET).toString('base64url'),
    encodeURIComponent(SECRET),
  ]
  for (const form of forms) {
    expect(redact(`before ${form} after`)).toMatch(
      /^before (?:\[redacted\]=*|\{"key":"\[redacted\]"\}) after$/,
    )
  }
})

test('whatever stands around it, no secret stays', () => {
  const secret = fc.string({ minLength: 8, maxLength: 40 })
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
      fc.pre(!'[redacted]'.includes(value) && isSearched(value))
      expect(redactor([value])(before + value + after)).not.toContain(value)
    }),
    { seed: 3 },
  )
})

test('of two secrets, of which one holds the other, nothing stays', () => {
  expect(redactor(['secret-01', 'secret-01-long'])('secret-01-long secret-01')).toBe('[redacted] [redacted]')
})

test('what is too short to be a secret is left alone, and so is everything without secrets', () => {
  expect(redactor(['none', 'abc1234'])('none abc1234')).toBe('none abc1234')
  expect(redactor([])('text')).toBe('text')
})

test.each(['lm-studio', 'echopilot', 'ollama', 'none', 'test', 'not-needed', 'sk-no-key-required', 'EMPTY'])(
  'the placeholder %j is a word, and words are not blanked out',
  placeholder => {
    const text = `{"${placeholder}":"echopilot asked lm-studio, ollama, none, as a test"}`
    expect(redactor([placeholder])(text)).toBe(text)
  },
)

/** Put together here, so that no scanner takes this file for a leak. */
const made = (...parts: readonly string[]): string => parts.join('')
const KEYS = [
  made('sk-', 'proj-4f9Kx2LmQ8vR1tYw'),
  made('sk-', 'ant-api03-Zk29_aB7xQ'),
  made('ntn', '_612345678901abcDEFghiJKLmnoPQRstuVWX'),
  made('secret', '_9fJ2kL4mN6pQ8rS0tU2vW4xY6zA8bC0dE2fG4hI6jK8'),
  made('sk_', 'live_51AbCdEfGhIjKlMn'),
  made('123456789', ':AAH9k2LmQ8vR1tYwZ3xC5vB7nM0pLkJhGfD'),
]

test.each(KEYS)('%s is a key wherever it stands, though it was read from nowhere', key => {
  expect(isKey(key)).toBe(true)
  expect(redactor([])(`model "${key}" is unknown; ${key}`)).toBe('model "[redacted]" is unknown; [redacted]')
})

test.each([
  'gpt-4o-mini',
  'run_01m89jmpdhwwb63ef438x8t7nx',
  'risk-assessment-2026-for-acme-co',
  'task-1234567890123456',
])('%s is no key', text => {
  expect(isKey(text)).toBe(false)
  expect(redactor([])(text)).toBe(text)
})

test.each([
  ['https://ana:s3cretpass@gw.example/v1', 'https://[redacted]@gw.example/v1'],
  [
    'https://gw.example/v1?api_key=Zk29aB7xQ&api-version=2024-10-21',
    'https://gw.example/v1?api_key=[redacted]&api-version=2024-10-21',
  ],
  [
    'at https://hooks.example/services/T00/B00/Xy12Ab34Cd56Ef78Gh90Ij12, twice',
    'at https://hooks.example/services/T00/B00/[redacted], twice',
  ],
  ['https://api.telegram.org/bot123:abc/getMe', 'https://api.telegram.org/[redacted]/getMe'],
  [
    'https://www.notion.so/Aa1Bb2Cc3Dd4Ee5Ff6-5eed0000ec404a118000000000000001',
    'https://www.notion.so/Aa1Bb2Cc3Dd4Ee5Ff6-5eed0000ec404a118000000000000001',
  ],
  ['http://127.0.0.1:4700/v1', 'http://127.0.0.1:4700/v1'],
])('%s is shown as %s', (address, shown) => {
  expect(redactor([])(address)).toBe(shown)
})

test.each([
  ['write to ana.b+c@mail.example.co.uk, please', 'write to [e-mail], please'],
  ['josé@über.example', '[e-mail]'],
  ['a@b and @handle', 'a@b and @handle'],
])('%j is logged as %j', (text, hidden) => {
  expect(hideEmails(text)).toBe(hidden)
})

test('a rewritten error keeps its kind and hint, and has no word of the old one, nor in its trace', () => {
  const cause = new Error(`sent ${SECRET}`)
  const error = rewritten(
    new AppError('provider', `answered ${SECRET}`, `try ${SECRET}`, cause),
    redactor([SECRET]),
  )
  expect(error).toMatchObject({ kind: 'provider', message: 'answered [redacted]', hint: 'try [redacted]' })
  expect(traceOf(error)).toMatch(/^Error: sent \[redacted\]\n {4}at /)
  expect(traceOf(new AppError('bug', 'x', 'y'))).toMatch(/^AppError: x\n|^Error: x\n/)
  expect(traceOf(new AppError('bug', 'x', 'y', 'not an error'))).toBe('not an error')
})

test('a log line is one line, at its level, without secrets and addresses', () => {
  const lines: string[] = []
  const options = {
    write: (line: string) => lines.push(line),
    now: () => Date.UTC(2026, 10, 25),
    redact: redactor([SECRET]),
    fixed: { commit: 'abc' },
    least: 'warn' as const,
  }
  const text = createLog({ ...options, format: 'text' })
  text.info('not shown')
  text.warn('a warning', {
    key: SECRET,
    mail: 'ana@example.com',
    line: 'a\nb',
    n: 1,
    waitMs: 2000,
    no: null,
    yes: true,
    error: 'it broke',
  })
  const journal = createLog({ ...options, format: 'journal' })
  journal.error('an error', { key: SECRET })
  journal.debug('not shown')
  expect(lines).toEqual([
    'warn: a warning: it broke ([redacted], [e-mail], a b, n 1, wait 2 s, yes)\n',
    '<3>{"at":"2026-11-25T00:00:00.000Z","level":"error","message":"an error","commit":"abc","key":"[redacted]"}\n',
  ])
})
