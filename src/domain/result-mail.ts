import { formatMoney, type Money } from './money.ts'
import type { Correspondent, Mail } from './mail.ts'
import { cleanText } from './markdown/document.ts'
import { escapeHtml, markdownToHtml } from './markdown/html.ts'

/** An accepted result as it is mailed to its client. */
export interface MailedResult {
  readonly to: Correspondent
  readonly title: string
  readonly markdown: string
  /** The language of the client as its row says it: `de`, `German`; null where it says none. */
  readonly language: string | null
  /** What is open, and where it is paid; null where nothing is, or there is no open link. */
  readonly payment: { readonly amount: Money; readonly url: string } | null
}

interface Words {
  readonly lang: string
  readonly subject: (title: string) => string
  readonly greeting: (name: string | null) => string
  readonly opening: (title: string) => string
  readonly pay: (amount: string) => string
  readonly thanks: string
}

const ENGLISH: Words = {
  lang: 'en',
  subject: title => `Your result: ${title}`,
  greeting: name => (name === null ? 'Hello,' : `Hello ${name},`),
  opening: title => `here is the result of your order “${title}”.`,
  pay: amount => `Please pay ${amount} here:`,
  thanks: 'Thank you for your order.',
}

const GERMAN: Words = {
  lang: 'de',
  subject: title => `Ihr Ergebnis: ${title}`,
  greeting: name => (name === null ? 'Guten Tag,' : `Guten Tag ${name},`),
  opening: title => `hier ist das Ergebnis Ihres Auftrags „${title}“.`,
  pay: amount => `Bitte zahlen Sie ${amount} hier:`,
  thanks: 'Vielen Dank für Ihren Auftrag.',
}

/**
 * The mail: a few words in the client's language, English where there are none in it, around the result. The text is the
 * Markdown as it was accepted, which is read as it stands and loses nothing; the HTML is made of the same.
 */
export function resultMail(result: MailedResult): Mail {
  const words = /^\s*(?:de\b|german|deutsch)/i.test(result.language ?? '') ? GERMAN : ENGLISH
  const title = cleanText(result.title).replaceAll(/\s+/g, ' ').trim()
  return {
    to: [result.to],
    subject: words.subject(title),
    text: textOf(words, title, result),
    html: htmlOf(words, title, result),
    files: [],
  }
}

const RULE = '-'.repeat(40)

function textOf(words: Words, title: string, { to, markdown, payment }: MailedResult): string {
  const pay = payment === null ? [] : [`${words.pay(formatMoney(payment.amount))}\n${payment.url}`]
  const result = cleanText(markdown).trim()
  const parts = [words.greeting(nameOf(to)), words.opening(title), RULE, result, RULE, ...pay, words.thanks]
  return `${parts.join('\n\n')}\n`
}

function htmlOf(words: Words, title: string, { to, markdown, payment }: MailedResult): string {
  const line = (text: string): string => `<p dir="auto">${escapeHtml(text)}</p>`
  const pay = payment === null ? [] : [payLine(words, payment)]
  const body = [
    line(words.greeting(nameOf(to))),
    line(words.opening(title)),
    '<hr>',
    markdownToHtml(markdown),
    '<hr>',
    ...pay,
    line(words.thanks),
  ].join('\n')
  const head = `<meta charset="utf-8"><title>${escapeHtml(words.subject(title))}</title>`
  return `<!doctype html>\n<html lang="${words.lang}"><head>${head}</head>\n<body style="${STYLE}">\n${body}\n</body></html>\n`
}

const STYLE = 'font-family:sans-serif;line-height:1.5;max-width:46em;overflow-wrap:anywhere'

function payLine(words: Words, { amount, url }: NonNullable<MailedResult['payment']>): string {
  const address = escapeHtml(url)
  return `<p dir="auto">${escapeHtml(words.pay(formatMoney(amount)))}<br><a href="${address}">${address}</a></p>`
}

function nameOf({ name }: Correspondent): string | null {
  const shown = cleanText(name ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return shown === '' ? null : shown
}
