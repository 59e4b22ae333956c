import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatScore,
  latestWork,
  meanScore,
  nextStep,
  type OutputFacts,
  type QualityRules,
  type Step,
} from '../../src/domain/next-step.ts'
import type { Finding } from '../../src/domain/rubric.ts'

const RULES: QualityRules = { threshold: 80, band: 2, revisions: 1 }
const SEED = { seed: 20_261_125 }
const FOUND: Finding = { source: 'completeness', severity: 'major', text: 'the price is missing' }
const CHECK: Finding = { source: 'banned_term', severity: 'major', text: 'uses "cheap"' }

let made = 0
function output(changes: Partial<OutputFacts> = {}): OutputFacts {
  made += 1
  return {
    id: `out_${String(made)}`,
    finish: 'complete',
    refusal: null,
    checkFindings: [],
    judgements: [],
    decision: null,
    ...changes,
  }
}

function judged(...scores: readonly (number | null)[]): OutputFacts {
  return output({ judgements: scores.map(score => ({ score, findings: score === null ? [] : [FOUND] })) })
}

const returned = { decision: { kind: 'return', note: 'shorter' } } as const
const approved = { decision: { kind: 'approve', note: '' } } as const
const refused = { finish: 'refused', refusal: 'no' } as const

test.each<[string, OutputFacts[], string]>([
  ['nothing yet', [], 'generate'],
  ['an unjudged draft', [output()], 'judge'],
  ['well above', [judged(90)], 'done'],
  ['the threshold, once', [judged(80)], 'judge'],
  ['the threshold, twice', [judged(80, 80)], 'done'],
  ['band above, once', [judged(82)], 'judge'],
  ['outside the band', [judged(82.5)], 'done'],
  ['band below, once', [judged(78)], 'judge'],
  ['below the band', [judged(77)], 'revise'],
  ['a mean just under', [judged(79, 80)], 'revise'],
  ['a mean at the threshold', [judged(78, 82)], 'done'],
  ['one malformed verdict', [judged(null)], 'judge'],
  ['two malformed verdicts', [judged(null, null)], 'judge'],
  ['three malformed verdicts', [judged(null, null, null)], 'waiting_human'],
  ['malformed, then good', [judged(null, 90)], 'done'],
  ['in doubt, the second malformed', [judged(80, null)], 'judge'],
  ['in doubt, and three malformed: the one score decides', [judged(80, null, null, null)], 'done'],
  ['in doubt below, and three malformed', [judged(79, null, null, null)], 'revise'],
  ['a revision that is unjudged', [judged(50), output()], 'judge'],
  ['a revision that fails', [judged(50), judged(60)], 'waiting_human'],
  ['a revision that passes', [judged(50), judged(95)], 'done'],
  ['failed checks', [output({ checkFindings: [CHECK] })], 'revise'],
  [
    'failed checks twice',
    [output({ checkFindings: [CHECK] }), output({ checkFindings: [CHECK] })],
    'waiting_human',
  ],
  [
    'failed checks weigh more than a score',
    [output({ checkFindings: [CHECK], judgements: [{ score: 100, findings: [] }] })],
    'revise',
  ],
  ['a refused draft', [output(refused)], 'failed_final'],
  ['a refused revision', [judged(50), output(refused)], 'waiting_human'],
  ['approved under the threshold', [output({ ...judged(10), ...approved })], 'done'],
  ['approved after malformed verdicts', [output({ ...judged(null, null, null), ...approved })], 'done'],
  ['returned', [output({ ...judged(60), ...returned })], 'revise'],
  ['returned although good', [output({ ...judged(99), ...returned })], 'revise'],
  ['returned, revised, unjudged', [judged(50), output({ ...judged(60), ...returned }), output()], 'judge'],
  [
    'returned, revised, bad: revisions count anew',
    [judged(50), output({ ...judged(60), ...returned }), judged(60)],
    'revise',
  ],
  [
    'and are used up again',
    [judged(50), output({ ...judged(60), ...returned }), judged(60), judged(60)],
    'waiting_human',
  ],
])('%s', (_, outputs, wanted) => {
  const step = nextStep(outputs, RULES)
  expect(step.kind === 'rest' ? step.state : step.kind).toBe(wanted)
})

test('no revisions allowed: a person is asked at once', () => {
  expect(nextStep([judged(50)], { ...RULES, revisions: 0 })).toMatchObject({
    kind: 'rest',
    state: 'waiting_human',
  })
})

test('a band of 0 still judges twice what is exactly at the threshold, and nothing else', () => {
  const rules = { ...RULES, band: 0 }
  expect(nextStep([judged(80)], rules).kind).toBe('judge')
  expect(nextStep([judged(79)], rules).kind).toBe('revise')
  expect(nextStep([judged(81)], rules)).toMatchObject({ state: 'done' })
})

test('a revision is told what the checks and the judges found, or what the operator wrote', () => {
  const both = output({ checkFindings: [CHECK], judgements: [{ score: 10, findings: [FOUND] }] })
  expect(nextStep([both], RULES)).toMatchObject({ findings: [CHECK, FOUND] })
  expect(nextStep([output({ ...judged(60), ...returned })], RULES)).toMatchObject({
    findings: [{ source: 'operator', severity: 'major', text: 'shorter' }],
  })
  const noNote = output({ decision: { kind: 'return', note: '' } })
  expect(nextStep([noNote], RULES)).toMatchObject({ findings: [{ text: 'returned without a note' }] })
})

test('reasons name the score and what it had to be, or the words of the refusal', () => {
  expect(nextStep([judged(90)], RULES)).toMatchObject({ reason: 'scored 90, needed 80' })
  expect(nextStep([judged(50), judged(79, 80)], RULES)).toMatchObject({ reason: 'scored 79.5, needed 80' })
  expect(nextStep([output(refused)], RULES)).toMatchObject({ reason: 'the model refused: no' })
  expect(nextStep([output({ ...refused, refusal: null })], RULES)).toMatchObject({
    reason: 'the model refused: no reason given',
  })
})

test('the work of a run is its newest version that is a text', () => {
  const draft = output()
  expect(latestWork([])).toBeUndefined()
  expect(latestWork([output(refused)])).toBeUndefined()
  expect(latestWork([draft, output(refused)])).toBe(draft)
  const truncated = output({ finish: 'truncated' })
  expect(latestWork([draft, truncated])).toBe(truncated)
})

test('a mean is of valid scores only, and there is none without one', () => {
  const of = (...scores: (number | null)[]): number | null => meanScore(scores.map(score => ({ score })))
  expect(of()).toBeNull()
  expect(of(null, null)).toBeNull()
  expect(of(null, 80)).toBe(80)
  expect(of(79, null, 80)).toBe(79.5)
  expect(of(0)).toBe(0)
  expect([79.96, 79.94, 80].map(formatScore)).toEqual(['80', '79.9', '80'])
})

/* What can come of each step, at random: the rules must get every history to rest. */

const finding = fc.record({
  source: fc.constantFrom('completeness', 'clarity_coherence'),
  severity: fc.constantFrom('major' as const, 'minor' as const),
  text: fc.string(),
})
const verdict = fc.record({
  score: fc.option(fc.integer({ min: 0, max: 100 }), { freq: 2 }),
  findings: fc.array(finding, { maxLength: 2 }),
})
const written = fc.record({
  finish: fc.constantFrom<OutputFacts['finish']>(
    'complete',
    'complete',
    'complete',
    'truncated',
    'refused',
    'empty',
  ),
  checkFindings: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.constant([CHECK]) },
  ),
})
const decided = fc.constantFrom('approve' as const, 'return' as const)
const rulesOf = fc.record({
  threshold: fc.double({ min: 1, max: 100, noNaN: true }),
  band: fc.double({ min: 0, max: 20, noNaN: true }),
  revisions: fc.integer({ min: 0, max: 5 }),
})
const chances = fc.infiniteStream(fc.record({ verdict, written, decided }))

interface Played {
  readonly outputs: OutputFacts[]
  readonly steps: number
  readonly decisions: number
  readonly ended: 'done' | 'failed_final' | 'waiting_human'
}

/** What the models and the operator would do next. */
interface Chance {
  readonly verdict: OutputFacts['judgements'][number]
  readonly written: Pick<OutputFacts, 'finish' | 'checkFindings'>
  readonly decided: 'approve' | 'return'
}

const MOST_STEPS = 1000

/** Plays a run to its end; the operator decides at most `patience` times. */
function play(rules: QualityRules, luck: Iterable<Chance>, patience: number): Played {
  const outputs: OutputFacts[] = []
  let decisions = 0
  let steps = 0
  for (const chance of luck) {
    const step = nextStep(outputs, rules)
    if (step.kind === 'rest' && (step.state !== 'waiting_human' || decisions >= patience)) {
      return { outputs, steps, decisions, ended: step.state }
    }
    if (step.kind === 'rest') decisions += 1
    take(step, outputs, chance)
    steps += 1
    if (steps > MOST_STEPS) break
  }
  throw new Error('it goes on for ever')
}

function take(step: Step, outputs: OutputFacts[], chance: Chance): void {
  if (step.kind === 'generate' || step.kind === 'revise') {
    outputs.push(output(chance.written))
    return
  }
  const latest = outputs.pop()
  if (latest === undefined || (step.kind === 'judge' && step.outputId !== latest.id)) {
    throw new Error('it judges or rests on what is not the newest version')
  }
  outputs.push(
    step.kind === 'judge'
      ? { ...latest, judgements: [...latest.judgements, chance.verdict] }
      : { ...latest, decision: { kind: chance.decided, note: '' } },
  )
}

test('every history comes to rest, after no more steps than its rules allow', () => {
  fc.assert(
    fc.property(rulesOf, chances, fc.integer({ min: 0, max: 3 }), (rules, luck, patience) => {
      const { steps, decisions } = play(rules, luck, patience)
      // A version is written once and judged at most five times; each decision opens one round more.
      const versions = (1 + rules.revisions) * (decisions + 1) + decisions
      expect(steps).toBeLessThanOrEqual(versions * 6 + decisions)
    }),
    SEED,
  )
})

test('never done under the threshold without an approval, nor on a malformed verdict, a refusal or failed checks', () => {
  fc.assert(
    fc.property(rulesOf, chances, fc.integer({ min: 0, max: 3 }), (rules, luck, patience) => {
      const { outputs, ended } = play(rules, luck, patience)
      const latest = outputs.at(-1)
      if (ended !== 'done' || latest?.decision?.kind === 'approve') return
      const scores = (latest?.judgements ?? []).flatMap(({ score }) => (score === null ? [] : [score]))
      expect(scores.length).toBeGreaterThan(0)
      expect(scores.reduce((sum, score) => sum + score, 0) / scores.length).toBeGreaterThanOrEqual(
        rules.threshold,
      )
      expect(latest?.checkFindings).toEqual([])
      expect(latest?.finish).not.toBe('refused')
    }),
    SEED,
  )
})

test('a run fails for good only by a first draft that was refused', () => {
  fc.assert(
    fc.property(rulesOf, chances, (rules, luck) => {
      const { outputs, ended } = play(rules, luck, 2)
      const refusedAtOnce = outputs.length === 1 && outputs[0]?.finish === 'refused'
      expect(ended === 'failed_final').toBe(refusedAtOnce)
    }),
    SEED,
  )
})

test('a malformed verdict changes no score: neither a pass nor a zero', () => {
  const scores = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 2 })
  fc.assert(
    fc.property(rulesOf, scores, fc.integer({ min: 0, max: 2 }), (rules, valid, nulls) => {
      const malformed = Array.from({ length: nulls }, () => null)
      const before = meanScore(valid.map(score => ({ score })))
      expect(meanScore([...malformed, ...valid].map(score => ({ score })))).toBe(before)
      const step = nextStep([judged(...malformed, ...valid)], rules)
      expect(step.kind).toBe(nextStep([judged(...valid)], rules).kind)
    }),
    SEED,
  )
})

test('what is next depends on nothing but what is committed', () => {
  fc.assert(
    fc.property(rulesOf, chances, (rules, luck) => {
      const { outputs } = play(rules, luck, 1)
      for (let length = 0; length <= outputs.length; length += 1) {
        const known = structuredClone(outputs.slice(0, length))
        expect(nextStep(known, rules)).toEqual(nextStep(outputs.slice(0, length), rules))
      }
    }),
    { ...SEED, numRuns: 30 },
  )
})

const CUT: Finding = { source: 'prompt_cut', severity: 'major', text: 'read only 2050 tokens' }

test('a draft of a prompt that was cut waits for a person: no revision mends it, no judge sees it', () => {
  const cut = output({ checkFindings: [CUT, CHECK] })
  expect(nextStep([cut], RULES)).toEqual({
    kind: 'rest',
    state: 'waiting_human',
    reason: 'read only 2050 tokens',
  })
  expect(nextStep([{ ...cut, ...approved }], RULES)).toMatchObject({ kind: 'rest', state: 'done' })
  expect(nextStep([{ ...cut, ...returned }], RULES)).toMatchObject({ kind: 'revise' })
})

test('a verdict on a prompt that was cut is none, and no second one is asked for, whatever the first said', () => {
  const unread = { score: null, findings: [CUT] }
  for (const judgements of [[unread], [{ score: 80, findings: [] }, unread]]) {
    expect(nextStep([output({ judgements })], RULES)).toEqual({
      kind: 'rest',
      state: 'waiting_human',
      reason: 'no verdict: read only 2050 tokens',
    })
  }
})

test('a judge that calls a finding of its own so decides nothing by it', () => {
  const judgements = [{ score: 95, findings: [CUT] }]
  expect(nextStep([output({ judgements })], RULES)).toMatchObject({ kind: 'rest', state: 'done' })
})
