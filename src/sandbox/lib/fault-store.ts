/** Armed faults, kept in the stand-in's database so that they outlive a restart of it. */
import type { Database } from './db.ts'
import { matches, type CallShape, type Fault, type FaultAction } from './fault.ts'
import { isObject, parseJson, stringOf, stringsOf, type JsonObject } from './json.ts'

/** Tables of {@link faultStore}. */
export const FAULT_SCHEMA = `
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY,
  match TEXT NOT NULL,
  action TEXT NOT NULL,
  skip INTEGER NOT NULL,
  remaining INTEGER NOT NULL
) STRICT;`

/** A fault that still has calls to act on. */
export interface ArmedFault extends Fault {
  readonly id: number
}

/** The faults of one stand-in. */
export interface FaultStore {
  /** Arms it behind those already armed; returns its id. */
  arm(fault: Fault): number
  list(): readonly ArmedFault[]
  /** The first armed fault that is for this call, counted down; faults still skipping count this call as skipped. */
  take(call: CallShape): FaultAction | undefined
  clear(): void
}

interface FaultRow {
  readonly id: number
  readonly match: string
  readonly action: string
  readonly skip: number
  readonly remaining: number
}

/** Opens the store over `db`, which must have {@link FAULT_SCHEMA}. */
export function faultStore(db: Database): FaultStore {
  const insert = db.prepare<[string, string, number, number]>(
    'INSERT INTO fault (match, action, skip, remaining) VALUES (?, ?, ?, ?)',
  )
  const all = db.prepare<[], FaultRow>('SELECT * FROM fault ORDER BY id')
  const skipOne = db.prepare<[number]>('UPDATE fault SET skip = skip - 1 WHERE id = ?')
  const useOne = db.prepare<[number]>('UPDATE fault SET remaining = remaining - 1 WHERE id = ?')
  const drop = db.prepare('DELETE FROM fault WHERE remaining <= 0')
  const clear = db.prepare('DELETE FROM fault')
  const list = (): readonly ArmedFault[] => all.all().map(fromRow)
  const take = db.transaction((call: CallShape): FaultAction | undefined => {
    for (const fault of list()) {
      if (!matches(fault.match, call)) continue
      if (fault.skip > 0) {
        skipOne.run(fault.id)
        continue
      }
      useOne.run(fault.id)
      drop.run()
      return fault.action
    }
    return undefined
  })
  return {
    arm: fault =>
      Number(
        insert.run(JSON.stringify(fault.match), JSON.stringify(fault.action), fault.skip, fault.times)
          .lastInsertRowid,
      ),
    list,
    take: call => take.immediate(call),
    clear: () => clear.run(),
  }
}

function fromRow(row: FaultRow): ArmedFault {
  const action = objectIn(row.action)
  return {
    id: row.id,
    match: stringsOf(objectIn(row.match)),
    action: { ...action, type: stringOf(action, 'type') ?? '' },
    skip: row.skip,
    times: row.remaining,
  }
}

function objectIn(text: string): JsonObject {
  const value = parseJson(text)
  return isObject(value) ? value : {}
}
