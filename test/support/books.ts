import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { CHAIN_START, flawOf, type AuditRow } from '../../src/domain/audit.ts'
import { parseDocument } from './document.ts'
import { sha256 } from '../../src/kernel/digest.ts'

/** A call as the store's own file holds it. */
export interface CallRow {
  readonly id: string
  readonly run_id: string
  readonly stage: string
  readonly certainty: string
  readonly cost_nano: number
  readonly reserved_nano: number
  readonly input_tokens: number | null
  readonly output_tokens: number | null
}

/** What a store file holds, read by a connection of its own, past all of the program's code. */
export interface Books {
  readonly calls: readonly CallRow[]
  readonly runs: readonly { readonly id: string; readonly task_id: string; readonly state: string }[]
  readonly outputs: readonly { readonly run_id: string; readonly call_id: string; readonly stage: string }[]
  readonly judgements: readonly {
    readonly run_id: string
    readonly call_id: string
    readonly score: number | null
  }[]
}

/** Rows of a query, as plain objects. */
export function rowsOf<Row>(storeFile: string, sql: string): Row[] {
  const db = new Database(storeFile, { readonly: true })
  try {
    return db.prepare<[], Row>(sql).all()
  } finally {
    db.close()
  }
}

/** Reads the books of a store file. */
export function readBooks(storeFile: string): Books {
  return {
    calls: rowsOf(storeFile, 'SELECT * FROM calls ORDER BY started_ms, id'),
    runs: rowsOf(storeFile, 'SELECT id, task_id, state FROM runs ORDER BY created_ms, id'),
    outputs: rowsOf(storeFile, 'SELECT run_id, call_id, stage FROM outputs ORDER BY run_id, number'),
    judgements: rowsOf(storeFile, 'SELECT run_id, call_id, score FROM judgements ORDER BY run_id, number'),
  }
}

const SPEND_BY_SCOPE = `
  SELECT 'task' AS scope, r.task_id AS key, SUM(c.cost_nano) AS nano FROM calls c JOIN runs r ON r.id = c.run_id GROUP BY 2
  UNION ALL SELECT 'day', day, SUM(cost_nano) FROM calls GROUP BY 2
  UNION ALL SELECT 'month', substr(day, 1, 7), SUM(cost_nano) FROM calls GROUP BY 2
  UNION ALL SELECT 'client_month', substr(day, 1, 7) || ' ' || client, SUM(cost_nano)
    FROM calls WHERE client IS NOT NULL GROUP BY 2
  ORDER BY 1, 2`

/** The running totals that the caps read are what the calls add up to, and foreign keys hold. */
export function expectSpendAddsUp(storeFile: string): void {
  const kept = rowsOf(storeFile, 'SELECT scope, key, nano FROM spend ORDER BY scope, key')
  expect(kept).toEqual(rowsOf(storeFile, SPEND_BY_SCOPE))
  expect(rowsOf(storeFile, 'PRAGMA foreign_key_check')).toEqual([])
}

/**
 * The audit chain is whole, and says of runs that have ended, of calls and of effects what their rows say.
 */
export function expectChainHolds(storeFile: string): void {
  let last = CHAIN_START
  const said = new Map<string, object>()
  for (const row of chainRows(storeFile)) {
    const flaw = flawOf(last, row)
    if (flaw !== null) throw new Error(flaw.what)
    last = { seq: last.seq + 1, digest: row.digest }
    for (const [id, facts] of Object.entries(parseDocument(row.subjects)))
      said.set(id, Object.assign(said.get(id) ?? {}, facts))
  }
  expect(rowsOf(storeFile, 'SELECT seq, digest FROM audit_head')).toEqual([last])
  const facts = rowsOf<{ id: string }>(
    storeFile,
    `SELECT r.id, r.state, s.digest AS receipt FROM runs r JOIN receipts s ON s.run_id = r.id`,
  )
  const calls = `SELECT id, run_id AS run, certainty, cost_nano AS costNano FROM calls WHERE certainty <> 'reserved'`
  const effects = `SELECT id, state, service, kind FROM effects WHERE state IN ('done', 'dead', 'dismissed')`
  for (const { id, ...known } of [
    ...facts,
    ...rowsOf<{ id: string }>(storeFile, calls),
    ...rowsOf<{ id: string }>(storeFile, effects),
  ])
    expect(said.get(id), id).toMatchObject(known)
}

/** The rows of the chain, as the domain reads them. */
function chainRows(storeFile: string): AuditRow[] {
  return rowsOf<AuditRow>(
    storeFile,
    `SELECT CAST(seq AS TEXT) AS seq, CAST(at_ms AS TEXT) AS atMs, actor, kind, subjects, program_commit AS "commit", previous,
       digest FROM audit_log ORDER BY audit_log.seq`,
  )
}

/** Nothing is under way or leased, totals add up, and every run that ended has a seal that is whole. */
export function expectAtRest(storeFile: string): void {
  expectSpendAddsUp(storeFile)
  expectChainHolds(storeFile)
  expect(rowsOf(storeFile, `SELECT id FROM calls WHERE certainty = 'reserved'`)).toEqual([])
  expect(rowsOf(storeFile, 'SELECT id FROM runs WHERE owner IS NOT NULL')).toEqual([])
  expect(
    rowsOf(
      storeFile,
      `SELECT run_id FROM attempts a JOIN runs r ON r.id = a.run_id
      WHERE a.outcome = 'open' AND r.state IN ('done', 'failed_final', 'cancelled', 'waiting_human', 'retrying')`,
    ),
  ).toEqual([])
  const seals = rowsOf<{ core: string; digest: string }>(storeFile, 'SELECT core, digest FROM receipts')
  for (const seal of seals) expect(sha256(seal.core)).toBe(seal.digest)
  const ended = `SELECT id FROM runs WHERE ended_ms IS NOT NULL`
  expect(rowsOf(storeFile, `${ended} AND id NOT IN (SELECT run_id FROM receipts)`)).toEqual([])
  expect(rowsOf(storeFile, `SELECT run_id FROM receipts WHERE run_id NOT IN (${ended})`)).toEqual([])
}

/** Every row of every table, to see that nothing was changed, or what was. */
export function dumpStore(storeFile: string): Record<string, unknown[]> {
  const tables = rowsOf<{ name: string }>(
    storeFile,
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
  )
  return Object.fromEntries(tables.map(({ name }) => [name, rowsOf(storeFile, `SELECT * FROM "${name}"`)]))
}
