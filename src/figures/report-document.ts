import { spanText, countText, minuteText } from '../kernel/text.ts'
import {
  document,
  facts,
  hint,
  id,
  item,
  line,
  list,
  next,
  section,
  state,
  strong,
  table,
  words,
  type Block,
  type Document,
  type Part,
  type Span,
  type Words,
} from '../kernel/document.ts'
import { jobState } from './jobs.ts'
import { proofState } from './marks.ts'
import { centsOf } from '../domain/cost.ts'
import { moneyFacts, shareTable } from './money.ts'
import type { ReportFigures, ReportKind, TimeFigure } from './report.ts'
import type { WorkSum } from './work-sums.ts'

const TITLES: Readonly<Record<ReportKind, string>> = {
  supervisor: 'Supervisor report',
  executive: 'Executive report',
  weekly: 'Weekly report',
}

/** `Executive report, 2026-11-30`. */
export function reportTitle({ kind, periodText }: Pick<ReportFigures, 'kind' | 'periodText'>): string {
  return `${TITLES[kind]}, ${periodText}`
}

/** A report for people: what needs somebody first, and what is not proved before it ends. */
export function reportDocument(figures: ReportFigures): Document {
  const parts = figures.kind === 'supervisor' ? machineParts(figures) : businessParts(figures)
  return document(
    line`${strong(reportTitle(figures))}`,
    line`days of UTC; read ${minuteText(Date.parse(figures.at))} UTC${figures.isOver ? '' : words`, ${state('the period is not over', 'warn')}`}`,
    needsPart(figures),
    parts,
    section('Not proved', list(figures.notProved)),
    section(
      'Seal',
      facts(
        ['audit head', figures.auditHead === null ? state('missing', 'bad') : id(figures.auditHead)],
        ['program', figures.commit],
      ),
    ),
  )
}

/** More of them are counted: a report is read in a minute. */
const NEEDS_SHOWN = 12

function needsPart({ needs, needsMore }: ReportFigures): Part {
  if (needs.length === 0) return section('Needs you', line`${state('nothing', 'good')}`)
  return section(
    `Needs you: ${needs.length}${needsMore ? ' and more' : ''}`,
    needs
      .slice(0, NEEDS_SHOWN)
      .map(({ what, grave, why, next: step }) =>
        item(
          words`${grave ? state('now', 'bad') : state('decide', 'warn')} ${what}`,
          why === null ? null : line`${why}`,
          next(step),
        ),
      ),
    needs.length > NEEDS_SHOWN ? line`and ${needs.length - NEEDS_SHOWN} more (echopilot status)` : null,
  )
}

function businessParts(figures: ReportFigures): Part {
  const { work, money, trend, kind } = figures
  return [
    section(
      'Work',
      facts(
        ['jobs', `${work.done} done, ${work.failed} failed`],
        ['success', percentText(work.successPercent)],
        ['QA', qaText(work)],
        ['time, p95', timeText(figures.times.find(({ of }) => of === 'total'))],
        ['uptime', uptimeText(figures)],
      ),
    ),
    section(
      'Money',
      moneyFacts(money.total, money.probesUsd),
      money.withoutRate.length === 0
        ? null
        : line`not computed in USD: there is no rate for ${money.withoutRate.join(', ')} (fx.rates in the configuration)`,
      money.unpriced === 0
        ? null
        : line`${countText(money.unpriced, 'result has', 'results have')} no price (echopilot report cost)`,
    ),
    section('Unpaid now', unpaidPart(figures)),
    section('Top clients', shareTable('client', money.topClients)),
    kind === 'weekly' ? section('By type', shareTable('type', money.byType)) : null,
    section(
      'Trend',
      workTable([
        ['this period', work],
        ['7 days', trend.last7],
        ['30 days', trend.last30],
      ]),
    ),
    kind === 'weekly'
      ? section('Days', workTable(trend.days.slice(-7).map(day => [day.day, day] as const)))
      : null,
  ]
}

function machineParts(figures: ReportFigures): Part {
  const { status } = figures
  const { pending, oldestPendingMs, dead } = status.outbox
  const age = (ms: number | null): string =>
    ms === null ? '' : `, the oldest for ${spanText(status.atMs - ms)}`
  const waiting = Object.entries(status.tasks).filter(([, count]) => count > 0)
  return [
    section(
      'Machine',
      facts(
        ['uptime', uptimeText(figures)],
        [
          'queue',
          waiting.length === 0 ? 'empty' : waiting.map(([name, count]) => `${name} ${count}`).join(' · '),
        ],
        [
          'waiting',
          status.oldestWaitingMs === null
            ? 'nothing'
            : `for ${spanText(status.atMs - status.oldestWaitingMs)}`,
        ],
        status.queuePaused === null ? null : ['new work', state(`paused: ${status.queuePaused}`, 'warn')],
        ['outbox', `${pending} to be written${age(oldestPendingMs)}; ${dead} dead`],
        ['jobs', `${figures.work.done} done, ${figures.work.failed} failed`],
        ['QA', qaText(figures.work)],
        ['AI cost', `$${figures.work.costUsd}`],
      ),
    ),
    section(
      'Services',
      facts(
        ...status.proofs.map(
          ({ outcome, subject, atMs, detail, fix }) =>
            [
              proofState(outcome),
              [
                `${subject}, ${spanText(status.atMs - atMs)} ago: ${detail.replaceAll(/\s+/g, ' ')}`,
                outcome === 'failed' && fix !== null ? words`\nfix: ${hint(fix)}` : '',
              ],
            ] as const,
        ),
      ),
    ),
    section('Jobs of the schedule', slotTable(figures)),
    section('Time of runs, p95', timesTable(figures.times)),
  ]
}

function unpaidPart({ unpaid }: ReportFigures): Part {
  return unpaid.length === 0
    ? 'nothing'
    : facts(
        ...unpaid.map(
          ({ amount, bills, oldest }) =>
            [amount, `in ${countText(bills, 'bill')}, the oldest of ${oldest.slice(0, 10)}`] as const,
        ),
      )
}

function workTable(rows: readonly (readonly [string, WorkSum])[]): Block {
  return table(
    [
      { title: '' },
      { title: 'done', align: 'right' },
      { title: 'failed', align: 'right' },
      { title: 'success', align: 'right' },
      { title: 'QA', align: 'right' },
      { title: 'gross USD', align: 'right' },
      { title: 'cost USD', align: 'right' },
    ],
    rows.map(([name, sum]) => [
      name,
      String(sum.done),
      String(sum.failed),
      percentText(sum.successPercent, '–'),
      sum.averageScore === null ? '–' : sum.averageScore.toFixed(1),
      sum.grossUsd === null ? '–' : centsOf(sum.grossUsd),
      sum.costUsd,
    ]),
  )
}

function slotTable({ slots, status }: ReportFigures): Block {
  return table(
    [
      { title: 'job' },
      { title: 'due', align: 'right' },
      { title: 'met', align: 'right' },
      { title: 'share', align: 'right' },
      { title: 'now' },
    ],
    slots.map(({ job, due, met, percent }): readonly (string | Span)[] => {
      const stands = status.jobs.find(figure => figure.job === job)
      return [
        job,
        String(due),
        String(met),
        percentText(percent, '–'),
        stands === undefined ? '–' : jobState(stands),
      ]
    }),
  )
}

/** Times of runs, one below the other. */
export function timesTable(times: readonly TimeFigure[]): Block {
  return table(
    [{ title: 'of' }, { title: 'runs or calls', align: 'right' }, { title: 'p95', align: 'right' }],
    times.map(({ of, count, p95Ms }) => [
      of,
      String(count),
      p95Ms === null ? 'no data' : durationText(p95Ms),
    ]),
  )
}

function qaText({ averageScore, judged, low }: WorkSum): Words {
  if (averageScore === null) return 'no data'
  return `${averageScore.toFixed(1)} on average of ${judged}, ${low} under target`
}

function timeText(time: TimeFigure | undefined): Words {
  if (time?.p95Ms === undefined || time.p95Ms === null) return 'no data'
  return `${durationText(time.p95Ms)}, of ${countText(time.count, 'run')}`
}

function uptimeText({ uptime: { percent, due, met } }: ReportFigures): string {
  return percent === null ? 'no data' : `${percent.toFixed(1)} % (${met} of ${due} slots met)`
}

function percentText(percent: number | null, none = 'no data'): string {
  return percent === null ? none : `${percent.toFixed(1)} %`
}

/** Short ones to the millisecond: `850 ms`, `12.3 s`, `1 h 5 min`. */
function durationText(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : spanText(ms)
}
