/** Notion refuses longer addresses. */
const MAX_URL_LENGTH = 2000

const WEB = /^https?:\/\/([A-Za-z0-9.-]+)(?::\d{1,5})?(?:[/?#][\w\-.~:/?#@!$&'()*+,;=%]*)?$/
const MAIL = /^mailto:[\w.+-]+@[A-Za-z0-9.-]+$/

/**
 * Whether Notion takes an address as the target of a link. It answers 400 to relative ones and to those it
 * cannot read, and a whole delivery would fail with them, so this is stricter than Notion: http, https and
 * mailto, ASCII only, a host with a dot, at most 2,000 characters. Other links stay as the text they were
 * written as.
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
