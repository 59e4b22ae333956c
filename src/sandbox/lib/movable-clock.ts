/** A clock that can be moved on, for what takes hours or days. */
import type { Database } from './db.ts'
import { objects } from './objects.ts'
import type { Clock } from './service.ts'

/** The time of a stand-in. */
export interface MovableClock {
  readonly now: Clock
  /** Outlives a restart, until the reset. */
  readonly advance: (seconds: number) => void
}

/** Opens it over a database with the table of stored objects; before it is moved it shows what `clock` does. */
export function movableClock(db: Database, clock: Clock): MovableClock {
  const stored = objects<number>(db, 'clock')
  const shift = (): number => stored.get('shift') ?? 0
  return {
    now: () => clock() + shift(),
    advance: seconds => {
      const total = shift() + seconds * 1000
      if (!stored.add(total, 'shift')) stored.change('shift', total)
    },
  }
}
