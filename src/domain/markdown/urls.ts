import { joinSpans, sameSpans, type Span } from './document.ts'

/** Longer addresses are refused by some of the services that texts go to. */
const MAX_URL_LENGTH = 2000

const WEB = /^https?:\/\/([A-Za-z0-9.-]+)(?::\d{1,5})?(?:[/?#][\w\-.~:/?#@!$&'()*+,;=%]*)?$/
const MAIL = /^mailto:[\w.+-]+@[A-Za-z0-9.-]+$/

/**
 * Whether an address may be the target of a link: http, https and mailto, ASCII only, a host with a dot, at most
 * 2,000 characters. Strict, because a service that cannot read one address may refuse the whole text. Other links
 * stay as the text they were written as.
 */
export function isLinkUrl(url: string): boolean {
  if (url.length > MAX_URL_LENGTH || !URL.canParse(url)) return false
  const host = WEB.exec(url)?.[1]
  return host === undefined ? MAIL.test(url) : isHost(host)
}

function isHost(host: string): boolean {
  const labels = host.split('.')
  return (
    labels.length > 1 && labels.every(label => label !== '' && !label.startsWith('-') && !label.endsWith('-'))
  )
}

/** `#part`, `/a/b`, `./c.md` or `docs/c.md`: a place within what the text was written for, and nowhere for its reader. */
export function isRelativeUrl(url: string): boolean {
  if (url.startsWith('//')) return false
  return /^(?:[#?/]|\.\.?\/)/.test(url) || /^[\w%~-][\w.%~-]{0,200}(?:\/|\.[a-z]\w{0,9}(?:[?#]|$))/i.test(url)
}

/**
 * The web address that begins at a place of a text (GFM's extended autolinks): not in the middle of a word, without
 * the punctuation of the sentence around it. `before` is the text in front of it. Null where there is none.
 */
export function bareUrlAt(text: string, at: number, before: string): string | null {
  if (/[\p{L}\p{N}_]$/u.test(before.slice(-2))) return null
  const bareUrl = /https?:\/\/[\p{L}\p{N}\p{M}\-.~_:/?#@!$&'()*+,;=%]{1,2000}/uy
  bareUrl.lastIndex = at
  const found = bareUrl.exec(text)
  const url = found === null ? '' : trimUrl(found[0])
  return isLinkUrl(url) ? url : null
}

/**
 * A text in which all bare addresses are links: Markdown cannot say that one is none, and people click on them.
 * Joined; doing it again changes nothing more.
 */
export function linkify(spans: readonly Span[]): Span[] {
  let linked = joinSpans(spans)
  for (;;) {
    const more = joinSpans(linked.flatMap((span, index) => linkSpan(span, linked[index - 1])))
    if (sameSpans(more, linked)) return linked
    linked = more
  }
}

function linkSpan(span: Span, previous: Span | undefined): Span[] {
  if (span.code || span.link !== null || !span.text.includes('://')) return [span]
  const { text } = span
  const parts: Span[] = []
  let done = 0
  for (const { index } of text.matchAll(/https?:\/\//g)) {
    if (index < done) continue
    const url = bareUrlAt(text, index, index === 0 ? (previous?.text ?? '') : text.slice(0, index))
    if (url === null) continue
    parts.push({ ...span, text: text.slice(done, index) }, { ...span, text: url, link: url })
    done = index + url.length
  }
  return [...parts, { ...span, text: text.slice(done) }]
}

function trimUrl(found: string): string {
  let url = found
  for (;;) {
    const shorter = url.replace(/[?!.,:;*_~'$&]+$/, '')
    // A closing bracket belongs to the sentence unless it was opened inside the address.
    const isUnbalanced = shorter.endsWith(')') && count(shorter, ')') > count(shorter, '(')
    const next = isUnbalanced ? shorter.slice(0, -1) : shorter
    if (next === url) return url
    url = next
  }
}

function count(text: string, char: string): number {
  return text.split(char).length - 1
}
