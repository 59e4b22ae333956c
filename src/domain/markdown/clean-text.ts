/**
 * Text as Notion can store it and JSON can carry it, the one place where characters are replaced:
 * CR LF and CR become LF; a control character other than tab and LF becomes its visible picture (NUL is `␀`,
 * ESC is `␛`), because Notion's database refuses NUL and shows nothing for the others; half of a surrogate pair
 * becomes U+FFFD. Every other character stays, and cleaning twice changes nothing more.
 */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(CONTROL, pictureOf).toWellFormed()
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g

function pictureOf(control: string): string {
  const code = control.charCodeAt(0)
  return code === 0x7f ? '␡' : String.fromCharCode(0x2400 + code)
}
