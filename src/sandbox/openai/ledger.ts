/** The ledger: one row for each call that was billed, whether or not its answer arrived. */
import type { Database } from '../lib/db.ts'
import type { ServedTier, Usage } from './cost.ts'
import type { PromptKind } from './model/prompt.ts'

/** Tables of {@link ledger}. */
export const LEDGER_SCHEMA = `
CREATE TABLE IF NOT EXISTS chat_call (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  model TEXT NOT NULL,
  kind TEXT NOT NULL,
  service_tier TEXT NOT NULL,
  finish_reason TEXT NOT NULL,
  prompt_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  completion_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_nano_usd INTEGER NOT NULL,
  delivered INTEGER NOT NULL DEFAULT 0
) STRICT;`

/** A billed call. */
export interface Billed extends Usage {
  readonly id: string
  readonly atMs: number
  readonly model: string
  readonly kind: PromptKind
  readonly tier: ServedTier
  readonly finishReason: string
  readonly costNanoUsd: number
}

/** A row as the control route shows it. */
export interface LedgerRow {
  readonly id: string
  /** ISO 8601, UTC. */
  readonly at: string
  readonly model: string
  readonly kind: PromptKind
  readonly service_tier: ServedTier
  readonly finish_reason: string
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly completion_tokens: number
  readonly reasoning_tokens: number
  readonly cost_nano_usd: number
  /** The whole answer was handed to the network. */
  readonly delivered: boolean
}

/** Sums over all rows. */
export interface LedgerTotals {
  readonly calls: number
  readonly undelivered: number
  readonly prompt_tokens: number
  readonly cached_tokens: number
  readonly completion_tokens: number
  readonly reasoning_tokens: number
  readonly cost_nano_usd: number
}

/** The ledger of one stand-in. */
export interface Ledger {
  add(call: Billed): void
  markDelivered(id: string): void
  rows(): readonly LedgerRow[]
  totals(): LedgerTotals
  clear(): void
}

type StoredRow = Omit<LedgerRow, 'at' | 'delivered'> & { readonly at_ms: number; readonly delivered: number }

const TOTALS = `SELECT count(*) AS calls, coalesce(sum(delivered = 0), 0) AS undelivered,
  coalesce(sum(prompt_tokens), 0) AS prompt_tokens, coalesce(sum(cached_tokens), 0) AS cached_tokens,
  coalesce(sum(completion_tokens), 0) AS completion_tokens, coalesce(sum(reasoning_tokens), 0) AS reasoning_tokens,
  coalesce(sum(cost_nano_usd), 0) AS cost_nano_usd FROM chat_call`

/** Opens the ledger over `db`, which must have {@link LEDGER_SCHEMA}. */
export function ledger(db: Database): Ledger {
  const insert = db.prepare<Billed>(
    `INSERT INTO chat_call (id, at_ms, model, kind, service_tier, finish_reason, prompt_tokens, cached_tokens,
       completion_tokens, reasoning_tokens, cost_nano_usd)
     VALUES (@id, @atMs, @model, @kind, @tier, @finishReason, @promptTokens, @cachedTokens,
       @completionTokens, @reasoningTokens, @costNanoUsd)`,
  )
  const deliver = db.prepare<[string]>('UPDATE chat_call SET delivered = 1 WHERE id = ?')
  const all = db.prepare<[], StoredRow>('SELECT * FROM chat_call ORDER BY seq')
  const totals = db.prepare<[], LedgerTotals>(TOTALS)
  const clear = db.prepare('DELETE FROM chat_call')
  return {
    add: call => insert.run(call),
    markDelivered: id => deliver.run(id),
    rows: () => all.all().map(fromRow),
    totals: () => totals.get() ?? EMPTY,
    clear: () => clear.run(),
  }
}

const EMPTY: LedgerTotals = {
  calls: 0,
  undelivered: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
  cost_nano_usd: 0,
}

function fromRow(row: StoredRow): LedgerRow {
  return {
    id: row.id,
    at: new Date(row.at_ms).toISOString(),
    model: row.model,
    kind: row.kind,
    service_tier: row.service_tier,
    finish_reason: row.finish_reason,
    prompt_tokens: row.prompt_tokens,
    cached_tokens: row.cached_tokens,
    completion_tokens: row.completion_tokens,
    reasoning_tokens: row.reasoning_tokens,
    cost_nano_usd: row.cost_nano_usd,
    delivered: row.delivered === 1,
  }
}
