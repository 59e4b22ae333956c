import { utcDay } from '../domain/budget.ts'
import type { OperateReport } from '../domain/operate.ts'
import type { Shape } from '../domain/shape.ts'
import type { StatusRow } from '../domain/board-effects.ts'
import { instantText } from '../kernel/text.ts'
import { recordEffects } from './effect-rows.ts'
import {
  findRow,
  readRow,
  readRows,
  type Change,
  type RowReader,
  type StoreCore,
  type StoreReader,
} from './core.ts'

/** A healing that was recorded before it is done. */
export type BegunHealing =
  | { readonly kind: 'begun'; readonly id: string }
  /** As many as may be in a day (UTC) were begun: it is not to be done. */
  | { readonly kind: 'capped' }

/** What a healing came to. */
export interface HealingEnd {
  readonly outcome: 'done' | 'failed'
  /** What it did, or why it could not; without secrets. */
  readonly detail: string
}

/** A healing, as it is kept. */
export interface KeptHealing {
  readonly id: string
  /** What was done, such as `redeliver`, and to what. */
  readonly healing: string
  readonly thing: string
  readonly beganMs: number
  /** What it came to, and when; null while it is done. */
  readonly end: (HealingEnd & { readonly atMs: number }) | null
}

/** What the auto-operator found and did. */
export function operateStore(core: StoreCore) {
  return {
    /**
     * Records that something is about to be healed, unless that was done as often today as it may be. One that died is
     * counted as well: nobody knows how far it came.
     */
    beginHealing: (healing: string, thing: string, mostADay: number): Promise<BegunHealing> =>
      core.change(core.actor, 'heal.begin', tx => {
        if (begunToday(tx, healing) >= mostADay) return { kind: 'capped' }
        const id = tx.newId('healing')
        tx.engine.run(
          `INSERT INTO healings (id, healing, thing, began_ms) VALUES (:id, :healing, :thing, :now)`,
          { id, healing, thing, now: tx.clock.now() },
        )
        tx.about(id, { healing, thing })
        return { kind: 'begun', id }
      }),
    endHealing: (id: string, end: HealingEnd) =>
      core.change(core.actor, 'heal.end', tx => endHealing(tx, id, end)),
    /**
     * Ends healings that no process is at any more: those of an auto-operator that died. For whoever holds its lock;
     * how far they came is not known.
     */
    endDied: () =>
      core.change(core.actor, 'heal.end', tx => {
        const died = readRows(tx, OPEN_HEALINGS, {}, is => is.text('id'))
        for (const id of died) endHealing(tx, id, { outcome: 'failed', detail: 'its process died' })
      }),
    /**
     * Records what the board is to be told of this hour, as an effect of its service; returns its id. What was told of
     * the hour before is corrected by it.
     */
    recordHeartbeat: (service: string, row: StatusRow): Promise<string> =>
      core.change(core.actor, 'heartbeat.tell', tx => {
        const hour = instantText(row.atMs).slice(0, 13)
        const body = { kind: 'status', row, day: utcDay(row.atMs), hour } as const
        const subject = { kind: 'heartbeat', id: `heartbeat_${hour}` }
        tx.about(subject.id, { ok: row.ok })
        recordEffects(tx, { service, subject }, [{ name: null, target: 'status', body }])
        const sql = `SELECT id FROM effects WHERE subject_kind = 'heartbeat' AND subject_id = :id ORDER BY seq DESC LIMIT 1`
        return readRow(tx, sql, { id: subject.id }, is => is.text('id'))
      }),
    /** One of them; null where there is none of that id. */
    healing: async (id: string) =>
      findRow(core, 'SELECT * FROM healings WHERE id = :id', { id }, readHealing),
    /** How many healings of a kind were begun today (UTC). */
    healedToday: async (healing: string) => begunToday(core, healing),
    /** Keeps what was found, in the place of what was found before. */
    saveReport: (report: OperateReport) =>
      core.change(core.actor, 'operate.report', tx => {
        tx.engine.run(
          `INSERT INTO operate_report (only, at_ms, report) VALUES (1, :atMs, :report)
           ON CONFLICT (only) DO UPDATE SET at_ms = excluded.at_ms, report = excluded.report`,
          { atMs: report.atMs, report: JSON.stringify(report) },
        )
      }),
    /** What was found last; null where nobody ever looked. */
    lastReport: async () =>
      findRow(core, 'SELECT report FROM operate_report', {}, is =>
        is.json<OperateReport>('report', REPORT_SHAPE),
      ),
  }
}

const REPORT_SHAPE = {
  atMs: 'number',
  commit: 'text',
  ok: 'any',
  checks: [
    {
      check: 'text',
      state: 'text',
      measured: 'text',
      threshold: 'text',
      bad: [{ message: 'text', next: 'text?' }],
    },
  ],
  healed: [{ healing: 'text', thing: 'text', outcome: 'text', detail: 'text' }],
  notices: [{ alertId: 'text', kind: 'text' }],
} as const satisfies Shape

function readHealing(is: RowReader): KeptHealing {
  const endedMs = is.numberOrNull('ended_ms')
  return {
    id: is.text('id'),
    healing: is.text('healing'),
    thing: is.text('thing'),
    beganMs: is.number('began_ms'),
    end:
      endedMs === null
        ? null
        : { atMs: endedMs, outcome: is.text<HealingEnd['outcome']>('outcome'), detail: is.text('detail') },
  }
}

const OPEN_HEALINGS = 'SELECT id FROM healings WHERE ended_ms IS NULL ORDER BY id'

function endHealing(tx: Change, id: string, { outcome, detail }: HealingEnd): void {
  tx.engine.run(
    `UPDATE healings SET ended_ms = :now, outcome = :outcome, detail = :detail
     WHERE id = :id AND ended_ms IS NULL`,
    { id, outcome, detail, now: tx.clock.now() },
  )
  tx.about(id, { outcome })
}

function begunToday(core: StoreReader, healing: string): number {
  const fromMs = Date.parse(utcDay(core.clock.now()))
  const sql = 'SELECT COUNT(*) AS begun FROM healings WHERE healing = :healing AND began_ms >= :fromMs'
  return readRow(core, sql, { healing, fromMs }, is => is.number('begun'))
}
