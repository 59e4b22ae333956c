/** The store as a file, past all of the program's code. */
import { join } from 'node:path'
import { dumpStore, rowsOf } from '../../support/books.ts'

/** Every row of every table, and the schema, as one text: short to compare, and not shown where it differs. */
export function contents(stateDir: string): string {
  const file = join(stateDir, 'echopilot.db')
  const schema = rowsOf(file, 'SELECT name, sql FROM sqlite_schema ORDER BY name')
  return JSON.stringify({ schema, rows: dumpStore(file) })
}
