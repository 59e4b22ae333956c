import { formatNanoUsd } from '../../../domain/cost.ts'
import type { NotionJson } from '../api/client.ts'
import { usd } from './page.ts'
import type { BoardEffectOf, JobMoney, JobRow, LogRow } from '../../../domain/board-effects.ts'
import { isRefusal } from '../../../kernel/service-failure.ts'
import { instantText } from '../../../kernel/text.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import type { EffectContext } from './context.ts'
import { REFUSED_TRIES, type Delivery } from '../../../outbox/deliverer.ts'
import { presenceOf } from './place.ts'
import type { Cells } from '../schema/row-values.ts'
import { sendCells } from './send-cells.ts'

/** A row that we write: in which database, found by what, and what is in it. */
interface Row {
  readonly database: 'log' | 'jobLog' | 'status'
  /** Its Effect ID. */
  readonly thing: string
  readonly cells: Cells
}

/** A search index may lag: a row that was not found is looked for once more after this (SPEC §3). */
const SECOND_LOOK_MS = 10_000

/**
 * Writes a row of one of the logs: changes the one that is there, or makes it. A create that may have
 * happened is looked up by its Effect ID, twice, before it is repeated.
 */
export async function deliverRow(
  context: EffectContext,
  effect: Effect,
  body: BoardEffectOf<'log' | 'job' | 'status'>,
): Promise<Delivery> {
  const { databases, api } = context.workspace
  const row = body.kind === 'status' ? statusRow(body, context.heartbeat) : rowOf(body)
  const { cells } = row
  const database = databases[row.database]
  // A log that was never set up is left out; `doctor` names it.
  if (database === undefined) return { kind: 'done', thing: null }
  const known = await context.store.outbox.thing('notion', row.thing)
  if (known !== null && (await change(context, database, effect, cells, known))) return done(row, known)
  // One that is known and not shown may be shown again by now, or have been made anew by a try without an answer.
  const found = effect.uncertain || known !== null ? await find(context, database, row) : null
  if (found !== null && (await change(context, database, effect, cells, found))) return done(row, found)
  const again = secondLook(context, effect, database)
  if (again !== null) return again
  const made = await sendRow(context, database, cells, properties =>
    api.createPage(database.dataSourceId, properties),
  )
  return done(row, made.id)
}

function done({ thing }: Row, notionId: string): Delivery {
  return { kind: 'done', thing: { key: thing, outsideId: notionId } }
}

/**
 * False where the row is not there any more, and is made anew: somebody threw it away, or Notion has said too often that
 * it is not there to mean a moment.
 */
async function change(
  context: EffectContext,
  database: NotionDatabase,
  { tries }: Effect,
  cells: Cells,
  rowId: string,
): Promise<boolean> {
  const { workspace } = context
  try {
    await sendRow(context, database, cells, properties => workspace.api.changePage(rowId, properties))
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    const presence = await presenceOf(workspace, rowId)
    if (presence === 'there' || (presence === 'unseen' && tries < REFUSED_TRIES)) throw error
    return false
  }
}

/** The cells of a row of a log, by our own keys. */
export function cellsOfRow(body: BoardEffectOf<'log' | 'job'>): Cells {
  return body.kind === 'log' ? logCells(body) : jobCells(body)
}

function rowOf(body: BoardEffectOf<'log' | 'job'>): Row {
  return { database: body.kind === 'log' ? 'log' : 'jobLog', thing: body.thing, cells: cellsOfRow(body) }
}

/** Daily there is one row, changed each hour: a free workspace holds 1,000 blocks (SPEC §11). */
function statusRow({ row, day, hour }: BoardEffectOf<'status'>, heartbeat: 'daily' | 'append'): Row {
  const name = heartbeat === 'daily' ? day : hour
  const thing = `heartbeat/${name}`
  const cells = {
    name: `Heartbeat ${name.replace('T', ' ')}${heartbeat === 'daily' ? '' : ':00 UTC'}`,
    when: instantText(row.atMs),
    ok: row.ok,
    jobs24h: row.jobs,
    avgQa24h: row.averageScore,
    lowQaCount: row.lowScores,
    commit: row.commit,
    branch: row.branch,
    notes: row.notes,
    effectId: thing,
  }
  return { database: 'status', thing, cells }
}

/** Not null where the row may exist unseen. */
function secondLook(context: EffectContext, effect: Effect, database: NotionDatabase): Delivery | null {
  if (!effect.uncertain) return null
  if (database.properties['effectId'] === undefined) {
    return {
      kind: 'impossible',
      why: 'it may have been written, and without a property "Effect ID" nobody can tell: doctor says how to add it',
    }
  }
  const now = context.world.clock.now()
  if (effect.lookedUpMs !== null && now - effect.lookedUpMs >= SECOND_LOOK_MS) return null
  return { kind: 'unfound', againAtMs: now + SECOND_LOOK_MS }
}

async function find(
  context: EffectContext,
  database: NotionDatabase,
  { thing }: Row,
): Promise<string | null> {
  const effectId = database.properties['effectId']
  if (effectId === undefined) return null
  const found = await context.workspace.api.query(database.dataSourceId, {
    filter: { property: effectId.id, rich_text: { equals: thing } },
  })
  return found.pages[0]?.id ?? null
}

function logCells({ row, thing }: { row: LogRow; thing: string }): Cells {
  return {
    entry: row.entry,
    status: row.status,
    message: row.message,
    details: row.details,
    timestamp: instantText(row.atMs),
    commit: row.commit,
    runId: row.runId,
    effectId: thing,
  }
}

function jobCells({ row, thing }: { row: JobRow; thing: string }): Cells {
  return {
    jobName: row.name,
    date: instantText(row.atMs),
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
    ...(row.money === undefined ? {} : moneyCells(row.money)),
  }
}

function moneyCells(money: JobMoney): Cells {
  return {
    client: money.clientPageId,
    clientRate: usd(money.clientRateNano),
    grossUsd: usd(money.grossNano),
    profitUsd: usd(money.profitNano),
    marginPercent: money.marginPercent,
    paymentStatus: money.paymentStatus,
    paymentLink: money.paymentLink,
  }
}

/** A client whose row was thrown away must not keep the whole row from being written. */
async function sendRow<T>(
  context: EffectContext,
  database: NotionDatabase,
  cells: Cells,
  send: (properties: NotionJson) => Promise<T>,
): Promise<T> {
  try {
    return await sendCells(context, database, cells, send)
  } catch (error) {
    if (!isRefusal(error) || typeof cells['client'] !== 'string') throw error
    return sendCells(context, database, { ...cells, client: undefined }, send)
  }
}
