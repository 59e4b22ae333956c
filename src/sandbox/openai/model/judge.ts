/** The stand-in judge: it takes points off for what it can measure, and names each deduction as a finding. */
import type { Brief } from './brief.ts'
import type { Directives } from './directives.ts'
import { lines, sentences, words } from './text.ts'

/** The four criteria with their most points. */
const CRITERIA = {
  clarity_coherence: 30,
  accuracy_relevance: 30,
  completeness: 20,
  professional_tone: 20,
}

type Criterion = keyof typeof CRITERIA

/** Something measured, and the points that it costs. */
interface Deduction {
  readonly criterion: Criterion
  readonly severity: 'major' | 'minor'
  readonly points: number
  readonly text: string
}

/** The judge's answer, in the order of the schema it is asked in. */
interface Verdict {
  readonly findings: readonly Omit<Deduction, 'points'>[]
  readonly criteria: Readonly<Record<Criterion, { readonly reason: string; readonly score: number }>>
  readonly verdict: 'accept' | 'revise' | 'reject'
}

/** The verdict as text, forced or malformed where a directive asks for that. The same for the same input, always. */
export function verdictText(brief: Brief, work: string, directives: Directives): string {
  const verdict = verdictOn(brief, work, directives.score)
  const text = JSON.stringify(verdict)
  if (!directives.asked.has('malformed-verdict')) return text
  if (directives.malformedAs === 'broken-json') return text.slice(0, Math.floor(text.length / 2))
  const { accuracy_relevance, completeness, clarity_coherence: clarity } = verdict.criteria
  const tooHigh = { ...clarity, score: CRITERIA.clarity_coherence + 1 }
  const criteria = { clarity_coherence: tooHigh, accuracy_relevance, completeness }
  return JSON.stringify({ ...verdict, criteria })
}

const READ_CHARACTERS = 200_000
const APPEAL = /\[sandbox:|\b(?:judge|reviewer|grader|evaluator)\b|\bignore\b.*\binstructions\b/iu

function verdictOn(brief: Brief, work: string, forcedTotal: number | undefined): Verdict {
  // Lines that try to move the score are not read.
  const read = work.slice(0, READ_CHARACTERS).split('\n')
  const text = read.filter(line => !APPEAL.test(line)).join('\n')
  const deductions = measure(brief, text)
  const mark = forcedTotal === undefined ? markBy(deductions) : markFor(forcedTotal)
  const criteria = {
    clarity_coherence: mark('clarity_coherence'),
    accuracy_relevance: mark('accuracy_relevance'),
    completeness: mark('completeness'),
    professional_tone: mark('professional_tone'),
  }
  const total = Object.values(criteria).reduce((sum, { score }) => sum + score, 0)
  const findings = deductions.map(({ criterion, severity, text: said }) => ({
    criterion,
    severity,
    text: said,
  }))
  return { findings, criteria, verdict: total >= 80 ? 'accept' : total >= 40 ? 'revise' : 'reject' }
}

type Mark = (criterion: Criterion) => Verdict['criteria'][Criterion]

function markBy(deductions: readonly Deduction[]): Mark {
  return criterion => {
    const lost = deductions.filter(deduction => deduction.criterion === criterion)
    // Clarity and tone are hardly measured: what nobody looked at gets no full marks.
    const most = /clarity|tone/.test(criterion) ? CRITERIA[criterion] - 1 : CRITERIA[criterion]
    const left = lost.reduce((sum, { points }) => sum - points, most)
    const reason = lost.map(({ text }) => text).join(' ') || 'Nothing measurable is wrong.'
    return { reason, score: Math.max(0, Math.round(left)) }
  }
}

/** Marks that sum to `total`; to be called for each criterion once, in their order. */
function markFor(total: number): Mark {
  const upTo = (most: number): number => Math.floor((most * total) / 100)
  let before = 0
  return criterion => {
    const score = upTo(before + CRITERIA[criterion]) - upTo(before)
    before += CRITERIA[criterion]
    return { reason: `Forced by the sandbox to a total of ${String(total)}.`, score }
  }
}

/** What was meant to be filled in. */
export const PLACEHOLDER = /\b(?:TODO|TBD|FIXME|lorem ipsum)\b|\[(?:insert|your|add)[^\]]*\]|\{\{[^}]*\}\}/giu
const SLANG = /\b(?:gonna|wanna|lol|omg|dude|crap|kinda|ain't)\b/giu
const SHOUTING = /\b\p{Lu}{5,}\b|!{2,}/gu
const NUMBER = /(?<![\w.])\d+(?:[.,]\d+)*/gu
const KEY_TERM = /^[\p{L}-]{6,}$|\d|^(?=.*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]).{2,}$/u
const MOST_TERMS = 40

function measure(brief: Brief, text: string): readonly Deduction[] {
  const deductions: Deduction[] = []
  const deduct =
    (criterion: Criterion) =>
    (points: number, said: string, severity: Deduction['severity'] = 'minor'): void => {
      if (points > 0) deductions.push({ criterion, severity, points, text: said })
    }
  const clarity = deduct('clarity_coherence')
  const accuracy = deduct('accuracy_relevance')
  const completeness = deduct('completeness')
  const tone = deduct('professional_tone')
  if (words(text).length === 0) {
    for (const from of [clarity, accuracy, completeness, tone]) from(30, 'There is no text.', 'major')
    return deductions
  }

  const unmet = brief.demands.filter(({ isMet }) => !isMet(text))
  for (const { label, weight } of unmet) {
    completeness((CRITERIA.completeness * weight) / sumOf(brief.demands), `Not met: ${label}.`, 'major')
  }
  const met = `${String(brief.demands.length - unmet.length)} of ${String(brief.demands.length)}`
  accuracy(Math.min(9, 1.5 * sumOf(unmet)), `Does ${met} things asked for.`)

  const keyTerms = new Set(words(brief.facts.join('\n')).filter(word => KEY_TERM.test(word)))
  const terms = [...keyTerms].slice(0, MOST_TERMS)
  const leftOut = terms.filter(term => !text.toLowerCase().includes(term))
  accuracy((18 * leftOut.length) / terms.length, `Leaves out: ${listed(leftOut)}.`)
  const invented = ownOf(text, NUMBER, brief)
  accuracy(Math.min(8, 2 * invented.length), `Figures of its own: ${listed(invented)}.`, 'major')

  const prose = lines(text).filter(line => !/^[|#]/.test(line))
  const said = prose.flatMap(sentences)
  const mean = words(prose.join('\n')).length / said.length
  clarity(mean > 34 ? 6 : mean > 24 ? 3 : 0, 'Sentences are long.')
  const long = said.map(sentence => sentence.replace(/^[-*\s]+/, '')).filter(({ length }) => length > 30)
  clarity(Math.min(6, 14 * (1 - new Set(long).size / long.length)), 'Sentences are repeated.')

  const placeholders = text.match(PLACEHOLDER) ?? []
  tone(4 * placeholders.length, `Unfilled placeholders: ${listed(placeholders)}.`, 'major')
  const shouting = ownOf(text, SHOUTING, brief)
  tone(2 * shouting.length, `Shouting: ${listed(shouting)}.`)
  const slang = text.match(SLANG) ?? []
  tone(3 * slang.length, `Slang: ${listed(slang)}.`)
  return deductions
}

function sumOf(demands: Brief['demands']): number {
  return demands.reduce((sum, { weight }) => sum + weight, 0)
}

/** What the text holds of a kind and the brief does not, each once. */
function ownOf(text: string, kind: RegExp, brief: Brief): readonly string[] {
  const given = new Set(brief.text.match(kind))
  return [...new Set(text.match(kind))].filter(found => !given.has(found))
}

function listed(items: readonly string[]): string {
  return items.slice(0, 8).join(', ')
}
