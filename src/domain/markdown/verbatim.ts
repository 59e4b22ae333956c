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
