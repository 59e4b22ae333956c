/** Verdicts that are forced or broken on purpose. */
import type { Malformation } from './behaviour.ts'
import { CRITERIA, verdictFor, type Criterion, type Mark, type Verdict } from './judge.ts'

const NAMES = [
  'clarity_coherence',
  'accuracy_relevance',
  'completeness',
  'professional_tone',
] as const satisfies readonly Criterion[]
const MOST = 100

/** The verdict with its points changed so that they sum to `total` (0 to 100). */
export function withTotal(verdict: Verdict, total: number): Verdict {
  let left = total - NAMES.reduce((sum, name) => sum + shareOf(name, total), 0)
  const give = (name: Criterion): Mark => {
    const extra = Math.min(left, CRITERIA[name] - shareOf(name, total))
    left -= extra
    return {
      reason: `Forced by the sandbox to a total of ${String(total)}.`,
      score: shareOf(name, total) + extra,
    }
  }
  const criteria = {
    clarity_coherence: give('clarity_coherence'),
    accuracy_relevance: give('accuracy_relevance'),
    completeness: give('completeness'),
    professional_tone: give('professional_tone'),
  }
  return { findings: verdict.findings, criteria, verdict: verdictFor(total) }
}

function shareOf(name: Criterion, total: number): number {
  return Math.floor((CRITERIA[name] * total) / MOST)
}

/** The verdict as text that cannot be used: cut off within the JSON, or with points out of range and a criterion missing. */
export function malformed(verdict: Verdict, how: Malformation): string {
  const text = JSON.stringify(verdict)
  if (how === 'broken-json') return text.slice(0, Math.floor(text.length * 0.6))
  const { clarity_coherence: clarity, accuracy_relevance: accuracy, completeness } = verdict.criteria
  const criteria = {
    clarity_coherence: { ...clarity, score: 31 },
    accuracy_relevance: accuracy,
    completeness,
  }
  return JSON.stringify({ ...verdict, criteria })
}
