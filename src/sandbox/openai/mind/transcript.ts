/** Finding who said what. */

/** One turn of a conversation; `line` is the line as it stands in the brief. */
export interface Utterance {
  readonly line: string
  readonly at: string | undefined
  readonly speaker: string
  readonly said: string
}

const TURN =
  /^(?:\[?(\d{1,2}:\d{2}(?::\d{2})?)\]?\s+)?(\p{Lu}[\p{L}.'’-]*(?:\s\p{Lu}[\p{L}.'’-]*){0,2}):\s+(\S.+)$/u
const FEWEST_TURNS = 4

/** The turns of a conversation, or none: a few lines of `Key: value` are no conversation, and no speaker speaks only once. */
export function findTranscript(text: string): readonly Utterance[] {
  const turns = text.split(/\r?\n/).flatMap(raw => {
    const line = raw.trim()
    const [, at, speaker = '', said = ''] = TURN.exec(line) ?? []
    return speaker === '' ? [] : [{ line, at, speaker, said }]
  })
  const speakers = new Set(turns.map(({ speaker }) => speaker))
  return turns.length >= FEWEST_TURNS && speakers.size * 2 <= turns.length ? turns : []
}

const FILLER = /(?:^|(?<=[\s,.]))(?:um+|uh+|erm+|you know|i mean|sort of|kind of|ähm?|äh)\b,?\s*/giu

/** What was said, without the noises of speaking. */
export function cleaned(said: string): string {
  const text = said
    .replaceAll(FILLER, '')
    .replaceAll(/\s{2,}/g, ' ')
    .replaceAll(/\s+([,.!?])/g, '$1')
    .trim()
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}
