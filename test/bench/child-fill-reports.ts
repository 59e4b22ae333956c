/**
 * `fill-reports <state folder> <count>`: so many finished runs, each with its calls and its bill, spread over a year that
 * ends today. Written by statements of its own, for the program takes an hour for a million; reports read them alike.
 */
import Database from 'better-sqlite3'
import { openBenchStore } from './support/work-store.ts'

const DAYS = 365
const CLIENTS = 200

const [stateDir = '', count = ''] = process.argv.slice(2)
openBenchStore(stateDir).store.close()
const db = new Database(`${stateDir}/echopilot.db`)
db.pragma('synchronous = OFF')
db.pragma('foreign_keys = OFF')
const values = { count: Number(count), now: Date.now(), year: DAYS * 86_400_000, clients: CLIENTS }

/** Of each number: its id, and when it began and ended. */
const NUMBERS = `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count),
  r AS (SELECT i, printf('%09d', i) AS id, :now - :year + CAST(1.0 * i * :year / :count AS INTEGER) AS began,
    1000 + (i * 7919) % 90000 AS took, i % 20 = 7 AS failed FROM n)`
const CALL = `INSERT INTO calls (id, run_id, attempt, claim_no, owner, stage, service, model, certainty, cost_nano,
    reserved_nano, price_basis, price_version, prompt_digest, day, started_ms, ended_ms)`

const STATEMENTS = [
  `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :clients)
   INSERT INTO clients (id, source, name, active, created_ms, read_ms)
   SELECT 'cli_' || i, 'local', 'Client ' || i, 1, 0, 0 FROM n`,
  `${NUMBERS} INSERT INTO tasks (id, source, title, brief, type, client, client_id, priority, created_ms)
   SELECT 'task_' || id, 'local', 'Task ' || i, 'x', 'Research', 'Client ' || (i % :clients), 'cli_' || (i % :clients), 1,
     began FROM r`,
  `${NUMBERS} INSERT INTO runs (id, task_id, number, cause, state, priority, brief_digest, threshold, band, revisions,
     attempt, not_before_ms, claim_no, score, program_commit, created_ms, started_ms, ended_ms, dismissed_ms)
   SELECT 'run_' || id, 'task_' || id, 1, 'asked', CASE WHEN failed THEN 'failed_final' ELSE 'done' END, 1, 'x', 80, 2, 1,
     1, 0, 1, CASE WHEN failed THEN NULL ELSE 70 + i % 31 END, 'x', began, began + 500, began + took,
     CASE WHEN failed THEN began + took END FROM r`,
  `${NUMBERS} ${CALL} SELECT 'call_' || id, 'run_' || id, 1, 1, 'x', 'generate', 's', 'm', 'metered', 4000000, 4000000,
     'table', '1', 'x', date(began / 1000, 'unixepoch'), began + 500, began + took / 2 FROM r`,
  `${NUMBERS} ${CALL} SELECT 'calj_' || id, 'run_' || id, 1, 1, 'x', 'judge', 's', 'm', 'metered', 1000000, 1000000,
     'table', '1', 'x', date(began / 1000, 'unixepoch'), began + took / 2, began + took FROM r`,
  `INSERT INTO spend (scope, key, nano) SELECT 'day', day, SUM(cost_nano) FROM calls GROUP BY day`,
  `${NUMBERS} INSERT INTO bills (id, task_id, number, run_id, client_id, state, basis, currency, amount_minor, price_minor,
     why, usd_nano, created_ms, changed_ms)
   SELECT 'bill_' || id, 'task_' || id, 1, 'run_' || id, 'cli_' || (i % :clients), CASE WHEN i % 50 = 3 THEN 'unpaid' ELSE 'paid' END,
     'row', 'USD', 1000 + i % 5000, 1000 + i % 5000, 'x', (1000 + i % 5000) * 10000000, began + took, began + took
   FROM r WHERE NOT failed`,
]

db.transaction(() => {
  for (const sql of STATEMENTS) {
    const wanted = Object.entries(values).filter(([name]) => sql.includes(`:${name}`))
    db.prepare(sql).run(Object.fromEntries(wanted))
  }
})()
db.close()
