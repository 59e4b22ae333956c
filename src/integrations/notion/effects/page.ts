import { isBoardEffect, mergeChanges, type PageChange } from '../../../domain/board-effects.ts'
import { formatNanoUsd } from '../../../domain/cost.ts'
import { isFinal } from '../../../domain/run-state.ts'
import { ServiceFailure } from '../../../kernel/service-failure.ts'
import type { NotionDatabase } from '../../../store/notion.ts'
import type { Effect } from '../../../store/effect-rows.ts'
import type { EffectContext } from './context.ts'
import type { Delivery } from '../../../outbox/deliverer.ts'
import { queueOf, readRow, type Cells, type RowReader } from '../schema/row-values.ts'
import { sendCells } from './send-cells.ts'

/** Tries of one delivery where no answer came, and how long to wait after the first. */
const QUICK_TRIES = 3
const QUICK_WAIT_MS = 400
/** A run ends after a look at its row, which serves for the write of that end, too: nothing is left to be stopped. */
const LAST_LOOK_MS = 5_000

/**
 * Writes the newest value of each property of a task's page, in one request; but not of its Status where
 * somebody has set that to Cancelled since the run began.
 */
export async function deliverPage(context: EffectContext, effects: readonly Effect[]): Promise<Delivery> {
  const queue = queueOf(context.workspace)
  const [head] = effects
  if (head === undefined) return { kind: 'done', thing: null }
  const cancelled = await cancelsByHand(context, effects.at(-1) ?? head)
  const standing = async (sent: readonly Effect[]): Promise<PageChange> => {
    const { status, ...rest } = await withoutRepeats(context, queue, effects, sent)
    return cancelled || status === undefined ? rest : { ...rest, status }
  }
  let change = await standing(effects.filter(effect => effect.uncertain))
  for (let tries = 1; ; tries += 1) {
    try {
      await send(context, queue, head.target, change)
      return { kind: 'done', thing: null }
    } catch (error) {
      if (tries === QUICK_TRIES || !wipesOut(change) || !mayHaveArrived(error)) throw error
      await context.world.clock.sleep(QUICK_WAIT_MS * tries)
      change = await standing(effects).catch(() => Promise.reject(error))
    }
  }
}

/** Sends what there is. What could wipe out a word of the operator's is not repeated before a look at the page. */
async function send(
  context: EffectContext,
  queue: NotionDatabase,
  pageId: string,
  change: PageChange,
): Promise<void> {
  const cells = cellsOf(change)
  if (Object.keys(cells).length === 0) return
  await sendCells(context, queue, cells, properties =>
    context.workspace.api.changePage(pageId, properties, !wipesOut(change)),
  )
}

function mayHaveArrived(error: unknown): boolean {
  return error instanceof ServiceFailure && error.errorClass === 'transient' && error.billed === 'unknown'
}

/**
 * Whether somebody has put an end on its row to the run of the newest change, whose Status is written. One that is
 * open is cancelled by it, which has writes of its own; of one that has ended meanwhile everything is written but
 * the Status, which would wipe out what they said.
 */
async function cancelsByHand(context: EffectContext, { runId, target }: Effect): Promise<boolean> {
  const run = runId === null ? null : await context.store.runs.get(runId)
  if (run === null || run.state === 'cancelled') return false
  if (!(await context.rows.withdrawn(target, isFinal(run.state) ? LAST_LOOK_MS : 0))) return false
  if (!isFinal(run.state)) await context.store.decisions.cancel(run.taskId, 'notion', run.id)
  return true
}

/**
 * The merged changes. A repeat changes nothing, with two exceptions: an untick, or the clearing of a decision,
 * whose answer was lost. If it arrived, what stands there now is a new word of the operator's and must stay.
 * @param sent those that may have arrived
 */
async function withoutRepeats(
  context: EffectContext,
  queue: NotionDatabase,
  effects: readonly Effect[],
  sent: readonly Effect[],
): Promise<PageChange> {
  const change = mergeChanges(changesOf(effects))
  const [first] = sent
  if (first === undefined || !changesOf(sent).some(wipesOut)) return change
  const row = readRow(await context.workspace.api.page(first.target), queue)
  if (!hasArrived(row, changesOf(sent))) return change
  const { untick: _, clearDecision: __, ...rest } = change
  const { untick, clearDecision } = mergeChanges(changesOf(effects.filter(effect => !sent.includes(effect))))
  return { ...rest, ...(untick && { untick }), ...(clearDecision && { clearDecision }) }
}

/** Whether it could take away a word of the operator's, so that it must not be repeated unseen. */
function wipesOut(change: PageChange): boolean {
  return change.untick === true || change.clearDecision === true
}

/** Whether the page shows what an earlier send wrote beside the untick or the clearing. */
function hasArrived(row: RowReader, sent: readonly PageChange[]): boolean {
  const all = mergeChanges(sent)
  const status = row.choice('status')
  // A run rests as Waiting Human more than once; what it cost and its score tell one rest from the next.
  if (all.untick !== true) return status === all.status && showsFigures(row, all)
  const seenRunId = row.text('runId')
  if (seenRunId !== null) return seenRunId === all.runId
  // Without a run id the status tells; which of those that were merged had been sent is not known.
  return sent.some(change => change.status !== undefined && change.status === status)
}

function showsFigures(row: RowReader, { costNano, score }: PageChange): boolean {
  const isSame = (shown: number | null, written: number | null | undefined): boolean =>
    shown === null || written === undefined || shown === written
  return isSame(row.number('costUsd'), usd(costNano)) && isSame(row.number('qaScore'), score)
}

function changesOf(effects: readonly Effect[]): PageChange[] {
  return effects.flatMap(({ body }) => (isBoardEffect(body, 'page') ? [body.change] : []))
}

/** The change in the words of the queue's properties; those that are absent there are left out later. */
export function cellsOf(change: PageChange): Cells {
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
    ...(has('paymentStatus') ? { paymentStatus: change.paymentStatus } : {}),
    ...(has('paymentLink') ? { paymentLink: change.paymentLink } : {}),
  }
}

/** Nano-dollars as the number of a cell; null empties it. */
export function usd(nano: number | null | undefined): number | null {
  return nano === null || nano === undefined ? null : Number(formatNanoUsd(nano))
}
