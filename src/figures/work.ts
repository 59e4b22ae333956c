import { formatScore } from '../domain/next-step.ts'
import type { Style } from '../kernel/style.ts'
import { table } from '../kernel/text.ts'
import type { PollReport } from '../pipeline/poll.ts'
import type { WorkReport } from '../pipeline/work-report.ts'
import { undeliveredLines } from './effects.ts'
import { statusMark } from './marks.ts'
import { nextTryText } from './paused.ts'

/** The report of a poll: what was picked up, worked on and written back. */
export function renderPoll(report: PollReport & { readonly drain: boolean }, style: Style): string {
  return [
    report.drain
      ? renderWork(report, style)
      : [queuedLine(report, style), ...leftLines(report, style)].join('\n'),
    ...(report.notion === null ? [] : notionLines(report.notion, report, style)),
  ].join('\n')
}

function notionLines(notion: NonNullable<PollReport['notion']>, report: PollReport, style: Style): string[] {
  const verb = report.dryRun ? 'would pick up' : 'picked up'
  return [
    `Notion: ${verb} ${notion.picked.length}, ${notion.decided} decided on the board, ${notion.delivered} written`,
    ...(report.dryRun ? notion.picked.map(row => `  ${row.title}: at most $${row.atMostUsd ?? ''}`) : []),
    ...(notion.unreachable === null
      ? []
      : [`${style.bad('not read')}: ${notion.unreachable.message}`, `  next: ${notion.unreachable.next}`]),
    ...(notion.busy === null ? [] : ['another process is picking up; worked on beside it']),
    ...(notion.complete ? [] : [style.warn('Notion stopped at its 10,000 rows: not all ticks were seen')]),
    ...notion.failed.flatMap(item => [
      `${style.bad('not picked up')} ${item.id}: ${item.message}`,
      `  next: ${item.next}`,
    ]),
    ...undeliveredLines(notion.undelivered),
  ]
}

/** A poll that only picks up looks at nothing that is ready. */
function queuedLine({ waiting }: WorkReport, style: Style): string {
  return waiting.queued === 0
    ? 'nothing is queued'
    : `${waiting.queued} queued (${style.hint('echopilot poll --drain')})`
}

/** The report as a table, and what was left. */
export function renderWork(report: WorkReport, style: Style): string {
  const body = report.runs.length === 0 ? 'nothing was ready' : renderRuns(report, style)
  return [body, ...leftLines(report, style)].join('\n')
}

function leftLines(report: WorkReport, style: Style): string[] {
  const { retrying, held, queued } = report.waiting
  return [
    ...report.paused.map(
      pause =>
        `${style.bad('paused')} ${pause.reason}; ${pause.waiting} waiting, ${nextTryText(Date.parse(pause.nextProbeAt) - report.atMs)} (${pause.hint ?? style.hint('echopilot doctor')})`,
    ),
    ...(report.queuePaused === null
      ? []
      : [
          `${style.warn('queue paused')}: ${report.queuePaused}; ${queued} queued (${style.hint('echopilot queue resume')})`,
        ]),
    ...(retrying === 0
      ? []
      : [retrying === 1 ? '1 waits for its next attempt' : `${retrying} wait for their next attempt`]),
    ...(held === 0 ? [] : [`${held} held by a cap`]),
    ...(report.interrupted ? ['stopped early: the rest is for the next run'] : []),
    ...report.failed.map(item => `${style.bad('defect')} ${item.id}: ${item.message}`),
  ]
}

function renderRuns(report: WorkReport, style: Style): string {
  return table(
    [
      { title: 'title', flexible: true },
      { title: 'status' },
      { title: 'score', align: 'right' },
      { title: report.dryRun ? 'at most USD' : 'cost USD', align: 'right' },
      { title: 'task' },
    ],
    report.runs.map(run => [
      run.title,
      { text: run.status, mark: statusMark(run.status, style) },
      run.score === null ? '–' : formatScore(run.score),
      run.atMostUsd ?? run.costUsd,
      run.taskId,
    ]),
    style,
  )
}
