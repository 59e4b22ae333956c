/** The demands of a brief: how each is found in a sentence, when a text meets it, and a part that would. */
import { capitalised, firstWords, lines, words } from './text.ts'

/** Something that a brief asks for explicitly. */
export interface Demand {
  /** Names it in a finding, by which a revision recognises it. */
  readonly label: string
  /** Its share in completeness against the other demands: what cannot be made up later weighs most. */
  readonly weight: number
  /** Whether the text does what is asked, as far as that can be measured. */
  readonly isMet: (text: string) => boolean
  /** A part that meets it, of the brief's own facts, beginning at `offset`; absent where it concerns the whole text. */
  readonly write?: (facts: readonly string[], offset: number) => string
}

const IMPERATIVE =
  /^(?:and |then |also )?(?:please|write|draft|create|prepare|compare|include|add|give|list|make|summari[sz]e|turn|convert|return|use|end|start|close|keep|mention|research|find|explain|produce|transcribe|format|translate|provide|propose|suggest|cite|quote|do not|avoid|sort|name|structure|present|bitte|schreib\w*|erstell\w*|verfass\w*|vergleich\w*|nenn\w*|fass\w*|verwend\w*)\b/iu
const WISH =
  /\b(?:please|must|should|we need|we want|i need|i would like|bitte|soll|sollte|muss|wir brauchen)\b|ください/iu

/** Whether a sentence says what to do, not how things are. */
export function isDemand(sentence: string): boolean {
  return IMPERATIVE.test(sentence) || WISH.test(sentence)
}

/** The demands in a brief's sentences, in their order, each once. */
export function findDemands(all: readonly string[], brief: string): readonly Demand[] {
  const found = all
    .filter(isDemand)
    .flatMap(sentence =>
      KINDS.flatMap(({ pattern, demands }) =>
        [...sentence.matchAll(pattern)].flatMap(([whole, ...parts]) => demands(whole, parts, brief)),
      ),
    )
  return [...new Map(found.map(demand => [demand.label.toLowerCase(), demand])).values()]
}

/** A kind of demand: what it looks like in a sentence, and what is meant by it. */
interface Kind {
  readonly pattern: RegExp
  readonly demands: (whole: string, parts: readonly string[], brief: string) => readonly Demand[]
}

const NUMBERS: readonly string[] =
  'two three four five six seven eight nine ten zwei drei vier fünf sechs sieben acht neun zehn'.split(' ')

const KINDS: readonly Kind[] = [
  {
    pattern: /\bJSON\b/g,
    demands: () => [{ label: 'valid JSON', weight: 3, isMet: isJson }],
  },
  {
    pattern: /\b(?:table|Tabelle)\b/giu,
    demands: () => [
      {
        label: 'a table',
        weight: 1,
        isMet: text => /^\|.*\|\s*\n\|[\s:|-]+\|/m.test(text),
        write: facts =>
          [['Point', 'Details'], ['---', '---'], ...facts.map(fact => [firstWords(fact, 4), fact])]
            .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '/')).join(' | ')} |`)
            .join('\n'),
      },
    ],
  },
  {
    pattern: /\b(?:sections?|headings?|Abschnitte?n?)\b[^:.]{0,40}:\s*([^.]+)/giu,
    demands: (_, [names = '']) =>
      // In a list with commas an "and" may belong to a name.
      names.split(names.includes(',') ? /,\s*(?:(?:and|und)\s)?/ : /\s(?:and|und)\s/).map(section),
  },
  {
    pattern: new RegExp(
      `(?<![\\p{L}\\d])(${NUMBERS.join('|')}|[2-9]|1[0-2])\\s(?:[\\p{L}-]+\\s){0,2}?(headlines|subject lines|taglines|bullet points|questions|tips|ideas|steps|options|benefits|takeaways|quotes|risks|Betreffzeilen|Überschriften|Stichpunkte|Fragen|Tipps|Vorteile|Schritte|Ideen|Zitate)(?!\\p{L})`,
      'giu',
    ),
    demands: (label, [amount = '', noun = '']) => {
      const place = NUMBERS.indexOf(amount.toLowerCase())
      const count = place < 0 ? Number(amount) : (place % 9) + 2
      const write: Demand['write'] = (facts, offset) =>
        `## ${capitalised(noun)}\n\n${bullets(cycled(facts, offset, count).map(fact => firstWords(fact, 9)))}`
      return [{ label, weight: 1, isMet: text => itemsUnder(text, noun.toLowerCase()) >= count, write }]
    },
  },
  {
    pattern:
      /(?<!\p{L})(?:recommendation|executive summary|summary|conclusion|call to action|timeline|next steps|FAQ|glossary|agenda|checklist|decisions|action items|subject line|introduction|Zusammenfassung|Fazit|Zeitplan|nächste Schritte|Betreffzeile|Empfehlung)(?!\p{L})/giu,
    demands: name => [section(capitalised(name))],
  },
  {
    pattern: /\b(?:mention|include|say|nenne|erwähn)[^"“„]*["“„]([^"”“]{3,80})["”“]/giu,
    demands: (_, [phrase = '']) => {
      const isMet = (text: string): boolean => text.toLowerCase().includes(phrase.toLowerCase())
      return [{ label: `the phrase "${phrase}"`, weight: 1, isMet, write: () => `${capitalised(phrase)}.` }]
    },
  },
  {
    pattern: /(?<!(?:at least|mindestens)\s)\b(\d{2,4})[\s-]*(?:words?|Wörtern?|Worte)\b/giu,
    demands: (label, [number]) => {
      // "About 200 words" may be some more.
      const most = Number(number) * 1.1
      return [{ label: `a length of ${label}`, weight: 1, isMet: text => words(text).length <= most }]
    },
  },
  {
    pattern:
      /\b(?:cite|with sources|name (?:your|the) sources?|published (?:study|studies|figures)|market size|Quellen(?:angaben)?)\b/giu,
    demands: (_whole, _parts, brief) => {
      const urls = brief.match(/https?:\/\/[^\s)>\]]+/g) ?? []
      const isMet = (text: string): boolean => urls.some(url => text.includes(url))
      const write = (): string =>
        '## Sources\n\nThe brief names no source, and the stand-in cannot look anything up: figures and quotations from outside are left out rather than invented.'
      return [{ label: 'figures or quotations with their sources', weight: 4, isMet, write }]
    },
  },
]

function section(given: string): Demand {
  const name = given.trim()
  return {
    label: `section "${name}"`,
    weight: 1,
    isMet: text => headings(text).some(heading => heading.includes(name.toLowerCase())),
    write: (facts, offset) => `## ${name}\n\n${cycled(facts, offset, Math.min(2, facts.length)).join(' ')}`,
  }
}

/** Whether the text is a JSON object or array, alone or in a fence. */
export function isJson(text: string): boolean {
  const inner = /^```(?:json)?\s*\n([\s\S]*?)\n```$/.exec(text.trim())?.[1] ?? text
  try {
    return typeof JSON.parse(inner) === 'object'
  } catch {
    return false
  }
}

/** `count` facts in their order from `offset`, from the first again after the last. */
function cycled(facts: readonly string[], offset: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => facts[(offset + index) % facts.length] ?? '')
}

/** A Markdown list. */
export function bullets(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n')
}

const HEADING = /^(?:#{1,6}\s|\*\*)/
const LIST_ITEM = /^(?:[-*•]|\d{1,2}[.)])\s+\S/

function headings(text: string): readonly string[] {
  return lines(text)
    .filter(line => HEADING.test(line))
    .map(line => line.toLowerCase())
}

/** The most list items in a row under a heading that names them. */
function itemsUnder(text: string, noun: string): number {
  let best = 0
  let run = 0
  let named = false
  for (const line of lines(text)) {
    if (HEADING.test(line)) {
      named = line.toLowerCase().includes(noun)
      run = 0
    } else if (named && LIST_ITEM.test(line)) {
      run += 1
      best = Math.max(best, run)
    }
  }
  return best
}
