import { mergeChanges, type PageChange } from '../domain/effect.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import { isFinal } from '../domain/run-state.ts'
import type { NotionDatabase } from '../store/notion.ts'
import type { Effect } from '../store/outbox.ts'
import type { EffectContext } from './context.ts'
import type { Delivery } from './delivery.ts'
import { queueOf, readRow, type RowReader, type writeRow } from './row-values.ts'
import { sendCells } from './send-cells.ts'

/** Writes the newest value of each property of a task's page, in one request. */
export async function deliverPage(context: EffectContext, effects: readonly Effect[]): Promise<Delivery> {
  const queue = queueOf(context.workspace)
  const [head] = effects
  if (head === undefined || (await cancelsByHand(context, queue, head))) return { kind: 'done', thing: null }
  const cells = valuesOf(await withoutRepeats(context, queue, head, effects))
  await sendCells(context, queue, cells, properties =>
    context.workspace.api.changePage(head.target, properties),
  )
  return { kind: 'done', thing: null }
}

/**
 * Whether someone has set the row to Cancelled while its run is open; then the run is cancelled, which has
 * writes of its own. Looked at before a state is written, because writing it would wipe out what they said.
 * Until the row has heard of the run at all, a Cancelled on it is about an earlier one.
 */
async function cancelsByHand(context: EffectContext, queue: NotionDatabase, head: Effect): Promise<boolean> {
  const { store, workspace } = context
  const run = head.runId === null ? null : await store.runs.get(head.runId)
  if (run === null || isFinal(run.state)) return false
  const written = await store.outbox.ofRun(run.id)
  if (!written.some(({ kind, state }) => kind === 'page' && state === 'done')) return false
  const row = readRow(await workspace.api.page(head.target), queue)
  if (row.choice('status') !== 'Cancelled') return false
  return (await store.decisions.cancel(run.taskId, 'notion')).kind === 'done'
}

/**
 * The merged changes. A repeat changes nothing, with two exceptions: an untick, or the clearing of a decision,
 * whose answer was lost. If it arrived, what stands there now is a new word of the operator's and must stay.
 */
async function withoutRepeats(
  context: EffectContext,
  queue: NotionDatabase,
  head: Effect,
  effects: readonly Effect[],
): Promise<PageChange> {
  const change = mergeChanges(changesOf(effects))
  const sent = changesOf(effects.filter(effect => effect.uncertain))
  if (!sent.some(one => one.untick === true || one.clearDecision === true)) return change
  const row = readRow(await context.workspace.api.page(head.target), queue)
  if (!hasArrived(row, sent)) return change
  const { untick: _, clearDecision: __, ...rest } = change
  const { untick, clearDecision } = mergeChanges(changesOf(effects.filter(effect => !effect.uncertain)))
  return { ...rest, ...(untick && { untick }), ...(clearDecision && { clearDecision }) }
}

/** Whether the page shows what an earlier send wrote beside the untick or the clearing. */
function hasArrived(row: RowReader, sent: readonly PageChange[]): boolean {
  const all = mergeChanges(sent)
  const status = row.choice('status')
  if (all.untick !== true) return status === all.status
  const seenRunId = row.text('runId')
  if (seenRunId !== null) return seenRunId === all.runId
  // Without a run id the status tells; which of those that were merged had been sent is not known.
  return sent.some(change => change.status !== undefined && change.status === status)
}

function changesOf(effects: readonly Effect[]): PageChange[] {
  return effects.flatMap(({ body }) => (body.kind === 'page' ? [body.change] : []))
}

/** The change in the words of the queue's properties; those that are absent there are left out later. */
function valuesOf(change: PageChange): Parameters<typeof writeRow>[1] {
  const has = (key: keyof PageChange): boolean => change[key] !== undefined
  return {
    ...(has('status') ? { status: change.status } : {}),
    ...(has('untick') ? { trigger: false } : {}),
    ...(has('clearDecision') ? { decision: null, decisionNote: null } : {}),
    ...(has('runId') ? { runId: change.runId } : {}),
    ...(has('score') ? { qaScore: change.score } : {}),
    ...(has('costNano') ? { costUsd: usd(change.costNano) } : {}),
    ...(has('summary') ? { resultSummary: change.summary } : {}),
    ...(has('notes') ? { notes: change.notes } : {}),
  }
}

function usd(nano: number | null | undefined): number | null {
  return nano === null || nano === undefined ? null : Number(formatNanoUsd(nano))
}
