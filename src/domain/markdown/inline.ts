import { linkify } from './bare-url.ts'
import { plainSpans, type Span } from './document.ts'
import { readSpans } from './inline-read.ts'
import { writeSpans, type WritePlace } from './inline-write.ts'

/**
 * Reads inline Markdown as what can be written back exactly: where no way of writing gives these styles again, the
 * text stays as it was written, marks and all. Real texts never get there; soups of marks do.
 */
export function readInline(raw: string, place: WritePlace): Span[] {
  const spans = readSpans(raw, place === 'cell' ? 'cell' : 'text')
  return writeSpans(spans, place) === null ? linkify(plainSpans(raw)) : spans
}
