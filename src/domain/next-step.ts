import { findPromptCut } from './prompt-cut.ts'
import type { Finding } from './rubric.ts'

/** What is known of one version of the work: the first draft or a revision. */
export interface OutputFacts {
  readonly id: string
  /** How the model ended it. */
  readonly finish: 'complete' | 'truncated' | 'refused' | 'empty'
  /** What the model said when it refused. */
  readonly refusal: string | null
  /** Findings of the deterministic checks, run when the output was committed. */
  readonly checkFindings: readonly Finding[]
  /** In order; `score` is null where the judge's answer was no verdict, and findings then say what stood against one. */
  readonly judgements: readonly { readonly score: number | null; readonly findings: readonly Finding[] }[]
  /** The operator's decision on this version, if there is one. */
  readonly decision: { readonly kind: 'approve' | 'return'; readonly note: string } | null
}

/** The rules of one run, settled when it was created. */
export interface QualityRules {
  /** 1–100. */
  readonly threshold: number
  /** A first score this near to the threshold, on either side, is judged a second time. */
  readonly band: number
  /** Automatic revisions before a person is asked; counted anew after each return. */
  readonly revisions: number
}

/** What to do with a run next. `rest` ends the work on it, for good or until a person decides. */
export type Step =
  | { readonly kind: 'generate' }
  | { readonly kind: 'judge'; readonly outputId: string }
  | { readonly kind: 'revise'; readonly outputId: string; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'rest'
      readonly state: 'done' | 'waiting_human' | 'failed_final'
      readonly reason: string
    }

/** Answers of a judge that are no verdict, for one version, before a person is asked (SPEC §8). */
const VERDICT_TRIES = 3

/**
 * Decides the next step from what is committed, and from nothing else: so a crash at any point resumes
 * where it was, and a stage that was committed is never paid for again.
 */
export function nextStep(outputs: readonly OutputFacts[], rules: QualityRules): Step {
  const latest = outputs.at(-1)
  if (latest === undefined) return { kind: 'generate' }
  if (latest.decision?.kind === 'approve') return rest('done', 'approved by the operator')
  if (latest.decision?.kind === 'return') {
    const text = latest.decision.note || 'returned without a note'
    return revise(latest, [{ source: 'operator', severity: 'major', text }])
  }
  if (latest.finish === 'refused') return afterRefusal(outputs, latest)
  // A revision would be asked for in a longer prompt yet.
  const cut = findPromptCut(latest.checkFindings)
  if (cut !== null) return rest('waiting_human', cut.text)
  if (latest.checkFindings.length > 0) {
    const why = latest.checkFindings.map(finding => finding.text).join('; ')
    return afterFailure(outputs, latest, rules, `failed checks: ${why}`)
  }
  return afterJudging(outputs, latest, rules)
}

/** The mean of the valid scores, unrounded; null where there is none. */
export function meanScore(judgements: readonly { readonly score: number | null }[]): number | null {
  const scores = judgements.flatMap(judgement => (judgement.score === null ? [] : [judgement.score]))
  return scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length
}

/** The newest version that is a text: a model that refuses to revise leaves the one before as it was. */
export function latestWork<T extends Pick<OutputFacts, 'finish'>>(outputs: readonly T[]): T | undefined {
  return outputs.findLast(output => output.finish !== 'refused')
}

function afterJudging(outputs: readonly OutputFacts[], latest: OutputFacts, rules: QualityRules): Step {
  const unread = latest.judgements.filter(judgement => judgement.score === null)
  const cut = findPromptCut(unread.flatMap(judgement => judgement.findings))
  if (cut !== null) return rest('waiting_human', `no verdict: ${cut.text}`)
  const valid = latest.judgements.filter(judgement => judgement.score !== null)
  const mean = meanScore(valid)
  const failedTries = unread.length
  if (mean === null) {
    return failedTries < VERDICT_TRIES
      ? { kind: 'judge', outputId: latest.id }
      : rest('waiting_human', `the judge gave no usable verdict in ${VERDICT_TRIES} tries`)
  }
  const inDoubt = valid.length === 1 && Math.abs(mean - rules.threshold) <= rules.band
  if (inDoubt && failedTries < VERDICT_TRIES) return { kind: 'judge', outputId: latest.id }
  const score = formatScore(mean)
  if (mean >= rules.threshold) return rest('done', `scored ${score}, needed ${rules.threshold}`)
  return afterFailure(outputs, latest, rules, `scored ${score}, needed ${rules.threshold}`)
}

function afterFailure(
  outputs: readonly OutputFacts[],
  latest: OutputFacts,
  rules: QualityRules,
  why: string,
): Step {
  const lastReturn = outputs.findLastIndex(output => output.decision?.kind === 'return')
  const revisionsUsed = outputs.length - (lastReturn === -1 ? 1 : lastReturn + 2)
  if (revisionsUsed >= rules.revisions) return rest('waiting_human', why)
  const judged = latest.judgements.flatMap(judgement => judgement.findings)
  return revise(latest, [...latest.checkFindings, ...judged])
}

function afterRefusal(outputs: readonly OutputFacts[], latest: OutputFacts): Step {
  const said = latest.refusal ?? 'no reason given'
  // A refused revision leaves an earlier text that a person can still judge; a refused first draft leaves none.
  return outputs.length > 1
    ? rest('waiting_human', `the model refused to revise: ${said}`)
    : rest('failed_final', `the model refused: ${said}`)
}

function revise(output: OutputFacts, findings: readonly Finding[]): Step {
  return { kind: 'revise', outputId: output.id, findings }
}

function rest(state: 'done' | 'waiting_human' | 'failed_final', reason: string): Step {
  return { kind: 'rest', state, reason }
}

/** A score as people read it: at most one decimal. */
export function formatScore(score: number): string {
  return String(Math.round(score * 10) / 10)
}
