import { CLOCK_STEP_MS } from '../domain/due.ts'
import { reader, type StoreCore } from './core.ts'

/** Something that was recorded at an instant that lies ahead. */
export interface Ahead {
  readonly what: string
  readonly atMs: number
}

/** What the store knows of the machine's clock. */
export interface ClockStore {
  /**
   * The latest of what was recorded at an instant that lies ahead: the clock was set back since. Null where
   * there is nothing of the kind.
   */
  ahead(): Promise<Ahead | null>
}

/** The clock as one database saw it. */
export function clockStore(core: StoreCore): ClockStore {
  return {
    ahead: async () => {
      const row = core.engine.get(AHEAD, { latest: core.clock.now() + CLOCK_STEP_MS })
      return row === undefined ? null : { what: reader(row).text('what'), atMs: reader(row).number('at_ms') }
    },
  }
}

/** Nearly all that changes something leaves a record of when it began, and a task of when it was added. */
const AHEAD = `WITH RECURSIVE names (operation) AS (
    SELECT MIN(operation) FROM operation_records
    UNION ALL
    SELECT (SELECT MIN(operation) FROM operation_records WHERE operation > names.operation)
    FROM names WHERE operation IS NOT NULL
  ), latest (what, at_ms) AS (
    SELECT operation, (SELECT MAX(started_ms) FROM operation_records WHERE operation = names.operation) FROM names
    UNION ALL
    SELECT id, created_ms FROM tasks WHERE created_ms = (SELECT MAX(created_ms) FROM tasks)
  )
  SELECT what, at_ms FROM latest WHERE at_ms > :latest ORDER BY at_ms DESC LIMIT 1`
