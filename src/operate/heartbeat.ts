import { headText } from '../domain/audit.ts'
import type { StatusRow } from '../domain/board-effects.ts'
import { isFresh, type OperateReport } from '../domain/operate.ts'
import { countText, spanText } from '../kernel/text.ts'
import type { World } from '../kernel/world.ts'
import type { Store } from '../store/index.ts'

/** What a heartbeat is made of. */
export interface HeartbeatContext {
  readonly world: Pick<World, 'clock'>
  readonly store: Store
  readonly program: { readonly commit: string; readonly branch: string | null }
}

const DAY_MS = 24 * 3_600_000

/** How things stand, as the outside is told each hour, with the head of the audit chain for it to keep. */
export async function heartbeatRow({ world, store, program }: HeartbeatContext): Promise<StatusRow> {
  const atMs = world.clock.now()
  const day = await store.runs.ended(atMs - DAY_MS, atMs)
  const report = await store.operate.lastReport()
  const head = await store.audit.head()
  const open = await store.alerts.open()
  const notes = [
    operateText(report, atMs),
    open.length === 0 ? null : countText(open.length, 'alert is open', 'alerts are open'),
    `${day.done} of ${countText(day.done + day.failed, 'job')} done`,
    `audit ${head === null ? 'head is missing' : headText(head)}`,
  ]
  return {
    atMs,
    ok: report !== null && report.ok && isFresh(report, atMs),
    jobs: day.done + day.failed,
    // No data is not 0.
    averageScore: day.averageScore === null ? null : Math.round(day.averageScore * 10) / 10,
    lowScores: day.low,
    commit: program.commit,
    branch: program.branch,
    notes: notes.filter(note => note !== null).join('; '),
  }
}

function operateText(report: OperateReport | null, nowMs: number): string {
  if (report === null) return 'not proved: operate never ran'
  const ago = `${spanText(nowMs - report.atMs)} ago`
  if (!isFresh(report, nowMs)) return `not proved: operate ran ${ago}`
  const bad = report.checks.filter(({ state }) => state === 'bad' || state === 'unknown')
  return bad.length === 0
    ? `all checks ok ${ago}`
    : `not ok ${ago}: ${bad.map(({ check }) => check).join(', ')}`
}
