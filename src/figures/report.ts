import { headText } from '../domain/audit.ts'
import { formatMoney, type DatedRate } from '../domain/money.ts'
import { daysUpTo, periodKey, periodText, type Period } from '../domain/period.ts'
import { lastSlot, nextSlot, slotEnds, spacingMs, type Cadence, type Schedule } from '../domain/schedule.ts'
import { isFresh } from '../domain/operate.ts'
import { countText, cutTo, instantText, spanText } from '../kernel/text.ts'
import type { Store } from '../store/index.ts'
import type { Timed } from '../store/reports.ts'
import { moneyReport, type MoneyReport } from './money.ts'
import { LISTED, statusFigures, type StatusFigures } from './status.ts'
import { percentOf, workOfDays, type DayFigure, type WorkSum } from './work-sums.ts'

/** Reports that are mailed. */
export type ReportKind = 'supervisor' | 'executive' | 'weekly'

/** What a report is about, and as of when. */
export interface ReportAsked {
  readonly kind: ReportKind
  readonly period: Period
  readonly rates: readonly DatedRate[]
  readonly schedule: Schedule
  readonly nowMs: number
  readonly commit: string
}

/** Something that waits for a decision or a repair, the gravest first. */
export interface Needed {
  readonly what: string
  readonly grave: boolean
  readonly why: string | null
  /** What to type; null where nothing is known. */
  readonly next: string | null
}

/** A time of the runs that were done: 95 of 100 took no longer. Null where none was done: that is no data, not 0. */
export interface TimeFigure {
  readonly of: Timed
  readonly count: number
  readonly p95Ms: number | null
}

/** Slots of the schedule within the period: those that were due, and those that a run has done. */
export interface SlotFigure {
  readonly job: string
  readonly due: number
  readonly met: number
  readonly percent: number | null
}

/**
 * The figures of a report, for every surface alike: mail, PDF, terminal and JSON print these and compute none. What is
 * of the period is of its days (UTC); what is open is as of `at`.
 */
export interface ReportFigures {
  readonly kind: ReportKind
  /** As it is typed, and as it is read. */
  readonly period: string
  readonly periodText: string
  readonly from: string
  readonly to: string
  /** When the figures were read, and whether the period was over by then. */
  readonly at: string
  readonly isOver: boolean
  readonly commit: string
  /** Where the audit chain had come to; null where its head is lost. */
  readonly auditHead: string | null
  readonly needs: readonly Needed[]
  /** Of one kind there are more than are listed. */
  readonly needsMore: boolean
  readonly notProved: readonly string[]
  readonly work: WorkSum
  readonly times: readonly TimeFigure[]
  readonly money: Pick<MoneyReport, 'total' | 'probesUsd' | 'withoutRate'> & {
    readonly unpriced: number
    /** The dearest five. */
    readonly topClients: MoneyReport['byClient']
    readonly byType: MoneyReport['byType']
  }
  /** What clients owe now, one for each currency. */
  readonly unpaid: readonly { readonly amount: string; readonly bills: number; readonly oldest: string }[]
  readonly trend: {
    readonly last7: WorkSum
    readonly last30: WorkSum
    /** The thirty days that end with the period. */
    readonly days: readonly DayFigure[]
  }
  readonly uptime: { readonly percent: number | null; readonly due: number; readonly met: number }
  readonly slots: readonly SlotFigure[]
  /** How things stand now. */
  readonly status: StatusFigures
}

const TREND_DAYS = 30
const TOP_CLIENTS = 5
const TIMES: readonly Timed[] = ['total', 'wait', 'generate', 'judge', 'revise']

/** Reads the figures. */
export async function reportFigures(store: Store, asked: ReportAsked): Promise<ReportFigures> {
  const { kind, period, rates, nowMs, schedule } = asked
  const status = await statusFigures(store, schedule, nowMs)
  const money = await moneyReport(store, { period, clientId: null, rates })
  const trend = await workOfDays(store, daysUpTo(period, TREND_DAYS), rates)
  const slots = await slotFigures(store, schedule, period, nowMs)
  const head = await store.audit.head()
  return {
    kind,
    period: periodKey(period),
    periodText: periodText(period),
    from: instantText(period.fromMs),
    to: instantText(period.toMs),
    at: instantText(nowMs),
    isOver: period.toMs <= nowMs,
    commit: asked.commit,
    auditHead: head === null ? null : headText(head),
    needs: neededOf(status),
    needsMore: [status.failed, status.waiting, status.dead].some(({ length }) => length >= LISTED),
    notProved: await notProvedOf(store, status),
    work: (await workOfDays(store, period, rates)).total,
    times: await timeFigures(store, period),
    money: {
      total: money.total,
      probesUsd: money.probesUsd,
      withoutRate: money.withoutRate,
      unpriced: money.unpriced.length,
      topClients: money.byClient.slice(0, TOP_CLIENTS),
      byType: money.byType,
    },
    unpaid: (await store.reports.unpaid()).map(({ open, bills, oldestMs }) => ({
      amount: formatMoney(open),
      bills,
      oldest: instantText(oldestMs),
    })),
    trend: {
      last7: (await workOfDays(store, daysUpTo(period, 7), rates)).total,
      last30: trend.total,
      days: trend.days,
    },
    uptime: uptimeOf(slots),
    slots,
    status,
  }
}

/** The times of the runs that were done in a span, by nearest rank. */
export async function timeFigures({ reports }: Pick<Store, 'reports'>, span: Period): Promise<TimeFigure[]> {
  const figures: TimeFigure[] = []
  for (const of of TIMES) {
    const { count, ms } = await reports.percentile(of, span, 95)
    figures.push({ of, count, p95Ms: ms })
  }
  return figures
}

/** What a person has to decide or mend. Alerts are told of with what they are about. */
function neededOf(status: StatusFigures): Needed[] {
  const all: readonly (readonly Needed[])[] = [
    status.alerts.map(({ severity, message, next }) => ({
      what: `alert: ${oneLine(message)}`,
      grave: severity === 'critical',
      why: null,
      next,
    })),
    status.disputes.map(({ urgency, text, left, next }) => ({
      what: `dispute: ${oneLine(text)}${left === null ? '' : `, ${left}`}`,
      grave: urgency === 'now' || urgency === 'over',
      why: null,
      next,
    })),
    status.failed.map(({ title, status: state, reason, next }) => ({
      what: `${oneLine(title)} (${state})`,
      grave: true,
      why: reason === null ? null : oneLine(reason),
      next,
    })),
    status.dead.map(({ what, title, reason, next }) => ({
      what: `not written: ${what}${title === null ? '' : ` of ${oneLine(title)}`}`,
      grave: true,
      why: reason === null ? null : oneLine(reason),
      next,
    })),
    status.services.map(({ service, reason, hint }) => ({
      what: `${service} is paused: ${oneLine(reason)}`,
      grave: false,
      why: hint === null ? null : oneLine(hint),
      next: 'echopilot doctor',
    })),
    status.waiting.map(({ title, status: state, reason, next }) => ({
      what: `${oneLine(title)} (${state})`,
      grave: false,
      why: reason === null ? null : oneLine(reason),
      next,
    })),
  ]
  return all.flat().toSorted((a, b) => Number(b.grave) - Number(a.grave))
}

/** What was found longer ago is no proof of today. */
const PROOF_COUNTS_MS = 24 * 3_600_000

/** What nobody measured, or too long ago: it is neither well nor wrong. */
async function notProvedOf(store: Store, { atMs, proofs, jobs }: StatusFigures): Promise<string[]> {
  const operate = await store.operate.lastReport()
  const old = proofs.filter(proof => proof.outcome === 'proved' && atMs - proof.atMs > PROOF_COUNTS_MS)
  const never = jobs.filter(({ last }) => last === null).map(({ job }) => job)
  return [
    ...(proofs.length === 0 ? ['services: nothing was probed yet'] : []),
    ...proofs
      .filter(({ outcome }) => outcome === 'not_proved')
      .map(({ subject, detail }) => `${subject}: ${oneLine(detail)}`),
    ...old.map(proof => `${proof.subject}: proved ${spanText(atMs - proof.atMs)} ago, which is too long`),
    ...(operate === null ? ['the checks of operate: it never ran'] : []),
    ...(operate !== null && !isFresh(operate, atMs)
      ? [`the checks of operate: it ran ${spanText(atMs - operate.atMs)} ago`]
      : []),
    ...(never.length === 0 ? [] : [`jobs that never ran by the schedule: ${never.join(', ')}`]),
    ...(proofs.some(({ subject }) => subject.startsWith('backup')) ? [] : ['backup: none was ever verified']),
  ]
}

/** How long runs of jobs are kept: of a slot before that nothing is known. */
const KEPT_MS = 90 * 24 * 3_600_000
/** A slot may still be met for so long. */
const LATE_MS = 90_000

/**
 * Slots are due from the first that a run was begun for: of a job that never ran nothing is known, for there may be no
 * timers. Of what is forgotten none is counted.
 */
async function slotFigures(
  { jobs, reports }: Store,
  schedule: Schedule,
  { fromMs, toMs }: Period,
  nowMs: number,
): Promise<SlotFigure[]> {
  const figures: SlotFigure[] = []
  for (const [name, job] of Object.entries(schedule)) {
    const begunMs = await jobs.firstBegunMs(name)
    const firstMs = begunMs === null ? Infinity : lastSlot(job.on, begunMs)
    const span = {
      fromMs: Math.max(fromMs, firstMs, nowMs - KEPT_MS),
      toMs: Math.min(toMs, nowMs - LATE_MS),
    }
    const due = slotsIn(job.on, span)
    const found = due === 0 ? 0 : await reports.slotsMet(name, span, slotEnds(job))
    const met = Math.min(found, due)
    figures.push({ job: name, due, met, percent: percentOf(met, due) })
  }
  return figures
}

function slotsIn(cadence: Cadence, { fromMs, toMs }: Period): number {
  if (fromMs >= toMs) return 0
  const [first, last] = [nextSlot(cadence, fromMs - 1), lastSlot(cadence, toMs - 1)]
  return last < first ? 0 : (last - first) / spacingMs(cadence) + 1
}

function uptimeOf(slots: readonly SlotFigure[]): ReportFigures['uptime'] {
  const due = slots.reduce((sum, slot) => sum + slot.due, 0)
  const met = slots.reduce((sum, slot) => sum + slot.met, 0)
  return { due, met, percent: percentOf(met, due) }
}

/** `1 thing needs you`, as a subject line says it. */
export function needsText({ needs, needsMore }: Pick<ReportFigures, 'needs' | 'needsMore'>): string {
  if (needs.length === 0) return 'nothing needs you'
  if (needsMore) return `${needs.length} things and more need you`
  return countText(needs.length, 'thing needs you', 'things need you')
}

/** A title may be as long as its client likes; what it begins with tells which it is. */
const LONGEST = 200

/** Texts of others stand in a line of ours. */
function oneLine(text: string): string {
  return cutTo(
    text
      .slice(0, 4 * LONGEST)
      .replaceAll(/\s+/g, ' ')
      .trim(),
    LONGEST,
  )
}
