/**
 * `replay-store <state folder> <statements>`: the recorded statements on the bare driver, as durable as the
 * program's own, and none of its code. Prints the milliseconds.
 */
import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { recordedIn } from './support/statements.ts'

const [stateDir = '', file = ''] = process.argv.slice(2)
const database = new Database(`${stateDir}/echopilot.db`)
for (const pragma of [
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'trusted_schema = OFF',
])
  database.pragma(pragma)

const known = new Map<string, Database.Statement<[unknown]>>()
const prepared = (sql: string): Database.Statement<[unknown]> => {
  const statement = known.get(sql) ?? database.prepare<[unknown]>(sql)
  known.set(sql, statement)
  return statement
}
const steps = recordedIn(readFileSync(file, 'utf8')).map(step => ({ ...step, statement: prepared(step.sql) }))
const begun = performance.now()
for (const { kind, statement, values } of steps) statement[kind](values)
process.stdout.write(String(performance.now() - begun))
database.close()
