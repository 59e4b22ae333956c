import { expect, test } from 'vitest'
import { resultMail, type MailedResult } from '../../src/domain/result-mail.ts'

const RESULT: MailedResult = {
  to: { name: 'Acme', address: 'ana@acme.example' },
  title: 'Study',
  markdown: '# Tools\n\nTool **A** wins.',
  language: null,
  payment: { amount: { currency: 'EUR', minor: 4990 }, url: 'https://pay.example/1?a=b&c=d' },
}

test('a few words around the result, as text and as HTML', () => {
  const { to, subject, text, html, files } = resultMail(RESULT)
  expect({ to, subject, files }).toEqual({ to: [RESULT.to], subject: 'Your result: Study', files: [] })
  expect(text).toContain('Hello Acme,\n\nhere is the result of your order “Study”.')
  expect(text).toContain('# Tools\n\nTool **A** wins.')
  expect(text).toContain('Please pay 49.90 EUR here:\nhttps://pay.example/1?a=b&c=d')
  expect(html).toContain('Tool <strong>A</strong> wins.')
  expect(html).toContain('<a href="https://pay.example/1?a=b&amp;c=d">')
  expect(html).toContain('<html lang="en">')
})

test.each([
  ['de', 'Ihr Ergebnis: Study'],
  ['de-AT', 'Ihr Ergebnis: Study'],
  ['German', 'Ihr Ergebnis: Study'],
  ['Deutsch', 'Ihr Ergebnis: Study'],
  ['Dutch', 'Your result: Study'],
  ['Denglish', 'Your result: Study'],
  ['', 'Your result: Study'],
  [null, 'Your result: Study'],
])('in the language of the client, where there are words in it: %j', (language, subject) => {
  expect(resultMail({ ...RESULT, language }).subject).toBe(subject)
})

test('where nothing is to be paid, or not by a link, it says nothing of that', () => {
  const { text, html } = resultMail({ ...RESULT, payment: null })
  expect(text + String(html)).not.toMatch(/pay/i)
})

test.each([
  [
    'a title and a name of several lines',
    { title: 'a\r\nBcc: x@y.example', to: { name: 'b\nc', address: 'a@b.example' } },
  ],
  ['markup', { title: '<script>alert(1)</script>', to: { name: '<b onclick="x">', address: 'a@b.example' } }],
])('%s are words', (_name, changes) => {
  const { subject, html } = resultMail({ ...RESULT, ...changes })
  expect(subject).not.toMatch(/[\r\n]/)
  expect(html).not.toMatch(/<script|<b |\r/)
})
