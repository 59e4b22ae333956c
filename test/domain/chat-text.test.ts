import { assert, constantFrom, integer, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { chatMarkup, chatMessages, LONGEST_MESSAGE } from '../../src/domain/chat-text.ts'

const TEXTS = string({
  unit: constantFrom('a', ' ', '\n', '<', '&', '😀', '👩‍👩‍👧', 'e\u0301', '\u202e'),
  maxLength: 300,
})

test('messages are within the limit, well formed, and say all that the text says', () => {
  assert(
    property(TEXTS, integer({ min: 12, max: 60 }), (text, limit) => {
      const messages = chatMessages(text, limit)
      for (const message of messages) {
        expect(message.length).toBeLessThanOrEqual(limit)
        expect(message.isWellFormed()).toBe(true)
        expect(message).not.toMatch(/^(?:\u200d|\u0301)/u)
      }
      const inked = (some: string): string => some.replaceAll(/\s/g, '')
      expect(inked(messages.join(''))).toBe(inked(text))
    }),
  )
})

test('a text is broken between lines where that can be', () => {
  expect(chatMessages('one\ntwo\nthree', 8)).toEqual(['one\ntwo', 'three'])
  expect(chatMessages('x'.repeat(LONGEST_MESSAGE + 1)).map(({ length }) => length)).toEqual([4096, 1])
  expect(chatMessages('\n \n')).toEqual([])
})

test('nothing in a text is markup', () => {
  expect(chatMarkup('<b>&amp;\0\ud800</b>')).toBe('&lt;b&gt;&amp;amp;\ufffd&lt;/b&gt;')
})
