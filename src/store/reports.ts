import { utcDay } from '../domain/budget.ts'
import type { Mail, MailEffect } from '../domain/mail.ts'
import type { Money } from '../domain/money.ts'
import { nearestRank } from '../domain/percentile.ts'
import { defect } from '../kernel/errors.ts'
import { billById } from './bill-rows.ts'
import type { Span } from './bills.ts'
import { findRow, readRow, readRows, type StoreCore, type StoreReader } from './core.ts'
import { readEffect, recordEffects, type Effect } from './effect-rows.ts'
import { openOfBill } from './payment-rows.ts'
import { flag, listed, listOf } from './sql.ts'

/** What came of the work of a day (UTC). A day on which nothing came of any is left out. */
export interface DayOfWork {
  /** As `2026-11-30`. */
  readonly day: string
  readonly done: number
  readonly failed: number
  /** Runs with a score, the sum of these, and how many are under their target. */
  readonly judged: number
  readonly scores: number
  readonly low: number
}

/** What was billed on a day: in nano-dollars where a bill has them, else in its own currency. */
export interface DayOfBills {
  readonly day: string
  readonly usdNano: number
  readonly withoutUsd: readonly Money[]
}

/** Times that are measured of runs which were done. `wait`: until the work began. `total`: from then to the end. */
export type Timed = 'total' | 'wait' | 'generate' | 'judge' | 'revise'

/** A percentile of so many values. */
export interface Percentile {
  readonly count: number
  /** Null where there are no values. */
  readonly ms: number | null
}

/** Bills that are not paid, in one currency. */
export interface UnpaidSum {
  readonly open: Money
  readonly bills: number
  readonly oldestMs: number
}

/** What reports add up, and that they were mailed. */
export function reportStore(core: StoreCore) {
  return {
    /** What came of the work of each day; the same runs as {@link file://./runs.ts}' `ended` counts. */
    daysOfWork: async (span: Span): Promise<DayOfWork[]> =>
      readRows(core, DAYS_OF_WORK, { ...span }, is => ({
        day: utcDay(is.number('day') * DAY_MS),
        done: is.number('done'),
        failed: is.number('failed'),
        judged: is.number('judged'),
        scores: is.number('scores'),
        low: is.number('low'),
      })),
    /** AI cost of each day, in nano-dollars, probes included; a day without any is left out. */
    costOfDays: async ({ fromMs, toMs }: Span): Promise<Map<string, number>> =>
      new Map(
        readRows(
          core,
          `SELECT key, nano FROM spend WHERE scope = 'day' AND key >= :from AND key < :to`,
          { from: utcDay(fromMs), to: utcDay(toMs) },
          is => [is.text('key'), is.number('nano')],
        ),
      ),
    /** What was billed on each day; one without a bill that stands is left out. */
    billsOfDays: async (span: Span): Promise<DayOfBills[]> => billsOfDays(core, span),
    /** A percentile, by nearest rank, of a time of the runs that were done in a span. */
    percentile: async (timed: Timed, span: Span, percent: number): Promise<Percentile> => {
      const times = timesSql(timed)
      const values = { ...span, ...(isStage(timed) ? { stage: timed } : {}) }
      const count = readRow(core, `SELECT COUNT(*) AS runs FROM (${times})`, values, is => is.number('runs'))
      const rank = nearestRank(count, percent)
      if (rank === null) return { count, ms: null }
      const sql = `SELECT ms FROM (${times}) ORDER BY ms LIMIT 1 OFFSET :before`
      return { count, ms: readRow(core, sql, { ...values, before: rank - 1 }, is => is.number('ms')) }
    },
    /** How many slots of a job within a span were done: a run of it ended in one of these ways. */
    slotsMet: async (job: string, { fromMs, toMs }: Span, ends: readonly string[]): Promise<number> =>
      readRow(core, SLOTS_MET, { job, fromMs, toMs, ends: listOf(ends) }, is => is.number('met')),
    /** What is open of the bills that are not paid, one sum for each currency. */
    unpaid: async (): Promise<UnpaidSum[]> => unpaidSums(core),
    /**
     * Records that a report is to be mailed, with the effect that does it: once for a report and a period, whoever asks
     * and by whatever service. Gives back that effect, and whether it was there before.
     */
    mail: (id: string, { service, mail }: { readonly service: string; readonly mail: Mail }, actor: string) =>
      core.change(actor, 'report.mail', (tx): { readonly effect: Effect; readonly wasThere: boolean } => {
        const before = mailOf(tx, id)
        if (before !== null) return { effect: before, wasThere: true }
        const body: MailEffect = { kind: 'mail', ...mail }
        recordEffects(tx, { service, subject: { kind: 'report', id } }, [{ name: '1', target: id, body }])
        tx.about(id, { state: 'asked', service })
        const effect = mailOf(tx, id)
        if (effect === null) throw defect(`the mail of ${id} was not recorded`)
        return { effect, wasThere: false }
      }),
    /** The mail of a report and a period; null where none is recorded. */
    mailOf: async (id: string): Promise<Effect | null> => mailOf(core, id),
  }
}

const DAY_MS = 86_400_000
const IN_SPAN = 'ended_ms >= :fromMs AND ended_ms < :toMs'
const OF_SCORE = `CASE WHEN score IS NULL THEN 0 ELSE 1 END, COALESCE(score, 0), ${flag('score < threshold')}`

/** What is done, what failed for good, and what was begun and waits for a person. */
const DAYS_OF_WORK = `SELECT day, SUM(done) AS done, SUM(failed) AS failed, SUM(judged) AS judged, SUM(score) AS scores,
    SUM(low) AS low
  FROM (
    SELECT ended_ms / ${DAY_MS} AS day, 1 AS done, 0 AS failed, CASE WHEN score IS NULL THEN 0 ELSE 1 END AS judged,
      COALESCE(score, 0) AS score, ${flag('score < threshold')} AS low
    FROM runs /* by runs_done */ WHERE state = 'done' AND ${IN_SPAN}
    UNION ALL
    SELECT ended_ms / ${DAY_MS}, 0, 1, 0, 0, 0 FROM runs /* by runs_failed */ WHERE state = 'failed_final' AND ${IN_SPAN}
    UNION ALL
    SELECT created_ms / ${DAY_MS}, 0, 0, ${OF_SCORE} FROM runs /* by runs_newest */
    WHERE state = 'waiting_human' AND created_ms >= :fromMs AND created_ms < :toMs
  ) GROUP BY day`

/** As `books` in bills.ts counts them. */
const BILLED = `created_ms >= :fromMs AND created_ms < :toMs AND state NOT IN ('cancelled', 'refunded')`

function billsOfDays(core: StoreReader, span: Span): DayOfBills[] {
  const sums = `SELECT created_ms / ${DAY_MS} AS day, SUM(COALESCE(usd_nano, 0)) AS nano
    FROM bills /* by bills_created */ WHERE ${BILLED} GROUP BY created_ms / ${DAY_MS}`
  const others = `SELECT created_ms / ${DAY_MS} AS day, currency, amount_minor FROM bills /* by bills_created */
    WHERE ${BILLED} AND usd_nano IS NULL AND amount_minor IS NOT NULL`
  const withoutUsd = Map.groupBy(
    readRows(core, others, { ...span }, is => ({
      day: is.number('day'),
      money: { minor: is.number('amount_minor'), currency: is.text('currency') },
    })),
    ({ day }) => day,
  )
  return readRows(core, sums, { ...span }, is => {
    const day = is.number('day')
    return {
      day: utcDay(day * DAY_MS),
      usdNano: is.number('nano'),
      withoutUsd: (withoutUsd.get(day) ?? []).map(({ money }) => money),
    }
  })
}

function isStage(timed: Timed): boolean {
  return timed !== 'total' && timed !== 'wait'
}

/** A stage may take several calls of a run: each is one value. */
function timesSql(timed: Timed): string {
  const isDone = `r.state = 'done' AND r.ended_ms >= :fromMs AND r.ended_ms < :toMs`
  if (isStage(timed)) {
    return `SELECT c.ended_ms - c.started_ms AS ms FROM runs r /* by runs_done */ JOIN calls c ON c.run_id = r.id
      WHERE ${isDone} AND c.stage = :stage AND c.ended_ms IS NOT NULL`
  }
  const span = timed === 'wait' ? 'r.started_ms - r.created_ms' : 'r.ended_ms - r.started_ms'
  return `SELECT ${span} AS ms FROM runs r /* by runs_done */ WHERE ${isDone} AND r.started_ms IS NOT NULL`
}

/** Runs of a day that found nothing share a record, which says how many they were. */
const SLOTS_MET = `SELECT COUNT(DISTINCT CASE WHEN COALESCE(idle, 0) = 0 THEN slot_ms END) + COALESCE(SUM(idle), 0) AS met
  FROM operation_records WHERE job = :job AND slot_ms >= :fromMs AND slot_ms < :toMs AND outcome IN ${listed(':ends')}`

/** A bill with payments may be paid in part; the others, nearly all, are added up where they lie. */
function unpaidSums(core: StoreReader): UnpaidSum[] {
  const paid = 'EXISTS (SELECT 1 FROM payments p WHERE p.bill_id = b.id)'
  const unpaid = "FROM bills b /* by bills_unpaid */ WHERE b.state = 'unpaid' AND"
  const whole = readRows(
    core,
    `SELECT currency, COUNT(*) AS bills, SUM(amount_minor) AS minor, MIN(created_ms) AS oldest ${unpaid} NOT ${paid}
     GROUP BY currency`,
    {},
    is => ({
      open: { minor: is.number('minor'), currency: is.text('currency') },
      bills: is.number('bills'),
      oldestMs: is.number('oldest'),
    }),
  )
  const inPart = readRows(core, `SELECT id ${unpaid} ${paid}`, {}, is => is.text('id')).flatMap(id => {
    const bill = billById(core, id)
    const open = bill === null ? null : openOfBill(core, bill)
    return bill === null || open === null ? [] : [{ open, bills: 1, oldestMs: bill.createdMs }]
  })
  const byCurrency = Map.groupBy([...whole, ...inPart], ({ open }) => open.currency)
  return [...byCurrency]
    .map(([currency, sums]) => ({
      open: { currency, minor: sums.reduce((sum, { open }) => sum + open.minor, 0) },
      bills: sums.reduce((sum, { bills }) => sum + bills, 0),
      oldestMs: Math.min(...sums.map(({ oldestMs }) => oldestMs)),
    }))
    .toSorted((a, b) => (a.open.currency < b.open.currency ? -1 : 1))
}

function mailOf(core: StoreReader, id: string): Effect | null {
  const sql = `SELECT * FROM effects WHERE subject_kind = 'report' AND subject_id = :id ORDER BY seq LIMIT 1`
  return findRow(core, sql, { id }, is => readEffect(core, is))
}
