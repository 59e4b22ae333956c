/** Finding the demands of a brief, by patterns of English and German. */
import type { Demand } from './demand.ts'
import { capitalised } from './text.ts'

const IMPERATIVE =
  /^(?:and |then |also |finally,? )?(?:please|write|draft|create|prepare|compare|include|add|give|list|make|summari[sz]e|turn|convert|return|use|end|start|close|open|keep|mention|finish|research|find|explain|produce|clean|transcribe|format|put|translate|compose|provide|propose|suggest|analy[sz]e|cite|quote|do not|don't|avoid|sort|name|mark|structure|present|bitte|schreib\w*|erstell\w*|verfass\w*|vergleich\w*|füg\w*|nenn\w*|fass\w*|formulier\w*|halt\w*|verwend\w*|gib|list\w*|beend\w*|beginn\w*)\b/iu
const WISH =
  /\b(?:please|must|should|we need|we want|i need|i want|we would like|i would like|i'd like|bitte|soll|sollte|sollten|muss|müssen|wir brauchen|wir möchten|ich brauche)\b/iu

/** True for a sentence that says what to do, not how things are. */
export function isDemand(sentence: string): boolean {
  return IMPERATIVE.test(sentence) || WISH.test(sentence)
}

/** The demands in these sentences, in their order, each once. */
export function findDemands(sentences: readonly string[]): readonly Demand[] {
  const found = sentences.filter(isDemand).flatMap(sentence => FINDERS.flatMap(find => find(sentence)))
  const byLabel = new Map(found.map(demand => [demand.label.toLowerCase(), demand]))
  const demands = [...byLabel.values()]
  return demands.filter(demand => !isCovered(demand, demands))
}

/** A count of something makes the bare section of that name superfluous. */
function isCovered(demand: Demand, all: readonly Demand[]): boolean {
  if (demand.type !== 'section') return false
  return all.some(other => other.type === 'count' && other.name.toLowerCase() === demand.name.toLowerCase())
}

const FINDERS: readonly ((sentence: string) => readonly Demand[])[] = [
  jsonDemand,
  compareDemand,
  tableDemand,
  namedSections,
  countDemands,
  partDemands,
  phraseDemands,
  lengthDemand,
  sourcesDemand,
]

function jsonDemand(sentence: string): readonly Demand[] {
  return /\bJSON\b/.test(sentence) ? [{ type: 'json', label: 'valid JSON' }] : []
}

function compareDemand(sentence: string): readonly Demand[] {
  const given =
    /\b(?:compar(?:e|ing|ison of)|vergleiche?n?(?: Sie)?)\s+([^.:;()]+?)(?=\s(?:for|für|by|nach|in|as)\s|[.:;()]|$)/iu.exec(
      sentence,
    )?.[1]
  const items = splitList(given ?? '').filter(item => /^[\p{Lu}\d]/u.test(item))
  return items.length < 2 ? [] : [{ type: 'compare', label: `comparison of ${items.join(', ')}`, items }]
}

function tableDemand(sentence: string): readonly Demand[] {
  return /\b(?:table|Tabelle)\b|表/iu.test(sentence) ? [{ type: 'table', label: 'a table' }] : []
}

function namedSections(sentence: string): readonly Demand[] {
  const given = /\b(?:sections?|headings?|chapters?|Abschnitte?n?)\b[^:.\n]{0,40}:\s*([^.\n]+)/iu.exec(
    sentence,
  )?.[1]
  // In a list with commas an "and" may belong to a name.
  const names = given?.includes(',') === true ? given.split(',').flatMap(splitOnce) : splitList(given ?? '')
  return names.map(name => ({ type: 'section', label: `section "${name}"`, name }))
}

const NUMBERS: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  zwei: 2,
  drei: 3,
  vier: 4,
  fünf: 5,
  sechs: 6,
  sieben: 7,
  acht: 8,
  neun: 9,
  zehn: 10,
}
const NOUNS =
  'headlines|subject lines|taglines|bullet points|questions|tips|ideas|steps|posts|captions|options|names|hashtags|action items|benefits|takeaways|objections|recommendations|quotes|risks|slogans|Betreffzeilen|Überschriften|Stichpunkte|Fragen|Tipps|Vorteile|Schritte|Ideen|Zitate'
const COUNT = new RegExp(
  `(?<![\\p{L}\\d])(${Object.keys(NUMBERS).join('|')}|\\d{1,2})\\s+((?:[\\p{L}-]+\\s){0,2}?)(${NOUNS})(?![\\p{L}])`,
  'giu',
)

function countDemands(sentence: string): readonly Demand[] {
  return [...sentence.matchAll(COUNT)].flatMap(
    ([whole, amount = '', adjectives = '', noun = '']): readonly Demand[] => {
      const count = NUMBERS[amount.toLowerCase()] ?? Number(amount)
      if (count < 2 || count > 12) return []
      return [{ type: 'count', label: whole, count, noun, name: capitalised(`${adjectives}${noun}`.trim()) }]
    },
  )
}

const PARTS =
  'recommendation|executive summary|summary|conclusion|call to action|timeline|next steps|FAQ|glossary|budget|agenda|checklist|decisions|action items|subject line|introduction|key dates|Zusammenfassung|Fazit|Handlungsaufforderung|Zeitplan|nächste Schritte|Betreffzeile|Empfehlung'
const PART = new RegExp(`(?<![\\p{L}\\d])(${PARTS})(?![\\p{L}])`, 'giu')

function partDemands(sentence: string): readonly Demand[] {
  const names = [...sentence.matchAll(PART)].map(([, name = '']) => capitalised(name))
  return names.map(name => ({ type: 'section', label: `section "${name}"`, name }))
}

function phraseDemands(sentence: string): readonly Demand[] {
  const phrases = /\b(?:mention|include|say|nenne|erwähn)/iu.test(sentence)
    ? sentence.matchAll(/["“„]([^"”“]{3,80})["”“]/gu)
    : []
  return [...phrases].map(([, phrase = '']) => ({ type: 'phrase', label: `the phrase "${phrase}"`, phrase }))
}

const LENGTH =
  /(?:(at most|no more than|max(?:imum)?(?: of)?|under|up to|fewer than|below|within|höchstens|maximal)|(at least|mindestens)|(about|around|approximately|roughly|circa|ca\.|etwa|rund))?\s*(?<![\d-])(\d{2,4})(?:\s*(?:to|-|–|bis)\s*(\d{2,4}))?[\s-]*(?:words?|Wörtern?|Worte)\b/iu

function lengthDemand(sentence: string): readonly Demand[] {
  const [whole, most, least, , first, second] = LENGTH.exec(sentence) ?? []
  if (whole === undefined) return []
  const amount = Number(first)
  return [{ type: 'length', label: `a length of ${whole.trim()}`, ...bounds(amount, second, most, least) }]
}

function bounds(
  amount: number,
  second: string | undefined,
  most: string | undefined,
  least: string | undefined,
): { min: number; max: number } {
  if (second !== undefined) return { min: amount * 0.85, max: Number(second) * 1.15 }
  if (most !== undefined) return { min: 0, max: amount }
  if (least !== undefined) return { min: amount, max: Number.MAX_SAFE_INTEGER }
  return { min: amount * 0.6, max: amount * 1.3 }
}

const SOURCES =
  /\b(?:cite|citing|with sources|name (?:your|the) sources?|links? to (?:the )?(?:source|stud)|statistics from|figures from|quotes? from|published (?:study|studies|figures|research)|latest (?:market )?(?:figures|data|statistics)|market size|Quellen(?:angaben)?|aktuelle (?:Marktzahlen|Statistiken))\b/iu

function sourcesDemand(sentence: string): readonly Demand[] {
  return SOURCES.test(sentence)
    ? [{ type: 'sources', label: 'figures or quotations with their sources' }]
    : []
}

/** One item of a list with commas, cleaned. */
function splitOnce(item: string): readonly string[] {
  const name = item
    .trim()
    .replace(/^(?:and|und)\s+/iu, '')
    .replaceAll(/["“”„.]+/gu, '')
    .trim()
  return name === '' ? [] : [name]
}

function splitList(text: string): readonly string[] {
  return text
    .split(/,\s*|\s+(?:and|und|vs\.?|with|or)\s+|、/u)
    .map(item =>
      item
        .replace(/^(?:and|und|the|die|der|das)\s+/iu, '')
        .replace(/["“”„.]+/gu, '')
        .trim(),
    )
    .filter(item => item !== '' && item.length <= 60)
}
