import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { utf8Text } from '../../src/kernel/utf8.ts'

function refusal(bytes: Uint8Array): string {
  try {
    return `taken: ${utf8Text(bytes, 'the brief')}`
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `${error.kind}: ${error.message}`
  }
}

test('any text is read as it is, the sign for unreadable bytes too', () => {
  const text = fc.string({ unit: 'binary', maxLength: 50 }).filter(each => !each.startsWith('\ufeff'))
  fc.assert(
    fc.property(text, each => {
      expect(utf8Text(Buffer.from(each), 'x')).toBe(each)
    }),
    { seed: 29, examples: [['\ufffd'], ['a\ufffd\ufffd日'], ['']] },
  )
})

test('a byte order mark is no part of the text', () => {
  expect(utf8Text(Buffer.from('\ufeffGäste'), 'x')).toBe('Gäste')
  expect(utf8Text(Buffer.from('\ufeff\ufeffx'), 'x')).toBe('\ufeffx')
})

test.for([
  ['latin1', Buffer.from('Zwei Zeilen\nfür Gäste', 'latin1'), 'byte 13 (line 2) is 0xfc'],
  [
    'after the sign itself',
    Buffer.concat([Buffer.from('\ufffd\ufffdé'), Buffer.from([0xe9])]),
    'byte 8 (line 1) is 0xe9',
  ],
  ['cut within a character', Buffer.from('日本').subarray(0, 5), 'byte 3 (line 1) is 0xe6'],
  ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'byte 1 (line 1) is 0xed'],
  ['too long a form', Buffer.from([0xc0, 0xaf]), 'byte 0 (line 1) is 0xc0'],
] as const)('%s: the first byte that is wrong', ([, bytes, where]) => {
  expect(refusal(bytes)).toBe(`usage: the brief is not UTF-8: ${where}`)
})

test('UTF-16 and UTF-32 are called by their name', () => {
  const little = Buffer.from('\ufeffGäste', 'utf16le')
  expect(refusal(little)).toBe('usage: the brief is UTF-16LE, not UTF-8')
  expect(refusal(Buffer.from(little).swap16())).toBe('usage: the brief is UTF-16BE, not UTF-8')
  expect(refusal(Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]))).toBe(
    'usage: the brief is UTF-32LE, not UTF-8',
  )
  expect(refusal(Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x41]))).toBe(
    'usage: the brief is UTF-32BE, not UTF-8',
  )
})
