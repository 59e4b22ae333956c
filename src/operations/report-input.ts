import { readCorrespondent, type Correspondent, type Mail } from '../domain/mail.ts'
import { dayBefore, readPeriod, weekBefore, type Period } from '../domain/period.ts'
import { reportDocument, reportTitle } from '../figures/report-document.ts'
import { needsText, reportFigures, type ReportFigures, type ReportKind } from '../figures/report.ts'
import { document, line, next, verbatim, type Document } from '../kernel/document.ts'
import { AppError } from '../kernel/errors.ts'
import { choiceField, flagField, withDefault } from '../kernel/field.ts'
import { deliverDue } from '../outbox/deliver.ts'
import { onlyTo } from '../outbox/deliverer.ts'
import type { Mailers } from '../roles/mailer.ts'
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

const FORMATS = ['text', 'json', 'html'] as const

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
      return { dryRun: context.dryRun, format, ...figures, mailed, file: await fileOf(figures, format) }
    },
    render: report => {
      const { mailed, file } = report
      if (mailed !== null) return document(mailedParts(report, mailed))
      return file === null ? reportDocument(report) : document(verbatim(textIn(file)))
    },
    outcome: ({ mailed }) =>
      mailed?.did === 'waits' ? 'busy' : mailed?.did === 'not sent' ? 'failed' : 'ok',
    writeTo: {
      flag: 'output',
      meaning: 'write it to this file, whole or not at all',
      what: 'the report',
      told: 'written',
      text: report => (report.file === null ? textOf(report) : textIn(report.file)),
    },
  })
}

function periodOf(kind: ReportKind, typed: string | undefined, nowMs: number): Period {
  if (typed === undefined) return kind === 'weekly' ? weekBefore(nowMs) : dayBefore(nowMs)
  const period = readPeriod(typed)
  if (period === null) throw new AppError('usage', `${typed} is no period`, 'give one such as 2026-11-30')
  return period
}

function tooEarly(): AppError {
  return new AppError(
    'refused',
    'the period is not over, and its mail is sent once: what is still to come would never be mailed',
    'leave --send out, or name a period that is over',
  )
}

async function fileOf(figures: ReportFigures, format: (typeof FORMATS)[number]): Promise<Rendered | null> {
  switch (format) {
    case 'text':
      return null
    case 'json':
      return rendered('application/json', `${JSON.stringify(figures, null, 2)}\n`)
    case 'html':
      return rendered('text/html', await pageOf(figures))
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

async function pageOf(figures: ReportFigures): Promise<string> {
  const { htmlPage } = await import('../printers/html.ts')
  return htmlPage({ title: reportTitle(figures), body: reportDocument(figures), drawings: [] })
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
    files: [],
  }
  const { service } = mailers
  return (await context.store.reports.mail(id, { service, mail: letter }, context.actor)).effect
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
