import { CRITERIA, RUBRIC, type Criterion, type CriterionScores, type Finding } from './rubric.ts'

/** What a judge said about one work. The score is not part of it: it is computed from `scores`. */
export interface Verdict {
  readonly scores: CriterionScores
  readonly reasons: Readonly<Record<Criterion, string>>
  readonly findings: readonly Finding[]
  /** The judge's own word; kept for calibration, decides nothing. */
  readonly opinion: string
}

/**
 * The JSON schema a judge must answer in. Findings and reasons come before the numbers, so that the
 * numbers follow from them. Legal for strict structured outputs: every property required, none added.
 */
export const VERDICT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['findings', 'criteria', 'verdict'],
  properties: {
    findings: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['criterion', 'severity', 'text'],
        properties: {
          criterion: { type: 'string', enum: [...CRITERIA] },
          severity: { type: 'string', enum: ['major', 'minor'] },
          text: { type: 'string' },
        },
      },
    },
    criteria: {
      type: 'object',
      additionalProperties: false,
      required: [...CRITERIA],
      properties: Object.fromEntries(
        CRITERIA.map(criterion => [
          criterion,
          {
            type: 'object',
            additionalProperties: false,
            required: ['reason', 'score'],
            properties: {
              reason: { type: 'string' },
              score: { type: 'integer', minimum: 0, maximum: RUBRIC[criterion].points },
            },
          },
        ]),
      ),
    },
    verdict: { type: 'string', enum: ['accept', 'revise', 'reject'] },
  },
}

/** A verdict, or the reason why the text is none. */
export type ParsedVerdict =
  { readonly ok: true; readonly verdict: Verdict } | { readonly ok: false; readonly why: string }

/**
 * Reads a judge's answer: JSON, bare or as `jsonIn` finds it (local servers wrap it). Anything missing,
 * out of range or of the wrong type makes it no verdict: it is never repaired into a pass or a zero.
 */
export function parseVerdict(text: string): ParsedVerdict {
  const json = jsonIn(text)
  if (!isObject(json)) return { ok: false, why: 'the answer is not a JSON object' }
  const criteria = json['criteria']
  if (!isObject(criteria)) return { ok: false, why: '"criteria" is missing' }
  for (const criterion of CRITERIA) {
    const why = flawOf(criterion, criteria[criterion])
    if (why !== null) return { ok: false, why }
  }
  const findings = parseFindings(json['findings'])
  if (findings === null) return { ok: false, why: '"findings" is not a list of findings' }
  return {
    ok: true,
    verdict: {
      scores: pick(criteria, part => Number(part['score'])),
      reasons: pick(criteria, part => textOf(part['reason'])),
      findings,
      opinion: textOf(json['verdict']),
    },
  }
}

function flawOf(criterion: Criterion, part: unknown): string | null {
  if (!isObject(part)) return `"${criterion}" is missing`
  const score = part['score']
  const most = RUBRIC[criterion].points
  if (typeof score !== 'number' || !Number.isInteger(score) || score < 0 || score > most) {
    return `"${criterion}" has no whole score from 0 to ${most}`
  }
  return null
}

function parseFindings(value: unknown): Finding[] | null {
  if (!Array.isArray(value)) return null
  const list: Finding[] = []
  for (const item of value) {
    if (!isObject(item) || typeof item['text'] !== 'string') return null
    list.push({
      source: textOf(item['criterion']) || 'judge',
      severity: item['severity'] === 'minor' ? 'minor' : 'major',
      text: item['text'],
    })
  }
  return list
}

function pick<T>(
  criteria: Record<string, unknown>,
  read: (part: Record<string, unknown>) => T,
): Record<Criterion, T> {
  const part = (criterion: Criterion): T => {
    const value = criteria[criterion]
    return read(isObject(value) ? value : {})
  }
  return {
    clarity_coherence: part('clarity_coherence'),
    accuracy_relevance: part('accuracy_relevance'),
    completeness: part('completeness'),
    professional_tone: part('professional_tone'),
  }
}

/**
 * The JSON of an answer: bare, in its only fence, or with words on one side of it. Local models think aloud first,
 * and words and fences may quote the work, which may quote a verdict: where it could be meant, there is none.
 */
function jsonIn(text: string): unknown {
  const said = text.replace(/^\s*<think>[^]*?<\/think>/, '').trim()
  const bare = parseJson(said)
  if (bare !== null) return bare
  const fences = [...said.matchAll(/```(?:json)?[^\S\n]*\n([\s\S]*?)\n\s*```/gi)]
  if (fences.length > 0) return fences.length === 1 ? parseJson(fences[0]?.[1] ?? '') : null
  return parseJson(said.slice(said.indexOf('{'))) ?? parseJson(said.slice(0, said.lastIndexOf('}') + 1))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
