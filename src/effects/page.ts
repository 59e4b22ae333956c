import { mergeChanges, type PageChange } from '../domain/effect.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import { isFinal } from '../domain/run-state.ts'
import type { NotionDatabase } from '../store/notion.ts'
import type { Effect } from '../store/outbox.ts'
import type { EffectContext } from './context.ts'
import type { Delivery } from './deliver.ts'
import { queueOf, readRow, type writeRow } from './row-values.ts'
import { sendCells } from './send-cells.ts'

/**
 * Writes the newest value of each property of a task's page, in one request. A repeat changes nothing, with
 * one exception: an untick whose answer was lost. If it arrived, a ticked Trigger is a new tick of the
 * operator's and must stand. What was written beside it tells.
 */
export async function deliverPage(context: EffectContext, effects: readonly Effect[]): Promise<Delivery> {
  const queue = queueOf(context.workspace)
  const change = mergeChanges(changesOf(effects))
  const [head] = effects
  if (head === undefined) return { kind: 'done', thing: null }
  if (change.untick !== true && (await cancelsByHand(context, queue, head))) return { kind: 'done', thing: null }
  const arrived =
    effects.some(effect => effect.uncertain && isUntick(effect)) &&
    (await hasArrived(context, queue, head, effects))
  const cells = valuesOf(arrived ? { ...change, untick: undefined } : change)
  await sendCells(context, queue, cells, properties =>
    context.workspace.api.changePage(head.target, properties),
  )
  return { kind: 'done', thing: null }
}

/**
 * Whether someone has set the row to Cancelled while its run is open; then the run is cancelled, which has
 * writes of its own. Looked at before a state is written, because writing it would wipe out what they said.
 */
async function cancelsByHand(context: EffectContext, queue: NotionDatabase, head: Effect): Promise<boolean> {
  const { store, workspace } = context
  const run = head.runId === null ? null : await store.runs.get(head.runId)
  if (run === null || isFinal(run.state)) return false
  const row = readRow(await workspace.api.page(head.target), queue)
  if (row.choice('status') !== 'Cancelled') return false
  return (await store.decisions.cancel(run.taskId, 'notion')).kind === 'done'
}

/** Whether the page shows what an earlier send of the same request wrote beside the untick. */
async function hasArrived(
  context: EffectContext,
  queue: NotionDatabase,
  head: Effect,
  effects: readonly Effect[],
): Promise<boolean> {
  const row = readRow(await context.workspace.api.page(head.target), queue)
  const sent = changesOf(effects.filter(effect => effect.uncertain))
  const seenRunId = row.text('runId')
  if (seenRunId !== null) return seenRunId === mergeChanges(sent).runId
  // Without a run id the status tells; which of those that were merged had been sent is not known.
  const status = row.choice('status')
  return sent.some(change => change.status !== undefined && change.status === status)
}

function changesOf(effects: readonly Effect[]): PageChange[] {
  return effects.flatMap(({ body }) => (body.kind === 'page' ? [body.change] : []))
}

function isUntick(effect: Effect): boolean {
  return effect.body.kind === 'page' && effect.body.change.untick === true
}

type Untickable = Omit<PageChange, 'untick'> & { readonly untick?: true | undefined }

/** The change in the words of the queue's properties; those that are absent there are left out later. */
function valuesOf(change: Untickable): Parameters<typeof writeRow>[1] {
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
