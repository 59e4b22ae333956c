/** The ledger: one row for each call that was billed, whether or not its answer arrived. */
import type { Database } from '../lib/db.ts'
import { objects } from '../lib/objects.ts'
import type { ServedTier, Usage } from './billing.ts'
import type { PromptKind } from './model/prompt.ts'

/** A billed call. */
export interface LedgerRow extends Usage {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly model: string
  readonly kind: PromptKind
  readonly service_tier: ServedTier
  readonly finish_reason: string
  readonly cost_nano_usd: number
  /** The whole answer was handed to the network. */
  readonly delivered: boolean
}

/** Sums over all rows. */
export interface LedgerTotals extends Usage {
  readonly calls: number
  readonly undelivered: number
  readonly cost_nano_usd: number
}

/** The ledger of one stand-in. */
export interface Ledger {
  add(row: LedgerRow): void
  markDelivered(id: string): void
  rows(): readonly LedgerRow[]
  totals(): LedgerTotals
}

/** Opens the ledger over a database with the table of stored objects. */
export function ledger(db: Database): Ledger {
  const stored = objects<LedgerRow>(db, 'chat-call')
  const rows = (): readonly LedgerRow[] => stored.list().map(([, row]) => row)
  return {
    add: row => stored.add(row, row.id),
    markDelivered: id => {
      const row = stored.get(id)
      if (row !== undefined) stored.change(id, { ...row, delivered: true })
    },
    rows,
    totals: () => totalsOf(rows()),
  }
}

function totalsOf(rows: readonly LedgerRow[]): LedgerTotals {
  const sum = (pick: (row: LedgerRow) => number): number => rows.reduce((all, row) => all + pick(row), 0)
  return {
    calls: rows.length,
    undelivered: sum(row => (row.delivered ? 0 : 1)),
    prompt_tokens: sum(row => row.prompt_tokens),
    cached_tokens: sum(row => row.cached_tokens),
    completion_tokens: sum(row => row.completion_tokens),
    reasoning_tokens: sum(row => row.reasoning_tokens),
    cost_nano_usd: sum(row => row.cost_nano_usd),
  }
}
