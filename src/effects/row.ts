import { formatNanoUsd } from '../domain/cost.ts'
import type { EffectBody, JobRow, LogRow } from '../domain/effect.ts'
import type { NotionDatabase } from '../store/notion.ts'
import type { Effect } from '../store/outbox.ts'
import type { EffectContext } from './context.ts'
import type { Delivery } from './delivery.ts'
import type { Cells } from './row-values.ts'
import { sendCells } from './send-cells.ts'

type RowBody = Extract<EffectBody, { kind: 'log' | 'job' }>

/** A search index may lag: a row that was not found is looked for once more after this (SPEC §3). */
const SECOND_LOOK_MS = 10_000

/**
 * Writes a row of one of the logs: changes the one that is there, or makes it. A create that may have
 * happened is looked up by its Effect ID, twice, before it is repeated.
 */
export async function deliverRow(context: EffectContext, effect: Effect, body: RowBody): Promise<Delivery> {
  const { databases, api } = context.workspace
  const database = databases[body.kind === 'log' ? 'log' : 'jobLog']
  // A log that was never set up is left out; `doctor` names it.
  if (database === undefined) return { kind: 'done', thing: null }
  const cells = body.kind === 'log' ? logCells(body) : jobCells(body)
  const known =
    (await context.store.outbox.thing(body.thing)) ??
    (effect.uncertain ? await find(context, database, body) : null)
  if (known !== null) {
    await sendCells(context, database, cells, properties => api.changePage(known, properties))
    return { kind: 'done', thing: { key: body.thing, notionId: known } }
  }
  const again = secondLook(context, effect, database)
  if (again !== null) return again
  const made = await sendCells(context, database, cells, properties =>
    api.createPage(database.dataSourceId, properties),
  )
  return { kind: 'done', thing: { key: body.thing, notionId: made.id } }
}

/** Not null where the row may exist unseen. */
function secondLook(context: EffectContext, effect: Effect, database: NotionDatabase): Delivery | null {
  if (!effect.uncertain) return null
  if (database.properties['effectId'] === undefined) {
    return {
      kind: 'impossible',
      why: 'it may have been written, and without a property "Effect ID" nobody can tell (echopilot init --repair adds it)',
    }
  }
  const now = context.world.clock.now()
  if (effect.lookedUpMs !== null && now - effect.lookedUpMs >= SECOND_LOOK_MS) return null
  return { kind: 'unfound', againAtMs: now + SECOND_LOOK_MS }
}

async function find(context: EffectContext, database: NotionDatabase, body: RowBody): Promise<string | null> {
  const effectId = database.properties['effectId']
  if (effectId === undefined) return null
  const found = await context.workspace.api.query(database.dataSourceId, {
    filter: { property: effectId.id, rich_text: { equals: body.thing } },
  })
  return found.pages[0]?.id ?? null
}

function logCells({ row, thing }: { row: LogRow; thing: string }): Cells {
  return {
    entry: row.entry,
    status: row.status,
    message: row.message,
    details: row.details,
    timestamp: new Date(row.atMs).toISOString(),
    commit: row.commit,
    runId: row.runId,
    effectId: thing,
  }
}

function jobCells({ row, thing }: { row: JobRow; thing: string }): Cells {
  return {
    jobName: row.name,
    date: new Date(row.atMs).toISOString(),
    taskType: row.type,
    status: row.status,
    qaScore: row.score,
    costUsd: Number(formatNanoUsd(row.costNano)),
    durationMs: row.durationMs,
    tokensIn: row.inputTokens,
    tokensOut: row.outputTokens,
    commit: row.commit,
    runId: row.runId,
    effectId: thing,
    notes: row.notes,
  }
}
