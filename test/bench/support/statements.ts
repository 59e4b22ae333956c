import Database from 'better-sqlite3'

/** One statement as it was run. */
export interface Statement {
  readonly kind: 'run' | 'get' | 'all'
  readonly sql: string
  readonly values: unknown
}

const BEGIN: Statement = { kind: 'run', sql: 'BEGIN IMMEDIATE', values: {} }
const COMMIT: Statement = { kind: 'run', sql: 'COMMIT', values: {} }

/** Statements of all connections of this process, from now on; those prepared before are not seen. */
export interface Recording {
  readonly statements: readonly Statement[]
  /** Forgets what was written down so far. */
  startOver(): void
}

/** Begins to write down what runs through the driver. For a process of its own: it is never taken off again. */
export function record(): Recording {
  const statements: Statement[] = []
  const driver = Database.prototype
  const original = { ...driver }
  Object.assign(driver, {
    prepare(this: Database.Database, sql: string): unknown {
      return recorded(original.prepare.call(this, sql), sql, statements)
    },
    transaction(this: Database.Database, work: () => unknown): unknown {
      return original.transaction.call(this, () => {
        statements.push(BEGIN)
        const result = work()
        statements.push(COMMIT)
        return result
      })
    },
  })
  return { statements, startOver: () => void statements.splice(0) }
}

function recorded(statement: Database.Statement, sql: string, into: Statement[]): Database.Statement {
  for (const kind of ['run', 'get', 'all'] as const) {
    const original: (...given: unknown[]) => unknown = statement[kind].bind(statement)
    Object.defineProperty(statement, kind, {
      value: (...given: unknown[]) => {
        into.push({ kind, sql, values: structuredClone(given[0] ?? {}) })
        return original(...given)
      },
    })
  }
  return statement
}

/** What a recording left in a file. */
export function recordedIn(text: string): Statement[] {
  const list: unknown = JSON.parse(text)
  if (!Array.isArray(list)) throw new TypeError('no list of statements')
  // The list that `record` made, a moment ago.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return list as Statement[]
}
