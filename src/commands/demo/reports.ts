import { join } from 'node:path'
import { isMail } from '../../domain/mail.ts'
import { dayBefore, periodKey } from '../../domain/period.ts'
import { document, facts, line, section, state, type Document, type Part } from '../../kernel/document.ts'
import { textField, urlField, wholeNumberField } from '../../kernel/field.ts'
import type { Fetch } from '../../kernel/http/fetch.ts'
import type { Files } from '../../kernel/world.ts'
import { defineOperation } from '../../operations/define.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'

/** A report of the demo's day, and its mail. */
export interface DemoReport {
  readonly kind: string
  readonly subject: string
  readonly to: readonly string[]
  /** How often the mailbox of the sandbox holds it. */
  readonly arrived: number
}

/** What was mailed in the morning. */
export interface DemoReports {
  readonly reports: readonly DemoReport[]
  /** The PDF of the executive report as it was mailed; null where there is none. */
  readonly pdfBase64: string | null
  /** The mailbox holds each of them once. */
  readonly proved: boolean
}

const KINDS = ['supervisor', 'executive'] as const

/** The morning's reports of the day before an instant: what the store had mailed, and what the mailbox holds. */
export const readReports = defineOperation({
  path: ['demo', 'read-reports'],
  summary: 'What was mailed in the morning of the demo',
  input: {
    google: urlField('the stand-in of Gmail'),
    morning: wholeNumberField('the instant, in milliseconds', 0),
  },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }, { google, morning }): Promise<DemoReports> => {
    const held = await subjectsIn(world.fetch, google)
    const mailed = []
    for (const kind of KINDS) {
      const effect = await store.reports.mailOf(`report_${kind}_${periodKey(dayBefore(morning))}`)
      if (effect === null || !isMail(effect.body)) continue
      const { subject, to, files } = effect.body
      const arrived = held.filter(each => each === subject).length
      mailed.push({ kind, subject, to: to.map(({ address }) => address), arrived, files })
    }
    return {
      reports: mailed.map(({ files: _files, ...report }) => report),
      pdfBase64: mailed.flatMap(({ files }) => files)[0]?.base64 ?? null,
      proved: mailed.length === KINDS.length && mailed.every(({ arrived }) => arrived === 1),
    }
  },
  render: (): Document => document(),
})

const ROW = { subject: textField('of a mail') } as const

async function subjectsIn(fetch: Fetch, url: string): Promise<string[]> {
  const answer = await fetch(`${url}/__sandbox/ledger`)
  const ledger: unknown = await answer.json()
  const rows = typeof ledger === 'object' && ledger !== null && 'rows' in ledger ? ledger.rows : null
  return Array.isArray(rows) ? rows.map(row => sandboxAnswer(ROW, row).subject) : []
}

/** Where the PDF lies in the demo's folder. */
export const REPORT_FILE = 'executive-report.pdf'

/** Leaves the PDF in the folder, as it was mailed. */
export function writeReport(
  files: Pick<Files, 'writeText'>,
  dir: string,
  { pdfBase64 }: Pick<DemoReports, 'pdfBase64'>,
): void {
  if (pdfBase64 !== null) files.writeText(join(dir, REPORT_FILE), Buffer.from(pdfBase64, 'base64'), 0o644)
}

/** What was mailed, and the proof. */
export function reportsSection({ reports, proved }: Omit<DemoReports, 'pdfBase64'>): Part {
  const to = [...new Set(reports.flatMap(report => report.to))].join(', ')
  return section(
    'The morning after, by mail',
    facts(...reports.map(({ kind, subject }) => [kind, subject.replace('[EchoPilot] ', '')] as const)),
    proved
      ? line`${state('proved', 'good')}: the mailbox of ${to} holds each of them once.`
      : line`${state('failed', 'bad')}: the mailbox does not hold each report once (echopilot jobs list).`,
  )
}
