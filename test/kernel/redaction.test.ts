import { expect, test } from 'vitest'
import * as fc from 'fast-check'
import { AppError, rewritten, traceOf } from '../../src/kernel/errors.ts'
import { createLog } from '../../src/kernel/log.ts'
import { hideEmails, redactor } from '../../src/kernel/redaction.ts'

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
      fc.pre(!'[redacted]'.includes(value))
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
  expect(traceOf(new AppError('bug', 'x'))).toMatch(/^AppError: x\n|^Error: x\n/)
  expect(traceOf(new AppError('bug', 'x', null, 'not an error'))).toBe('not an error')
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
  text.warn('a warning', { key: SECRET, mail: 'ana@example.com', line: 'a\nb', n: 1, no: null })
  const journal = createLog({ ...options, format: 'journal' })
  journal.error('an error', { key: SECRET })
  journal.debug('not shown')
  expect(lines).toEqual([
    String.raw`warn: a warning key="[redacted]" mail="[e-mail]" line="a\nb" n=1 no=null` + '\n',
    '<3>{"at":"2026-11-25T00:00:00.000Z","level":"error","message":"an error","commit":"abc","key":"[redacted]"}\n',
  ])
})
