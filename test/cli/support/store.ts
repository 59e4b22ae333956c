/** The store as a file, past all of the program's code. */
import Database from 'better-sqlite3'
import { join } from 'node:path'

/** Every row of every table, and the schema. */
export function contents(stateDir: string): string {
  const database = new Database(join(stateDir, 'echopilot.db'), { readonly: true })
  const tables = database
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
    )
    .all()
  const rows = tables.map(({ name, sql }) => ({
    name,
    sql,
    rows: database.prepare(`SELECT * FROM "${name}"`).all(),
  }))
  database.close()
  return JSON.stringify(rows)
}
