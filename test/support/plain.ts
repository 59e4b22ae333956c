/** Documents without colours, as in a pipe. */
import type { Document } from '../../src/kernel/document.ts'
import { PLAIN, printed } from '../../src/printers/text.ts'

/** The colours of a terminal that has none. */
export const PLAIN_PAINT = { out: PLAIN, err: PLAIN }

/** A document as text, as wide as it likes or broken to these columns. */
export function plainText(document: Document, columns = Infinity): string {
  return printed(document, { columns, paint: PLAIN, typed: text => text })
}
