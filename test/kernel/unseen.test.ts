/** What a reader does not see says nothing, and hides nothing. */
import { expect, test } from 'vitest'
import { isBlank, nameOf, shownText } from '../../src/kernel/unseen.ts'

const char = (...codes: readonly number[]): string => String.fromCodePoint(...codes)

test.for([
  ['nothing', ''],
  ['white space', ' \t\r\n\u00a0\u2003\u3000'],
  ['zero width', '\u200b\u200c\u200d\u2060\ufeff'],
  ['direction', '\u200e\u200f\u061c\u202a\u202e\u202c\u2066\u2069'],
  ['fillers', '\u115f\u1160\u3164\uffa0\u2800'],
  ['variation and tags', `\ufe0f${char(0xe0100)}${char(0xe0041, 0xe007f)}\u034f\u00ad`],
  ['controls', '\0\u001b\u0085'],
])('%s alone is blank', ([, text = '']) => {
  expect(isBlank(text)).toBe(true)
  expect(isBlank(`${text}.${text}`)).toBe(false)
  expect(nameOf(text)).toBe('')
})

test('any letter, figure or emoji is not blank', () => {
  for (const text of ['a', 'ä', '日', '0', '–', '👩‍👩‍👧', 'ᄒ', '\u0301']) expect(isBlank(text), text).toBe(false)
})

test('what turns the direction, parts lines or hides is shown by its number', () => {
  expect(shownText('invoice\u202efdp.exe')).toBe('invoice<U+202E>fdp.exe')
  const each = ['\u061c', '\u200b', '\u200e', '\u200f', '\u2028', '\u2029', '\u2066', '\u2069', '\ufeff']
  for (const hidden of each) expect(shownText(`a${hidden}b`), hidden).toMatch(/^a<U\+[0-9A-F]{4}>b$/)
  expect(shownText(`a${char(0xe0041)}b`)).toBe('a<U+E0041>b')
  expect(shownText('\u001b[31mred\r\n\u007f\u009b')).toBe('␛[31mred\n␡\ufffd')
})

test('what belongs to a letter or an emoji stays', () => {
  const england = char(0x1f3f4, 0xe0067, 0xe0062, 0xe0065, 0xe006e, 0xe0067, 0xe007f)
  for (const text of [england, '👩‍👩‍👧', '❤️', 'می‌خواهم', 'क्‍ष', 'Zeile 1\n\tZeile 2', 'a\u00a0b']) {
    expect(shownText(text)).toBe(text)
    expect(nameOf(text)).toBe(text)
  }
})

test('a name is what is seen of it', () => {
  expect(nameOf('\u200b Acme\u3164 ')).toBe('Acme')
  expect(nameOf('Ac\u202eme')).toBe('Ac<U+202E>me')
})
