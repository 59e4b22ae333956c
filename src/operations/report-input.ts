import { readCorrespondent, type Correspondent, type Mail, type MailFile } from '../domain/mail.ts'
import { dayBefore, readPeriod, weekBefore, type Period } from '../domain/period.ts'
import { reportCharts } from '../figures/report-charts.ts'
import { reportDocument, reportTitle } from '../figures/report-document.ts'
import { needsText, reportFigures, type ReportFigures, type ReportKind } from '../figures/report.ts'
import { document, line, next, verbatim, type Document } from '../kernel/document.ts'
import { AppError } from '../kernel/errors.ts'
import { choiceField, flagField, withDefault } from '../kernel/field.ts'
import { deliverDue } from '../outbox/deliver.ts'
import { onlyTo } from '../outbox/deliverer.ts'
import type { Mailers } from '../roles/mailer.ts'
import type { Drawing } from '../printers/chart.ts'
import { PLAIN, printed } from '../printers/text.ts'
import type { Effect } from '../store/effect-rows.ts'
import { defineOperation, type Context } from './define.ts'
import { periodField, ratesOf } from './money-input.ts'

type ReportContext = Context<{
  settings: 'required'
  store: 'required'
  mailers: 'required'
  outbox: 'required'
}>

const FORMATS = ['text', 'json', 'html', 'pdf'] as const

/** A report in a form for other programs. */
interface Rendered {
  readonly type: string
  readonly base64: string
}

/** What became of the mail. */
interface Mailed {
  readonly did: 'would be mailed' | 'mailed' | 'mailed before' | 'waits' | 'not sent'
  readonly to: readonly string[]
  readonly service: string
  readonly effectId: string | null
  /** Why it was not sent yet; null where nothing is known. */
  readonly reason: string | null
}

/** Declares a report that is printed, and mailed once for each period. */
export function defineReport(kind: ReportKind, summary: string) {
  const command = `report ${kind}`
  return defineOperation({
    path: ['report', kind],
    summary,
    examples: [
      { words: command, does: kind === 'weekly' ? 'the last whole week' : 'the last whole day (UTC)' },
      { words: `${command} --period 2026-11`, does: 'any other period' },
      { words: `${command} --send`, does: 'mails it, once for each period' },
    ],
    input: {
      period: periodField,
      format: withDefault(choiceField(FORMATS, 'what it is printed as, or written to the file as'), 'text'),
      send: flagField('mail it, once for each period; ends 75 where it could not be sent yet'),
    },
    needs: { settings: 'required', store: 'required', mailers: 'required', outbox: 'required' },
    // Only with `send`; a mail that was sent before is not sent again.
    access: 'write',
    // As a job it is never beside itself.
    exclusive: true,
    scope: 'operate',
    run: async (context, { period: typed, format, send }) => {
      const nowMs = context.world.clock.now()
      const period = periodOf(kind, typed, nowMs)
      if (send && period.toMs > nowMs) throw tooEarly()

      const figures = await reportFigures(context.store, {
        kind,
        period,
        nowMs,
        rates: ratesOf(context.settings),
        schedule: context.schedule,
        commit: context.program.commit,
      })
      const mailed = send ? await mail(context, figures) : null
      return {
        dryRun: context.dryRun,
        format,
        ...figures,
        mailed,
        file: await fileOf(figures, format, paperOf(context)),
      }
    },
    render: report => {
      const { mailed, file } = report
      if (mailed !== null) return document(mailedParts(report, mailed))
      if (file === null) return reportDocument(report)
      return file.type === PDF ? PDF_IS_BINARY : document(verbatim(textIn(file)))
    },
    outcome: ({ mailed }) =>
      mailed?.did === 'waits' ? 'busy' : mailed?.did === 'not sent' ? 'failed' : 'ok',
    writeTo: {
      flag: 'output',
      meaning: 'write it to this file, whole or not at all',
      what: 'the report',
      told: 'written',
      text: report => (report.file === null ? textOf(report) : Buffer.from(report.file.base64, 'base64')),
    },
  })
}

function periodOf(kind: ReportKind, typed: string | undefined, nowMs: number): Period {
  if (typed === undefined) return kind === 'weekly' ? weekBefore(nowMs) : dayBefore(nowMs)
  const period = readPeriod(typed)
  if (period === null) throw new AppError('usage', `${typed} is no period`, 'give one such as 2026-11-30')
  return period
}

/** A terminal shows no such file, and the JSON document holds it. */
const PDF_IS_BINARY = document(line`a PDF is no text: name a file for it with --output`)

function tooEarly(): AppError {
  return new AppError(
    'refused',
    'the period is not over, and its mail is sent once: what is still to come would never be mailed',
    'leave --send out, or name a period that is over',
  )
}

async function fileOf(
  figures: ReportFigures,
  format: (typeof FORMATS)[number],
  size: PaperSize,
): Promise<Rendered | null> {
  switch (format) {
    case 'text':
      return null
    case 'json':
      return rendered('application/json', `${JSON.stringify(figures, null, 2)}\n`)
    case 'html':
      return rendered('text/html', await pageOf(figures))
    case 'pdf':
      return rendered(PDF, await pdfFile(figures, size))
  }
}

function rendered(type: string, content: string | Uint8Array): Rendered {
  return { type, base64: Buffer.from(content).toString('base64') }
}

function textIn({ base64 }: Rendered): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

/** As wide as readers of mail show a text whole. */
const MAIL_COLUMNS = 76

function textOf(figures: ReportFigures): string {
  return printed(reportDocument(figures), { columns: MAIL_COLUMNS, paint: PLAIN, typed: text => text })
}

const PDF = 'application/pdf'

type PaperSize = 'A4' | 'LETTER'

function paperOf({ settings }: Pick<ReportContext, 'settings'>): PaperSize {
  return settings.settings.reports.paper === 'Letter' ? 'LETTER' : 'A4'
}

/** The reports of the machine have none: what they tell is how things stand now. */
async function drawingsOf(figures: ReportFigures): Promise<Drawing[]> {
  if (figures.kind === 'supervisor') return []
  const { drawn } = await import('../printers/chart.ts')
  return reportCharts(figures).map(drawn)
}

async function pageOf(figures: ReportFigures): Promise<string> {
  const [{ htmlPage }, { svgOf }] = await Promise.all([
    import('../printers/html.ts'),
    import('../printers/chart.ts'),
  ])
  return htmlPage({
    title: reportTitle(figures),
    body: reportDocument(figures),
    drawings: (await drawingsOf(figures)).map(svgOf),
  })
}

/** As a document on paper; what makes it is loaded for that. */
async function pdfFile(figures: ReportFigures, size: PaperSize): Promise<Uint8Array> {
  const { pdfOf } = await import('../printers/pdf.ts')
  return pdfOf({
    title: reportTitle(figures),
    body: reportDocument(figures),
    drawings: await drawingsOf(figures),
    size,
    madeMs: Date.parse(figures.at),
  })
}

/** The mail of a report: of its kind and period there is one, whoever asks and however often. */
async function mail(context: ReportContext, figures: ReportFigures): Promise<Mailed> {
  const { store, outbox, dryRun } = context
  const id = `report_${figures.kind}_${figures.period}`
  const before = await store.reports.mailOf(id)
  const mailers = await context.mailers.open()
  if (dryRun && before === null) {
    const to = await recipientsOf(context, mailers)
    const { service } = mailers
    return {
      did: 'would be mailed',
      to: to.map(({ address }) => address),
      service,
      effectId: null,
      reason: null,
    }
  }
  const asked = before ?? (await ask(context, figures, { id, mailers }))
  if (!dryRun && asked.state === 'pending') {
    await store.claims.recover()
    const deliverers = onlyTo(outbox.deliverers(context), service => service === asked.service)
    await deliverDue({ ...context, deliverers })
  }
  return mailedOf((await store.reports.mailOf(id)) ?? asked, before)
}

async function ask(
  context: ReportContext,
  figures: ReportFigures,
  { id, mailers }: { readonly id: string; readonly mailers: Mailers },
): Promise<Effect> {
  const letter: Mail = {
    to: await recipientsOf(context, mailers),
    subject: `[EchoPilot] ${reportTitle(figures)}: ${needsText(figures)}`,
    text: textOf(figures),
    html: await pageOf(figures),
    files: await filesOf(figures, paperOf(context)),
  }
  const { service } = mailers
  return (await context.store.reports.mail(id, { service, mail: letter }, context.actor)).effect
}

/** What is of the business goes on paper as well. */
async function filesOf(figures: ReportFigures, size: PaperSize): Promise<MailFile[]> {
  if (figures.kind === 'supervisor') return []
  const { base64 } = rendered(PDF, await pdfFile(figures, size))
  return [{ name: `echopilot-${figures.kind}-${figures.period}.pdf`, type: PDF, base64 }]
}

function mailedOf({ id, state, service, error, body }: Effect, before: Effect | null): Mailed {
  const to =
    'to' in body && Array.isArray(body.to) ? body.to.map(({ address }: Correspondent) => address) : []
  const did =
    state === 'done'
      ? before?.state === 'done'
        ? 'mailed before'
        : 'mailed'
      : state === 'pending'
        ? 'waits'
        : 'not sent'
  return { did, to, service, effectId: id, reason: state === 'done' ? null : error }
}

/** Nobody has to be named where mails are kept in a folder of this machine. */
const KEPT_HERE: Correspondent = { name: null, address: 'operator@localhost' }

/**
 * Whom reports go to: who is named, else whoever mails are from; a mailbox tells whose it is at the first contact.
 * @throws AppError `config` where neither is known; ServiceFailure where the mailbox does not tell now
 */
async function recipientsOf(context: ReportContext, mailers: Mailers): Promise<Correspondent[]> {
  const { reports, mail: mails } = context.settings.settings
  const named = reports.to.flatMap(text => readCorrespondent(text) ?? [])
  if (named.length > 0) return named
  const own = readCorrespondent(mails.from ?? (await mailboxOf(context, mailers)) ?? '')
  if (own !== null) return [own]
  if (mailers.service === 'mail_folder') return [KEPT_HERE]
  throw new AppError(
    'config',
    'nobody is named whom reports are mailed to',
    'set reports.to to an address, as ["Ana Muster <ana@example.com>"]',
  )
}

async function mailboxOf(context: ReportContext, mailers: Mailers): Promise<string | null> {
  const { accounts } = context.store
  const known = await accounts.get(mailers.service)
  if (known !== null) return known.label
  await mailers.mailer(context)
  return (await accounts.get(mailers.service))?.label ?? null
}

function mailedParts(figures: ReportFigures, { did, to, service, effectId, reason }: Mailed): Document {
  const what = `${reportTitle(figures)}: ${needsText(figures)}`
  const nextStep =
    did === 'waits'
      ? 'echopilot deliver'
      : did === 'not sent'
        ? `echopilot effect show ${effectId ?? ''}`
        : null
  return document(
    line`${what}`,
    line`${did}, to ${to.join(', ')} by ${service.replace('_', ' ')}`,
    reason === null ? null : line`${reason}`,
    next(nextStep),
  )
}
