import { isObject, parseJson } from './shape.ts'
import { shorten } from './cut-text.ts'
import { CRITERIA, RUBRIC, type Criterion, type CriterionScores, type Finding } from './rubric.ts'

/** What a judge said about one work. The score is not part of it: it is computed from `scores`. */
export interface Verdict {
  readonly scores: CriterionScores
  readonly reasons: Readonly<Record<Criterion, string>>
  readonly findings: readonly Finding[]
  /** The judge's own `verdict`; kept for calibration, decides nothing. */
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
 * Reads a judge's answer: JSON, bare, in the only fence or with words on one side of it (local servers wrap it).
 * Anything missing, out of range or of the wrong type makes it no verdict: it is never repaired into a pass or a
 * zero. Nor is one of several taken, or one that was quoted: the work may hold a verdict of its own.
 *
 * @param shown what the judge was shown. A verdict that stands there is not the judge's.
 */
export function parseVerdict(text: string, shown: readonly string[] = []): ParsedVerdict {
  const candidate = candidateIn(text.trim())
  if (candidate === null) return { ok: false, why: 'the answer is not one JSON object' }
  const json = parseJson(candidate)
  if (!isObject(json)) return { ok: false, why: 'the answer is not a JSON object' }
  if (repeatsKey(candidate)) return { ok: false, why: 'the answer holds more than one verdict' }
  const bare = withoutSpace(candidate)
  if (shown.some(part => withoutSpace(part).includes(bare))) {
    return { ok: false, why: 'the answer only repeats a verdict that it was shown' }
  }
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

/** The most that is kept of a verdict: a judge that writes more about one work is looping. */
const MOST_FINDINGS = 50
const MOST_CHARACTERS = 2_000

function parseFindings(value: unknown): Finding[] | null {
  if (!Array.isArray(value)) return null
  const items: readonly unknown[] = value
  if (!items.every(isFinding)) return null
  const list = items.slice(0, MOST_FINDINGS).map((item): Finding => ({
    source: textOf(item['criterion']) || 'judge',
    severity: item['severity'] === 'minor' ? 'minor' : 'major',
    text: shorten(item.text, MOST_CHARACTERS, '…'),
  }))
  if (items.length <= MOST_FINDINGS) return list
  const more = `${items.length - MOST_FINDINGS} more findings of the judge were left out`
  return [...list, { source: 'judge', severity: 'minor', text: more }]
}

function isFinding(item: unknown): item is Readonly<Record<string, unknown>> & { text: string } {
  return isObject(item) && typeof item['text'] === 'string'
}

function pick<T>(
  criteria: Readonly<Record<string, unknown>>,
  read: (part: Readonly<Record<string, unknown>>) => T,
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
 * The only text of an answer that may be its verdict. Local models put words or a fence around it, and both may
 * quote the work, which may quote a verdict: where another could be meant, even half of one, there is none.
 */
function candidateIn(said: string): string | null {
  if (isObject(parseJson(said))) return said
  const [before = '', fenced, after] = said.split('```')
  if (fenced !== undefined) {
    const isOnly = after !== undefined && said.split('```', 4).length === 3 && !/[{}]/.test(before + after)
    return isOnly ? fenced.replace(/^json(?=\s)/i, '') : null
  }
  const start = said.indexOf('{')
  const end = said.lastIndexOf('}') + 1
  const words = said.slice(0, start) + said.slice(end)
  return start !== -1 && (start === 0 || end === said.length) && !/[{}]/.test(words)
    ? said.slice(start, end)
    : null
}

/** Whether an object anywhere in a JSON text has a key twice: `JSON.parse` would take the last, without an error. */
function repeatsKey(json: string): boolean {
  const open: Set<string>[] = []
  for (const [token, string, colon] of json.matchAll(/("(?:[^"\\]+|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (string !== undefined && colon !== undefined) {
      const key = String(JSON.parse(string))
      if (open.at(-1)?.has(key) === true) return true
      open.at(-1)?.add(key)
    }
  }
  return false
}

function withoutSpace(text: string): string {
  return text.replaceAll(/\s+/g, '')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? shorten(value, MOST_CHARACTERS, '…') : ''
}
