/** Characters that a reader does not see: what they may hide, and how they are shown. */

/**
 * White space, controls, and what Unicode calls default ignorable; and the blank of Braille, which is a symbol by
 * name. Written out, because asking Unicode's tables takes 20 ms at the first time.
 */
const UNSEEN =
  '\\s\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202f' +
  '\\u205f-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}'

const SEEN = new RegExp(`[^${UNSEEN}]`, 'u')
const AROUND = new RegExp(`^[${UNSEEN}]+|[${UNSEEN}]+$`, 'gu')

/** Whether a text says nothing, however long it is. */
export function isBlank(text: string): boolean {
  return !SEEN.test(text)
}

/** A name without what is not seen around it, and with what is hidden within it shown; empty where nothing is seen. */
export function nameOf(text: string): string {
  return isBlank(text) ? '' : shownText(text.replace(AROUND, keepJoined))
}

/** A variation selector or joiner at the end belongs to the character before it. */
function keepJoined(unseen: string, offset: number): string {
  return offset === 0
    ? ''
    : (/^(?:\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0020}-\u{e007f}])+/u.exec(unseen)?.[0] ?? '')
}

/**
 * One text as a terminal may be shown it: CR LF becomes LF, every other control character but tab and LF its
 * picture (ESC is `␛`), and what turns the direction of text, parts lines or hides in it its number (`<U+202E>`),
 * so that a text of a client or a model cannot control the terminal, and hides nothing.
 */
export function shownText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HIDDEN, pictureOf)
}

/**
 * Joiners and variation selectors are part of letters and emoji, and stay; so do the tags that make a flag of a
 * black one, which are matched first, whole.
 */
const HIDDEN =
  // oxlint-disable-next-line no-control-regex
  /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]+\u{e007f}|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

function pictureOf(hidden: string): string {
  const code = hidden.codePointAt(0) ?? 0
  if (code === 0x1f3f4) return hidden
  if (code >= 0xa0) return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
  if (code > 0x7f) return '\ufffd'
  return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code)
}
