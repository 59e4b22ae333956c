import {
  findBreach,
  spendKeys,
  utcDay,
  type CapBreach,
  type Caps,
  type SpendScope,
} from '../domain/budget.ts'
import { findRow, type Change, type StoreReader } from './core.ts'

/** The cap that `needNano` more would break for this task, now. */
export function breachOf(
  core: StoreReader,
  subject: { taskId: string | null; client: string | null },
  needNano: number,
  caps: Caps,
): CapBreach | null {
  return findBreach(spentFor(core, subject), needNano, caps)
}

/** What counts towards each cap that a call of this task would count towards, now. */
export function spentFor(
  core: StoreReader,
  subject: { taskId: string | null; client: string | null },
): { scope: SpendScope; key: string; nano: number }[] {
  return spendKeys({ ...subject, day: utcDay(core.clock.now()) }).map(({ scope, key }) => ({
    scope,
    key,
    nano: spentNano(core, scope, key),
  }))
}

/** Adds to the totals of a task, its client, the day and the month. */
export function addSpend(
  tx: Change,
  subject: { taskId: string | null; client: string | null; day: string },
  nano: number,
): void {
  for (const { scope, key } of spendKeys(subject)) {
    tx.engine.run(
      `INSERT INTO spend (scope, key, nano) VALUES (:scope, :key, :nano)
       ON CONFLICT (scope, key) DO UPDATE SET nano = spend.nano + excluded.nano`,
      { scope, key, nano },
    )
  }
}

function spentNano(core: StoreReader, scope: SpendScope, key: string): number {
  const sql = 'SELECT nano FROM spend WHERE scope = :scope AND key = :key'
  return findRow(core, sql, { scope, key }, is => is.number('nano')) ?? 0
}
