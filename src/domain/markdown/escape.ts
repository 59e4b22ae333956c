/**
 * Stretches of inline Markdown that stay as they are written, whatever signs stand in them. Lengths are bounded so
 * that no text makes a reader try for ever.
 */
export const VERBATIM = {
  image: String.raw`!\[[^[\]]{0,1000}\]\([^()\s]{0,2000}(?:[ \t]+"[^"]{0,1000}")?\)`,
  /** `$$…$$`, `\(…\)`, `\[…\]`: formulas as models write them. Single dollars are prices more often. */
  dollars: String.raw`\$\$(?:[^$]|\$(?!\$)){1,2000}\$\$`,
  roundFormula: String.raw`\\\((?:[^\\]|\\(?!\))[\s\S]){1,2000}\\\)`,
  squareFormula: String.raw`\\\[(?:[^\\]|\\(?!\])[\s\S]){1,2000}\\\]`,
  html: String.raw`<!--[\s\S]{0,2000}?-->|<\/?[A-Za-z][A-Za-z0-9-]{0,60}(?:[ \t\n][^<>]{0,1000})?\/?>`,
} as const

/** How much of a text to escape: nothing, what may be read as something else, or all that can be. */
export type Escaping = 'none' | 'needed' | 'all'

/**
 * Escapes text of no style for inline Markdown. Round brackets, pipes and closing square brackets outside a link
 * are never escaped: they mean nothing alone, `\(` and `\]` are signs of formulas, and a table writes its own
 * pipes.
 */
export function escapeText(text: string, escaping: Escaping, inLink: boolean): string {
  switch (escaping) {
    case 'none':
      return text
    case 'needed':
      return text.replace(inLink ? NEEDED_IN_LINK : NEEDED, (signs, at: number) =>
        escapeSigns(text, signs, at),
      )
    case 'all':
      return text.replace(inLink ? ALL_IN_LINK : ALL, '\\$&')
  }
}

/** Stretches that are read verbatim come first, and stay; then signs that may be read as more than themselves. */
const VERBATIM_OR_SIGNS = [
  ...Object.values(VERBATIM),
  String.raw`\\(?=[!-/:-@[-\`{-~\n]|$)`,
  String.raw`[*_]+|~~+|\`|\](?=\(|$)|!(?=\[|$)|<(?=[A-Za-z/!])|\$(?=\$)`,
].join('|')
const NEEDED = new RegExp(VERBATIM_OR_SIGNS, 'g')
const NEEDED_IN_LINK = new RegExp(String.raw`${VERBATIM_OR_SIGNS}|[[\]]`, 'g')
const ALL = /[!-'*-/:-@[\\^-`{}~]/g
const ALL_IN_LINK = /[!-'*-/:-@[-`{}~]/g

function escapeSigns(text: string, signs: string, at: number): string {
  if (/^[!$\\<][^]/.test(signs)) return signs
  if (!/[*_]/.test(signs)) return signs.replace(/[\s\S]/g, '\\$&')
  const before = text.charAt(at - 1)
  const after = text.charAt(at + signs.length)
  const isLone = /\s/.test(before) && /\s/.test(after)
  const isInWord =
    signs.endsWith('_') && signs.startsWith('_') && /[A-Za-z0-9]/.test(before) && /[A-Za-z0-9]/.test(after)
  return isLone || isInWord ? signs : signs.replace(/[\s\S]/g, '\\$&')
}
