/** The last calls of a stand-in, for its state page; the ledger, not this log, is the record of effects. */
import type { Database } from './db.ts'
import { objects, type Objects } from './objects.ts'

/** One call: `status` is null when no answer was sent, `fault` names the fault that acted on it. */
export interface LoggedCall {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly kind: string | null
  readonly model: string | null
  readonly status: number | null
  readonly fault: string | null
  readonly summary: Readonly<Record<string, string>>
}

const KEPT_CALLS = 500

/** The log of one stand-in. */
export function callLog(db: Database): Objects<LoggedCall> {
  return objects(db, 'logged-call', KEPT_CALLS)
}
