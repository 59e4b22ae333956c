/** Markup that escapes what is put into it. */

/** Markup that is safe to send; made by {@link html} only. */
export interface Html {
  readonly markup: string
}

/** What may stand in a template: text is escaped, markup and lists of markup are not escaped again. */
export type HtmlPart = string | number | Html | readonly Html[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, character => ENTITIES[character] ?? character)
}

function markupOf(part: HtmlPart): string {
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  if ('markup' in part) return part.markup
  return part.map(item => item.markup).join('')
}

/** A template tag: literals are markup, values are escaped unless they are markup already. */
export function html(literals: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const pieces = literals.map((literal, index) => {
    const part = parts[index]
    return part === undefined ? literal : literal + markupOf(part)
  })
  return { markup: pieces.join('') }
}

/** A template tag for style sheets, which nothing is put into. */
export function css(literals: TemplateStringsArray): Html {
  return { markup: literals.join('') }
}
