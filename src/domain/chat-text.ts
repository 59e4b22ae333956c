import { cutText } from './cut-text.ts'

/** The most that a chat message says, in UTF-16 units. */
export const LONGEST_MESSAGE = 4096

/** Any text as it may stand in a message with HTML markup. What is no character at all is replaced. */
export function chatMarkup(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\0', '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

/** A text as messages, in order: broken between lines where that can be, and never within what people see as one character. */
export function chatMessages(text: string, limit: number = LONGEST_MESSAGE): string[] {
  const messages: string[] = []
  let message = ''
  for (const line of text.split('\n').flatMap(whole => (whole === '' ? [''] : cutText(whole, limit)))) {
    const longer = message === '' ? line : `${message}\n${line}`
    if (longer.length <= limit) {
      message = longer
      continue
    }
    messages.push(message)
    message = line
  }
  return [...messages, message].filter(one => one.trim() !== '')
}
