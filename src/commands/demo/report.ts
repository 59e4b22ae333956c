import { join } from 'node:path'
import { formatScore } from '../../domain/next-step.ts'
import { proofState, statusState } from '../../figures/marks.ts'
import {
  command,
  document,
  facts,
  id,
  item,
  line,
  money,
  section,
  state,
  table,
  type Document,
  type Part,
  words,
} from '../../kernel/document.ts'
import { quoted } from '../../kernel/typed-as.ts'
import type { Files } from '../../kernel/world.ts'
import type { Day, DayTask } from './day.ts'
import { moneySection } from './money-report.ts'
import type { Night } from './night.ts'
import { REPORT_FILE, reportsSection } from './reports.ts'

/** Leaves the results and receipts as files, beside the store. */
export function writeFolder(files: Pick<Files, 'writeText'>, dir: string, day: Day): void {
  for (const [index, task] of day.tasks.entries()) {
    const name = fileName(index, task)
    if (task.result !== '')
      files.writeText(join(dir, 'results', `${name}.md`), `${task.result.trim()}\n`, 0o644)
    files.writeText(
      join(dir, 'receipts', `${name}.json`),
      `${JSON.stringify(task.receipt, null, 2)}\n`,
      0o644,
    )
  }
  files.writeText(join(dir, 'day.json'), `${JSON.stringify(withoutTexts(day), null, 2)}\n`, 0o644)
}

/** Where {@link writeFolder} puts a file for each task. */
export const WRITTEN_FOLDERS = ['results', 'receipts'] as const

/** Whether a file in one of them has a name such as those of {@link writeFolder}. */
export function isWrittenName(name: string): boolean {
  return /^\d\d-.+\.(?:md|json)$/.test(name)
}

/** The day on one screen. */
export function renderDay(dir: string, day: Day): Document {
  return document(
    table(
      [
        { title: 'task', cut: 'end' },
        { title: 'status' },
        { title: 'score', align: 'right' },
        { title: 'cost USD', align: 'right' },
        { title: 'what it shows', cut: 'end' },
      ],
      day.tasks.map(task => [
        task.title,
        statusState(task.status),
        task.score === null ? '–' : formatScore(task.score),
        task.costUsd,
        task.note,
      ]),
    ),
    `${day.tasks.length} tasks in ${day.seconds.toFixed(1)} s for $${day.costUsd} of (sandbox) AI cost.`,
    ledgerPart(day),
    pagesLine(day),
    nightSection(day.night),
    reportsSection(day.reports),
    moneySection(day.money),
    exploreSection(dir, day),
  )
}

function ledgerPart({ proved, receipts, ledger }: Day): Part {
  if (!proved) {
    return line`${state('failed', 'bad')}: receipts say ${JSON.stringify(receipts)}, the ledger says ${JSON.stringify(ledger)}.`
  }
  return item(
    words`${state('proved', 'good')}: receipts and the service's own ledger agree: ${ledger.calls} calls,`,
    `${ledger.inputTokens} tokens in, ${ledger.outputTokens} out.`,
  )
}

function pagesLine({ pagesAgree }: Day): Part {
  return pagesAgree
    ? line`${state('proved', 'good')}: every page on the board shows what the store holds.`
    : line`${state('failed', 'bad')}: pages on the board differ from the store (echopilot notion diff).`
}

/** What the night came to, by the clock of the demo. */
function nightSection({ job, replay, alert, audit }: Night): Part {
  const { title, failedAt, errorClass, atMostUsd, costUsd, status } = replay
  const late = job.late ? state('late', 'warn') : 'in time'
  const over = alert.resolvedMs === null ? state('not over', 'bad') : state('resolved', 'good')
  return section(
    'The night after it, its hours passed over (UTC)',
    facts(
      [failedAt?.slice(11, 16) ?? '–', `${title}: failed for good (${errorClass ?? 'of no known class'})`],
      [timeOf(alert.openedMs), words`alert ${state('opened', 'warn')}: ${alert.message}`],
      [
        timeOf(job.startedMs),
        words`operate runs the job replay, ${late} for its slot of ${timeOf(job.slotMs)}: ${job.outcome ?? 'no end'}`,
      ],
      [
        '',
        words`the replay, priced before at ${money(atMostUsd)} at most, cost ${money(costUsd)}: ${statusState(status)}`,
      ],
      [timeOf(alert.resolvedMs), words`alert ${over}`],
    ),
    item(
      words`${proofState(audit.outcome)}: the audit chain of ${audit.rows} rows is whole; its head:`,
      line`${id(audit.head)}`,
    ),
  )
}

function timeOf(ms: number | null): string {
  return ms === null ? '–' : new Date(ms).toISOString().slice(11, 16)
}

/** Commands to go on with, as they can be pasted; the first one is about a task that waits for a person. */
function exploreSection(dir: string, day: Day): Part {
  const waiting = day.tasks.find(task => task.status === 'Waiting Human') ?? day.tasks[0]
  return section(
    `Explore ${dir}`,
    facts(
      ['results/', 'what the clients would get'],
      ['receipts/', 'what was asked, judged and paid, with its seal'],
      [REPORT_FILE, 'the figures of the day, on paper'],
    ),
    item('in one shell, with the board in a browser:', line`${command(`sandbox --dir ${quoted(dir)}`)}`),
    item(
      'in another shell:',
      // With a slash in it, so that no shell looks for it on the PATH.
      line`source ${quoted(`${dir}/env.sh`)}`,
      line`${command('status')}`,
      waiting === undefined
        ? null
        : [line`${command(`task show ${waiting.taskId}`)}`, line`${command(`explain ${waiting.taskId}`)}`],
    ),
  )
}

function withoutTexts(day: Day): unknown {
  return { ...day, tasks: day.tasks.map(task => ({ ...task, result: undefined, receipt: undefined })) }
}

function fileName(index: number, task: DayTask): string {
  const slug = task.title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
  return `${String(index + 1).padStart(2, '0')}-${slug.slice(0, 40)}`
}
