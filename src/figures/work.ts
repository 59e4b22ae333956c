import { formatScore } from '../domain/next-step.ts'
import type { Style } from '../kernel/style.ts'
import { spanText, table } from '../kernel/text.ts'
import type { WorkReport } from '../pipeline/work-report.ts'
import { statusMark } from './marks.ts'

/** The report as a table, and what was left. */
export function renderWork(report: WorkReport, style: Style): string {
  const notes = [
    ...report.paused.map(
      pause =>
        `${style.bad('paused')} ${pause.service}: ${pause.reason}; ${pause.waiting} waiting, next try in ${spanText(Date.parse(pause.nextProbeAt) - report.atMs)}`,
    ),
    ...(report.queuePaused === null ? [] : [`${style.warn('queue paused')}: ${report.queuePaused}`]),
    ...(report.waiting.retrying === 0 ? [] : [`${report.waiting.retrying} wait for their next attempt`]),
    ...(report.waiting.held === 0 ? [] : [`${report.waiting.held} held by a cap`]),
    ...(report.interrupted ? ['stopped early: the rest is for the next run'] : []),
    ...report.failed.map(item => `${style.bad('defect')} ${item.id}: ${item.message}`),
  ]
  const body = report.runs.length === 0 ? 'nothing was ready' : renderRuns(report, style)
  return [body, ...notes].join('\n')
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
