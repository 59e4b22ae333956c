import { join } from 'node:path'
import { formatScore } from '../../domain/next-step.ts'
import { statusMark } from '../../figures/marks.ts'
import type { Style } from '../../kernel/style.ts'
import { table, wrap } from '../../kernel/text.ts'
import type { Files } from '../../kernel/world.ts'
import { exportLines } from '../env-lines.ts'
import type { Day, DayTask } from './day.ts'

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
export function renderDay(dir: string, day: Day, style: Style): string {
  const rows = day.tasks.map(task => [
    task.title,
    { text: task.status, mark: statusMark(task.status, style) },
    task.score === null ? '–' : formatScore(task.score),
    task.costUsd,
    task.note,
  ])
  const columns = [
    { title: 'task', flexible: true },
    { title: 'status' },
    { title: 'score', align: 'right' as const },
    { title: 'cost USD', align: 'right' as const },
    { title: 'what it shows', flexible: true },
  ]
  return [
    table(columns, rows, style),
    '',
    `${day.tasks.length} tasks in ${day.seconds.toFixed(1)} s for $${day.costUsd} of (sandbox) AI cost.`,
    ledgerText(day, style),
    pagesText(day, style),
    '',
    exploreText(dir, day, style),
  ].join('\n')
}

/** The day is told on one screen, also where it is piped. */
const SCREEN_COLUMNS = 80

function ledgerText(day: Day, style: Style): string {
  const { receipts, ledger } = day
  const text = day.proved
    ? `proved: receipts and the service's own ledger agree: ${ledger.calls} calls, ${ledger.inputTokens} tokens in, ${ledger.outputTokens} out.`
    : `failed: receipts say ${JSON.stringify(receipts)}, the ledger says ${JSON.stringify(ledger)}.`
  return wrap(text, Math.min(style.columns, SCREEN_COLUMNS)).replace(
    /^\w+/,
    day.proved ? style.good : style.bad,
  )
}

function pagesText(day: Day, style: Style): string {
  return day.pagesAgree
    ? `${style.good('proved')}: every page on the board shows what the store holds.`
    : `${style.bad('failed')}: pages on the board differ from the store (${style.hint('echopilot notion diff')}).`
}

/** Commands to go on with, as they can be pasted; the first one is about a task that waits for a person. */
function exploreText(dir: string, day: Day, style: Style): string {
  const waiting = day.tasks.find(task => task.status === 'Waiting Human') ?? day.tasks[0]
  return [
    style.bold(`Explore ${dir}`),
    '  results/   what the clients would get',
    '  receipts/  what was asked, judged and paid, with its seal',
    `  ${style.hint(`echopilot sandbox --dir ${dir}`)}, for the board in a browser`,
    `  ${exportLines({ ECHOPILOT_STATE_DIR: join(dir, 'state') }).trimEnd()}`,
    `  ${style.hint('echopilot status')}`,
    ...(waiting === undefined ? [] : [`  ${style.hint(`echopilot task show ${waiting.taskId}`)}`]),
    ...(waiting === undefined ? [] : [`  ${style.hint(`echopilot explain ${waiting.taskId}`)}`]),
  ].join('\n')
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
