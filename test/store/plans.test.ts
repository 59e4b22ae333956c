/** How SQLite finds what the operations ask for: no table that grows with the work is walked through. */
import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { loadAll } from '../../src/kernel/operation.ts'
import { OPERATIONS as LISTED } from '../../src/operations/index.ts'
import { CALL, realSession } from '../support/session.ts'
import { addTo, claimFrom, testStore, TO_FAILED } from '../support/store.ts'

const CALLS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['status', {}],
  ['metrics', {}],
  ['doctor', {}],
  ['task list', { limit: 50 }],
  ['task list', { limit: 50, client: 'Acme' }],
  ['task list', { limit: 50, status: 'QA' }],
  ['task list', { limit: 50, status: 'Done', client: 'Acme' }],
  ['explain', { id: '5eed0000-ec40-4a11-8000-000000000001' }],
  ['poll', { drain: true }],
  ['maintain', {}],
  ['replay', { limit: 10, lookback: '14d' }],
  ['deliver', {}],
  ['operate', {}],
  ['heartbeat', {}],
  ['report ops', {}],
  ['effect list', { limit: 50 }],
  ['client list', {}],
  ['client set', { client: 'Acme', currency: 'EUR' }],
  ['client show', { client: 'Acme' }],
  ['report cost', {}],
  ['report supervisor', { send: true }],
  ['report executive', {}],
  ['report weekly', {}],
  ['report p95', {}],
  ['payments-scan', { since: '1d' }],
  ['payments-scan', {}],
  ['payments list', { limit: 50 }],
  ['payments list', { limit: 50, status: 'pending', client: 'Acme' }],
  ['payments show', { id: 'pay_000000' }],
  ['payments debug', {}],
  ['refund list', { limit: 50 }],
  ['refund list', { limit: 50, status: 'planned', of: 'pay_000000' }],
  ['refund show', { intent: 'ref_000000' }],
  ['alert unit', { name: 'a.service' }],
  ['alert list', { limit: 50 }],
  ['alert list', { limit: 50, state: 'resolved' }],
  ['alert ack', { id: 'unit/a.service' }],
]

/** Statements that were prepared while all of that was asked for. */
async function statementsOf(path: string): Promise<string[]> {
  const spy = vi.spyOn(Database.prototype, 'prepare')
  onTestFinished(() => spy.mockRestore())
  const operations = await loadAll(LISTED)
  for (const [words, input] of CALLS) {
    const operation = operations.find(candidate => candidate.path.join(' ') === words)
    if (operation === undefined) throw new Error(words)
    const session = realSession({
      stateDir: join(path, '..'),
      env: { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
    })
    await session.run(operation, input, CALL).catch((error: unknown) => error)
    session.close()
  }
  const statements = new Set(spy.mock.calls.map(([sql]) => sql))
  spy.mockRestore()
  return [...statements].filter(sql => !/PRAGMA|^INSERT INTO (?!.*SELECT)/.test(sql))
}

/** What is walked through is small, or only as much as is wanted of it. */
const BOUNDED: readonly RegExp[] = [
  // Tables that never hold more than a few rows, and what is made of those.
  /^SCAN (service_pauses|queue_pause|proofs|accounts|notion_databases|rate_buckets|locks|integrity|audit_head|operate_report|webhook_refusals|names|latest|unsure)\b/,
  /^SCAN (json_each|sqlite_master|pragma|CONSTANT|\()/,
  /^USE TEMP B-TREE .* FROM (names|service_pauses)\b/,
  // Indexes that hold only what is open.
  /^SCAN .* USING (COVERING )?INDEX (runs_ready|runs_open|runs_owned|runs_watched|effects_pending|effects_lasting|effects_passing|effects_dead|effects_dismissed|effects_owned|bills_unpaid|alerts_live|calls_open|calls_doubtful|healings_open|webhooks_waiting|webhooks_failed|payments_open|payments_wrong|links_standing|disputes_due|mailings_wanted|refunds_standing):/,
  /^USE TEMP B-TREE .* owner IS NOT NULL /,
  /^USE TEMP B-TREE .* WHERE state = '(pending|dead|dismissed)' /,
  /^USE TEMP B-TREE FOR (GROUP|ORDER) BY: SELECT place FROM effects INDEXED BY effects_dead /,
  // Refunds that stand, and those of a payment.
  /^USE TEMP B-TREE FOR ORDER BY: SELECT r\.\* FROM refunds r JOIN payments p .* WHERE r\.state IN /,
  /^USE TEMP B-TREE FOR ORDER BY: SELECT \* FROM refunds WHERE .*\bpayment_id = /,
  // The runs of one slot, and those under way.
  /^USE TEMP B-TREE FOR ORDER BY: SELECT \* FROM operation_records WHERE job = \S+ AND slot_ms >= .* UNION /,
  // All clients are asked for, or all that was done in a period, or for a client.
  /^SCAN clients USING INDEX clients_name: SELECT \* FROM clients ORDER BY /,
  /^(SCAN w|USE TEMP B-TREE FOR GROUP BY): SELECT t\.id, t\.title, .* GROUP BY task_id\) w JOIN tasks t /,
  // The days of a report, and the currencies of what is unpaid: few groups, in memory.
  /^USE TEMP B-TREE FOR GROUP BY: SELECT (day, SUM\(done\)|created_ms \/ 86400000 AS day,|currency, COUNT\(\*\) AS bills,) /,
  // Times of the runs that were done in a span, in their order.
  /^USE TEMP B-TREE FOR ORDER BY: SELECT ms FROM \(/,
  // Links that stand.
  /^(USE TEMP B-TREE FOR ORDER BY|SCAN standing): SELECT \* FROM \( SELECT l\.\* FROM links l INDEXED BY links_standing /,
  // All that a client paid; what came in a week, and what was refused.
  /^USE TEMP B-TREE FOR ORDER BY: SELECT p\.\*, .* p\.bill_id IN \(SELECT id FROM bills WHERE client_id = /,
  /^USE TEMP B-TREE FOR GROUP BY: SELECT .* FROM webhook(s|_refusals) WHERE service = /,
  // In the order of the index, as far as the limit goes.
  /^SCAN t USING INDEX tasks_created: .* LIMIT /,
  /^SCAN p USING INDEX payments_recorded: .* LIMIT /,
  /^SCAN refunds USING INDEX refunds_planned: .* LIMIT /,
  /^SCAN receipts: .* ORDER BY run_id DESC LIMIT /,
  // Counted in the index alone: some 50 ms for a million runs. Only those that were begun again are looked at.
  /^SCAN runs USING COVERING INDEX runs_newest: SELECT state, (COUNT\(\*\) AS runs FROM runs|SUM\(runs\) AS tasks FROM \()/,
  /^SCAN later USING COVERING INDEX runs_again: /,
  /^USE TEMP B-TREE FOR GROUP BY: SELECT state, SUM\(runs\) AS tasks /,
]

test('nothing that operations ask for walks through a table that grows', async () => {
  const files = testStore()
  const store = files.open('first')
  await addTo(store, { client: 'Acme' })
  const { claim } = await claimFrom(store)
  await store.stages.finish(claim, { kind: 'rested', settlement: null, next: TO_FAILED }, null)
  store.close()
  const statements = await statementsOf(files.path)
  expect(statements.length).toBeGreaterThan(30)
  const db = new Database(files.path, { readonly: true })
  onTestFinished(() => void db.close())
  const wrong = statements.flatMap(sql => {
    const plan = db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replaceAll(/:\w+/g, '1')}`)
      .all()
    return plan
      .map(({ detail }) => detail)
      .filter(detail => detail.startsWith('SCAN') || detail.includes('TEMP B-TREE'))
      .map(detail => `${detail}: ${sql.replaceAll(/\s+/g, ' ')}`)
      .filter(detail => !BOUNDED.some(pattern => pattern.test(detail)))
  })
  expect(wrong).toEqual([])
})
