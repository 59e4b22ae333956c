import { formatScore } from '../domain/next-step.ts'
import {
  document,
  hint,
  id,
  item,
  line,
  money,
  next,
  state,
  table,
  type Document,
  type Part,
  words,
} from '../kernel/document.ts'
import { countText } from '../kernel/text.ts'
import type { PollReport } from '../pipeline/poll.ts'
import type { WorkReport } from '../pipeline/work-report.ts'
import { undeliveredItems } from './effects.ts'
import { plannedLinkList } from './links.ts'
import { statusState } from './marks.ts'
import { nextTryText } from './paused.ts'

/** The report of a poll: what was picked up, worked on and written back. */
export function renderPoll(report: PollReport & { readonly drain: boolean }): Document {
  return document(
    report.drain ? drainedBlock(report) : queuedLine(report),
    leftParts(report),
    report.notion === null ? null : notionParts(report.notion, report.dryRun),
    plannedLinkList(report.links),
  )
}

function notionParts(notion: NonNullable<PollReport['notion']>, dryRun: boolean): Part {
  const verb = dryRun ? 'would pick up' : 'picked up'
  const written = `${countText(notion.delivered, 'write')} delivered`
  return [
    item(
      notion.isSetUp
        ? `Notion: ${verb} ${notion.picked.length}, ${notion.decided} decided on the board; ${written}`
        : written,
      dryRun ? notion.picked.map(row => line`${row.title}: at most ${money(row.atMostUsd ?? '')}`) : null,
    ),
    notion.unreachable === null
      ? null
      : item(
          words`${state('not read', 'bad')}: ${notion.unreachable.message}`,
          next(notion.unreachable.next),
        ),
    notion.busy === null ? null : 'another process is picking up; worked on beside it',
    notion.complete
      ? null
      : line`${state('Notion stopped at its 10,000 rows', 'warn')}: not all ticks were seen`,
    notion.failed.map(failed =>
      item(words`${state('not picked up', 'bad')} ${id(failed.id)}: ${failed.message}`, next(failed.next)),
    ),
    undeliveredItems(notion.undelivered),
  ]
}

/** Rows that would be picked up would be ready then. */
function drainedBlock(report: PollReport): Part {
  const wouldPickUp = report.dryRun && (report.notion?.picked.length ?? 0) > 0
  return wouldPickUp && report.runs.length === 0 ? null : workBlock(report)
}

/** A poll that only picks up looks at nothing that is ready. */
function queuedLine({ waiting }: WorkReport): Part {
  return waiting.queued === 0 ? 'nothing is queued' : line`${waiting.queued} queued (echopilot poll --drain)`
}

/** The report as a table, and what was left. */
export function renderWork(report: WorkReport): Document {
  return document(workBlock(report), leftParts(report))
}

/** What was left, and why. */
export function leftParts(report: WorkReport): Part {
  const { retrying, held, queued } = report.waiting
  return [
    report.paused.map(pause => {
      const when = nextTryText(Date.parse(pause.nextProbeAt) - report.atMs)
      const fix = hint(pause.hint ?? 'echopilot doctor')
      return line`${state('paused', 'warn')} ${pause.reason}; ${pause.waiting} waiting, ${when} (${fix})`
    }),
    report.queuePaused === null
      ? null
      : line`${state('queue paused', 'warn')}: ${report.queuePaused}; ${queued} queued (echopilot queue resume)`,
    retrying === 0
      ? null
      : retrying === 1
        ? '1 waits for its next attempt'
        : `${retrying} wait for their next attempt`,
    held === 0 ? null : `${held} held by a cap`,
    report.interrupted ? 'stopped early: the rest is for the next run' : null,
    report.failed.map(failed => line`${state('defect', 'bad')} ${id(failed.id)}: ${failed.message}`),
  ]
}

function workBlock(report: WorkReport): Part {
  if (report.runs.length === 0) return 'nothing was ready'
  return table(
    [
      { title: 'title', cut: 'end' },
      { title: 'status' },
      { title: 'score', align: 'right' },
      { title: report.dryRun ? 'at most USD' : 'cost USD', align: 'right' },
      { title: 'task' },
    ],
    report.runs.map(run => [
      run.title,
      statusState(run.status),
      run.score === null ? '–' : formatScore(run.score),
      run.atMostUsd ?? run.costUsd,
      id(run.taskId),
    ]),
  )
}
