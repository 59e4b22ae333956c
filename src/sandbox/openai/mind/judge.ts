/** The stand-in judge: scores by measure, and says what is missing. */
import type { Brief } from './brief.ts'
import { weightOf, type Demand } from './demand.ts'
import { measure, type Measures } from './measures.ts'

/** The four criteria with their most points. */
export const CRITERIA = {
  clarity_coherence: 30,
  accuracy_relevance: 30,
  completeness: 20,
  professional_tone: 20,
} as const

/** A criterion's name. */
export type Criterion = keyof typeof CRITERIA

/** Something the judge found. */
interface Finding {
  readonly criterion: Criterion
  readonly severity: 'major' | 'minor'
  readonly text: string
}

/** Points with their reason. */
export interface Mark {
  readonly reason: string
  readonly score: number
}

/** The judge's answer, in the order of the schema it is asked in. */
export interface Verdict {
  readonly findings: readonly Finding[]
  readonly criteria: Readonly<Record<Criterion, Mark>>
  readonly verdict: 'accept' | 'revise' | 'reject'
}

/** Judges `work`: the same for the same brief and text, always. */
export function judge(brief: Brief, work: string): Verdict {
  const measures = measure(brief, work)
  const criteria = {
    clarity_coherence: clarity(measures),
    accuracy_relevance: accuracy(measures),
    completeness: completeness(measures, brief),
    professional_tone: tone(measures),
  }
  return { findings: findingsOf(measures), criteria, verdict: verdictFor(totalOf(criteria)) }
}

/** The sum of the four. */
function totalOf(criteria: Verdict['criteria']): number {
  return Object.values(criteria).reduce((sum, { score }) => sum + score, 0)
}

/** The word that goes with a total. */
export function verdictFor(total: number): Verdict['verdict'] {
  if (total >= 80) return 'accept'
  return total >= 40 ? 'revise' : 'reject'
}

function clarity(measures: Measures): Mark {
  const long = measures.meanSentenceWords > 34 ? 6 : measures.meanSentenceWords > 24 ? 3 : 0
  const lost = long + (measures.isUnstructured ? 6 : 0) + Math.min(6, measures.repeated * 14)
  const reason = `Sentences have ${measures.meanSentenceWords.toFixed(0)} words on average; ${percent(measures.repeated)} of them are repeated.`
  return mark(CRITERIA.clarity_coherence, 1 + lost, measures, reason)
}

function accuracy(measures: Measures): Mark {
  const noSources = measures.unmet.some(({ type }) => type === 'sources')
  const lost =
    (1 - measures.coverage) * 18 +
    Math.min(8, measures.inventedNumbers.length * 2) +
    Math.min(9, measures.unmet.length * 1.5) +
    (noSources ? 8 : 0)
  const reason = `It takes up ${percent(measures.coverage)} of the brief's key terms; ${String(measures.inventedNumbers.length)} of its figures are not in the brief.`
  return mark(CRITERIA.accuracy_relevance, lost, measures, reason)
}

function completeness(measures: Measures, brief: Brief): Mark {
  const all = sumOf(brief.demands)
  const missed = sumOf(measures.unmet)
  const share = all === 0 ? (1 - measures.coverage) / 2 : missed / all
  const reason =
    all === 0
      ? 'The brief makes no explicit demands; measured by what it takes up.'
      : `${String(brief.demands.length - measures.unmet.length)} of ${String(brief.demands.length)} explicit demands are met.`
  return mark(CRITERIA.completeness, share * CRITERIA.completeness, measures, reason)
}

function tone(measures: Measures): Mark {
  const slips = measures.placeholders.length * 4 + measures.shouting.length * 2 + measures.slang.length * 3
  const reason = slips === 0 ? 'Plain and businesslike.' : 'Placeholders, shouting or slang disturb it.'
  return mark(CRITERIA.professional_tone, 1 + slips, measures, reason)
}

function mark(most: number, lost: number, measures: Measures, reason: string): Mark {
  // An empty text has no qualities: it may not keep points for the faults it does not have.
  if (measures.wordCount === 0) return { reason: 'There is no text.', score: 0 }
  return { reason, score: Math.max(0, Math.min(most, Math.round(most - lost))) }
}

function findingsOf(measures: Measures): readonly Finding[] {
  const demands = measures.unmet.map(demand => demandFinding(demand, measures))
  return [...demands, ...qualityFindings(measures)]
}

function demandFinding(demand: Demand, measures: Measures): Finding {
  if (demand.type === 'length') {
    const text = `Not met: ${demand.label} (it has ${String(measures.wordCount)} words).`
    return { criterion: 'completeness', severity: 'minor', text }
  }
  return {
    criterion: demand.type === 'sources' ? 'accuracy_relevance' : 'completeness',
    severity: 'major',
    text: `Missing: ${demand.label}.`,
  }
}

const LISTED_TERMS = 8

function qualityFindings(measures: Measures): readonly Finding[] {
  const found: Finding[] = []
  const add = (criterion: Criterion, severity: Finding['severity'], text: string, is: boolean): void => {
    if (is) found.push({ criterion, severity, text })
  }
  const leftOut = measures.missingTerms.slice(0, LISTED_TERMS).join(', ')
  add('accuracy_relevance', 'minor', `Leaves out from the brief: ${leftOut}.`, measures.coverage < 0.9)
  const numbers = measures.inventedNumbers.slice(0, LISTED_TERMS).join(', ')
  add('accuracy_relevance', 'major', `Figures that are not in the brief: ${numbers}.`, numbers !== '')
  add('clarity_coherence', 'minor', 'No headings or lists divide the text.', measures.isUnstructured)
  add('clarity_coherence', 'minor', 'Sentences are long.', measures.meanSentenceWords > 24)
  add('clarity_coherence', 'minor', 'Sentences are repeated.', measures.repeated > 0.15)
  add(
    'professional_tone',
    'major',
    `Unfilled placeholders: ${measures.placeholders.join(', ')}.`,
    measures.placeholders.length > 0,
  )
  add(
    'professional_tone',
    'minor',
    `Shouting: ${measures.shouting.join(', ')}.`,
    measures.shouting.length > 0,
  )
  add('professional_tone', 'minor', `Slang: ${measures.slang.join(', ')}.`, measures.slang.length > 0)
  return found
}

function sumOf(demands: readonly Demand[]): number {
  return demands.reduce((sum, demand) => sum + weightOf(demand), 0)
}

function percent(ratio: number): string {
  return `${String(Math.round(ratio * 100))} %`
}
