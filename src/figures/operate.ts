import { isFresh, type CheckFound, type CheckState, type OperateReport } from '../domain/operate.ts'
import { countText, spanText } from '../kernel/text.ts'
import {
  document,
  facts,
  item,
  line,
  list,
  minute,
  next,
  second,
  section,
  state,
  strong,
  words,
  type Document,
  type Part,
  type Tone,
} from '../kernel/document.ts'
import type { Store } from '../store/index.ts'
import type { KeptHealing } from '../store/operate.ts'

/** The auto-operator's last report, and whether it still says something of now. */
export interface OpsFigures {
  readonly atMs: number
  /** `not_proved`: nobody ever looked, or too long ago. */
  readonly state: 'ok' | 'failed' | 'not_proved'
  readonly report: OperateReport | null
}

/** Reads it. */
export async function opsFigures(store: Store, nowMs: number): Promise<OpsFigures> {
  const report = await store.operate.lastReport()
  if (report === null || !isFresh(report, nowMs)) return { atMs: nowMs, state: 'not_proved', report }
  return { atMs: nowMs, state: report.ok ? 'ok' : 'failed', report }
}

const TONES = { ok: 'good', bad: 'bad', unknown: 'warn', not_proved: 'open' } as const satisfies Record<
  CheckState,
  Tone
>

const HEALED = { done: 'good', failed: 'bad', capped: 'warn', planned: 'open' } as const

/** What was found, what was done about it, and what people were told. */
export function reportDocument({ checks, healed, notices }: OperateReport): Document {
  const bad = checks.filter(check => check.state === 'bad')
  return document(
    section('Bad', bad.map(badPart)),
    facts(
      ...checks.map(
        ({ check, state: found, measured }) =>
          [
            state(found.replace('_', ' '), TONES[found]),
            words`${strong(check)} ${measured.replaceAll(/\s+/g, ' ')}`,
          ] as const,
      ),
    ),
    section(
      'Healed',
      list(
        healed.map(
          ({ healing, thing, outcome, detail }) =>
            words`${state(outcome, HEALED[outcome])} ${healing}, ${thing}: ${detail.replaceAll(/\s+/g, ' ')}`,
        ),
      ),
    ),
    toldText(notices),
    next(bad.length === 0 ? null : 'echopilot alert list'),
  )
}

/** One healing: what was done to what, when, and what it came to. */
export function healingItem({ healing, thing, beganMs, end }: KeptHealing): Part {
  const did = words`${healing}, ${thing}`
  if (end === null) return item(words`${state('under way', 'open')} ${did}`, line`begun ${second(beganMs)}`)
  return item(
    words`${state(end.outcome, HEALED[end.outcome])} ${did}: ${end.detail.replaceAll(/\s+/g, ' ')}`,
    line`begun ${second(beganMs)}, ended ${second(end.atMs)}`,
  )
}

/** `told of alerts: 2 opened, 1 resolved`. */
function toldText(notices: OperateReport['notices']): string | null {
  const kinds = [...Map.groupBy(notices, ({ kind }) => kind)].map(([kind, { length }]) => `${length} ${kind}`)
  return kinds.length === 0 ? null : `told of alerts: ${kinds.join(', ')}`
}

/** More of one check are counted. */
const NAMED = 5

function badPart({ check, threshold, bad }: CheckFound): Part {
  const more = bad.length - NAMED
  return item(
    words`${strong(check)} (bad: ${threshold})`,
    ...bad.slice(0, NAMED).map(({ message, next: step }) => [line`${message}`, next(step)]),
    more > 0 ? `and ${more} more` : null,
  )
}

/** The last report with its age. */
export function opsDocument({ atMs, state: found, report }: OpsFigures): Document {
  if (report === null) {
    return document(line`${state('not proved', 'open')}: operate never ran`, next('echopilot operate'))
  }
  const head = found === 'ok' ? state('ok', 'good') : found === 'failed' ? state('failed', 'bad') : STALE
  const count = countText(report.checks.length, 'check')
  return document(
    item(words`${head} ${count}, ${minute(report.atMs)} UTC, ${spanText(atMs - report.atMs)} ago`),
    reportDocument(report),
    next(found === 'not_proved' ? 'echopilot jobs show operate' : null),
  )
}

const STALE = state('not proved, too old', 'open')
