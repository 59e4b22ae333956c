import { formatScore } from '../domain/next-step.ts'
import {
  dim,
  document,
  id,
  item,
  line,
  money,
  next,
  section,
  strong,
  table,
  verbatim,
  type Block,
  type Document,
  type Part,
  type Span,
} from '../kernel/document.ts'
import { countText, minuteText } from '../kernel/text.ts'
import type { PlannedReplay, ReplayedRun, ReplayReport, SkippedReplay } from '../pipeline/replay.ts'
import { statusState } from './marks.ts'
import { leftParts, renderWork } from './work.ts'

/** What was replayed, at what price, and what was not; old and new side by side where one was forced. */
export function renderReplay(report: ReplayReport): Document {
  const { comparison, work, dryRun, replays, skipped } = report
  return document(
    comparison === null ? null : replays.map(({ title }) => line`${strong(title)}`),
    priceLine(report),
    comparison === null ? null : comparisonParts(comparison),
    dryRun && comparison === null ? plannedTable(replays) : null,
    work === null ? null : comparison === null ? renderWork(work) : leftParts(work),
    skippedPart(skipped),
  )
}

function priceLine({ priced: { runs, atMostUsd }, dryRun }: ReplayReport): Part {
  if (runs === 0) return 'nothing is to be replayed'
  const verb = dryRun ? 'would be replayed' : `replayed; priced before ${runs === 1 ? 'it' : 'they'} ran`
  return line`${countText(runs, 'run')} ${verb}: at most ${money(atMostUsd)}${runs === 1 ? '' : ' together'}`
}

function plannedTable(replays: readonly PlannedReplay[]): Part {
  if (replays.length === 0) return null
  return table(
    [
      { title: 'title', cut: 'end' },
      { title: 'failed (UTC)' },
      { title: 'class' },
      { title: 'at most USD', align: 'right' },
      { title: 'task', cut: 'middle' },
    ],
    replays.map(({ title, failedAt, errorClass, atMostUsd, taskId }) => [
      title,
      failedAt === null ? '–' : minuteText(Date.parse(failedAt)),
      errorClass ?? '–',
      atMostUsd,
      id(taskId),
    ]),
  )
}

/** Most failures that are named; all of them stand in the JSON document. */
const NAMED = 20

function skippedPart(skipped: readonly SkippedReplay[]): Part {
  const more = skipped.length - NAMED
  return section(
    'Not replayed',
    skipped.slice(0, NAMED).map(({ title, words, next: step }) => item(`${title}: ${words}`, next(step))),
    more > 0 ? `and ${more} more` : null,
  )
}

function comparisonParts({ old, new: made }: NonNullable<ReplayReport['comparison']>): Part {
  return [
    sideBySide(old, made),
    resultPart('Old result', old),
    made === null ? null : resultPart('New result', made),
  ]
}

function sideBySide(old: ReplayedRun, made: ReplayedRun | null): Block {
  const row = (name: string, of: (run: ReplayedRun) => string | Span): (string | Span)[] => [
    name,
    of(old),
    made === null ? dim('–') : of(made),
  ]
  return table(
    [{ title: '' }, { title: 'old' }, { title: 'new' }],
    [
      row('run', ({ runId }) => id(runId)),
      row('status', ({ status }) => statusState(status)),
      row('score', ({ score }) => (score === null ? 'not judged' : formatScore(score))),
      row('cost', ({ costUsd }) => money(costUsd)),
      row('brief', ({ briefDigest }) => `sha256 ${briefDigest.slice(0, 16)}`),
      row('result', ({ result }) => (result === null ? 'none' : countText(result.length, 'character'))),
    ],
  )
}

/** The whole text, or why there is none. */
function resultPart(title: string, { result, reason, status }: ReplayedRun): Part {
  return section(
    title,
    result === null || result === '' ? `none: ${reason ?? status}` : verbatim(result.trim()),
  )
}
