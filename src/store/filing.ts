import { FILE, filedResult, FILING_SERVICES } from '../domain/filed.ts'
import { termsOf } from './billing.ts'
import { findRow, type Change } from './core.ts'
import { recordEffects, type Effect } from './effect-rows.ts'
import { appendEntry } from './receipts.ts'
import { addEvent, findRun, type Run } from './run-rows.ts'
import { taskOf } from './tasks.ts'
import { latestWorkOf } from './work-rows.ts'

/**
 * Has the result of a run filed where it was made with that rule (`files.to`); inside the transaction that accepted it. Each
 * run has a file of its own: what was filed before stays as it is.
 */
export function fileDone(tx: Change, run: Run): void {
  const filing = termsOf(tx, run.id)?.filing ?? 'nowhere'
  const work = filing === 'nowhere' ? null : latestWorkOf(tx, run.id)
  if (filing === 'nowhere' || work === null) return
  const { title } = taskOf(tx, run)
  const client = clientName(tx, run.taskId)
  const body = filedResult({ client, title, runId: run.id, markdown: work.text, atMs: tx.clock.now() })
  const effects = { service: FILING_SERVICES[filing], subject: { kind: 'run', id: run.id } } as const
  recordEffects(tx, effects, [{ name: null, target: run.id, body }])
}

/** Records where a result was filed, inside the transaction that ends its effect. */
export function endFiling(tx: Change, { kind, runId, service }: Effect, link: string | null): void {
  const run = kind === FILE.kind && runId !== null ? findRun(tx, runId) : null
  if (run === null || link === null) return
  addEvent(tx, { runId: run.id, state: run.state, what: `filed: ${link}` })
  appendEntry(tx, run.id, 'file', { service, link })
}

function clientName(tx: Change, taskId: string): string | null {
  const sql = `SELECT COALESCE(c.name, t.client) AS name FROM tasks t LEFT JOIN clients c ON c.id = t.client_id WHERE t.id = :taskId`
  return findRow(tx, sql, { taskId }, is => is.textOrNull('name'))
}
