/** What the stand-in judge measures in a text. */
import type { Brief } from './brief.ts'
import { isMet } from './met.ts'
import type { Demand } from './demand.ts'
import { coverage, keyTerms, missingTerms } from './terms.ts'
import { isListItem, lines, sentencesOf, words } from './text.ts'

/** Placeholders nobody filled in. */
export const PLACEHOLDER = String.raw`\b(?:TODO|TBD|FIXME|lorem ipsum|XXX+)\b|\[(?:insert|your|add)[^\]]*\]|<(?:insert|your)[^>]*>|\{\{[^}]*\}\}`

/** The measured properties. Ratios are 0 to 1. */
export interface Measures {
  readonly unmet: readonly Demand[]
  readonly wordCount: number
  readonly coverage: number
  readonly missingTerms: readonly string[]
  readonly inventedNumbers: readonly string[]
  readonly meanSentenceWords: number
  readonly repeated: number
  readonly isUnstructured: boolean
  readonly placeholders: readonly string[]
  readonly shouting: readonly string[]
  readonly slang: readonly string[]
}

const KEY_TERMS = 30
const UNSTRUCTURED_WORDS = 120
const SLANG = /\b(?:gonna|wanna|lol|omg|dude|crap|awesome sauce|kinda|ain't|yo|krass|geil)\b/giu

/** Measures `work` against `brief`; the same for the same two texts, always. Lines that address the judge are not read. */
export function measure(brief: Brief, work: string): Measures {
  const text = withoutAppeals(work)
  const terms = keyTerms(brief.material, KEY_TERMS)
  const prose = lines(text).filter(line => !line.startsWith('|') && !line.startsWith('#'))
  const sentences = prose.flatMap(sentencesOf)
  return {
    unmet: brief.demands.filter(demand => !isMet(demand, text, brief.text)),
    wordCount: words(text).length,
    coverage: coverage(terms, text),
    missingTerms: missingTerms(terms, text),
    inventedNumbers: inventedNumbers(brief.text, text),
    meanSentenceWords: sentences.length === 0 ? 0 : words(prose.join('\n')).length / sentences.length,
    repeated: repetition(sentences),
    isUnstructured:
      words(text).length > UNSTRUCTURED_WORDS &&
      !/^#{1,6}\s|^[[{]/m.test(text) &&
      !lines(text).some(isListItem),
    placeholders: text.match(new RegExp(PLACEHOLDER, 'giu')) ?? [],
    shouting: shouting(brief.text, text),
    slang: text.match(SLANG) ?? [],
  }
}

const APPEAL =
  /\[sandbox:|\b(?:dear|hey|hello|attention|note (?:to|for)|instructions? (?:to|for))\s+(?:the\s+)?(?:judge|reviewer|grader|evaluator)\b|\b(?:judge|reviewer|grader|evaluator)\b.{0,60}\b(?:give|award|score|rate|grant|100)\b|\b(?:ignore|disregard)\b.{0,40}\b(?:previous|above|all)\b.{0,20}\binstructions?\b/iu

/** The text without the lines that try to move the score. */
function withoutAppeals(work: string): string {
  return work
    .split('\n')
    .filter(line => !APPEAL.test(line))
    .join('\n')
    .trim()
}

function inventedNumbers(brief: string, text: string): readonly string[] {
  const known = new Set(brief.match(NUMBER))
  return [...new Set(text.match(NUMBER))].filter(number => !known.has(number))
}

const NUMBER = /(?<![\w.])\d+(?:[.,]\d+)*(?:%|(?=\D)|$)/gu

function repetition(sentences: readonly string[]): number {
  const long = sentences
    .map(sentence => sentence.replace(/^[-*\s]+/, ''))
    .filter(sentence => sentence.length > 30)
  return long.length === 0 ? 0 : 1 - new Set(long).size / long.length
}

function shouting(brief: string, text: string): readonly string[] {
  const loud = text.match(/\b\p{Lu}{5,}\b|!{2,}/gu) ?? []
  return [...new Set(loud)].filter(word => word.startsWith('!!') || !brief.includes(word))
}
