/**
 * The rubric (SPEC §8): four criteria whose points add up to 100. Weights, wording and anchors are data; a
 * digest of it is kept with every score, so a change of wording shows in the receipts.
 */
export const RUBRIC = {
  clarity_coherence: {
    title: 'Clarity & coherence',
    points: 30,
    full: 'reads in one go; each part follows from the one before; nothing has to be read twice',
    half: 'understandable, but jumps, repeats itself or buries the point',
    none: 'hard to follow, or not prose a client could use',
  },
  accuracy_relevance: {
    title: 'Accuracy & relevance',
    points: 30,
    full: 'answers this brief; every figure and name agrees with it; nothing is made up',
    half: 'on the subject, with unsupported claims or detours',
    none: 'contradicts the brief, invents facts, or is about something else',
  },
  completeness: {
    title: 'Completeness',
    points: 20,
    full: 'everything the brief asks for is there, in the number and form it asks for',
    half: 'the main thing is there, asked-for parts are missing or thin',
    none: 'most of what was asked for is missing',
  },
  professional_tone: {
    title: 'Professional tone',
    points: 20,
    full: 'could go to the client as it is',
    half: 'needs an edit for tone, filler or form',
    none: 'would embarrass the sender',
  },
} as const satisfies Record<
  string,
  { title: string; points: number; full: string; half: string; none: string }
>

/** A name in {@link RUBRIC}. */
export type Criterion = keyof typeof RUBRIC

/** In the order that people read them. */
export const CRITERIA = [
  'clarity_coherence',
  'accuracy_relevance',
  'completeness',
  'professional_tone',
] as const satisfies readonly Criterion[]

/** Points given for each criterion, integers from 0 to the criterion's maximum. */
export type CriterionScores = Readonly<Record<Criterion, number>>

/** The score of a work, 0–100: the sum of its criteria, computed here and never taken from a judge. */
export function totalScore(scores: CriterionScores): number {
  return CRITERIA.reduce((sum, criterion) => sum + scores[criterion], 0)
}

/** One fault that a judge or a check found; goes to the revision as it is. */
export interface Finding {
  /** A criterion of the rubric, the name of a deterministic check, or `operator` for a returned work. */
  readonly source: string
  readonly severity: 'major' | 'minor'
  readonly text: string
}

/** Whether a QA Target can be used: a number from 1 to 100, with or without decimals (SPEC §8). */
export function isValidTarget(target: number): boolean {
  return Number.isFinite(target) && target >= 1 && target <= 100
}
