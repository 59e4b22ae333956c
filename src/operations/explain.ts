import { alertItem, shownAlert, type ShownAlert } from '../figures/alerts.ts'
import { healingItem } from '../figures/operate.ts'
import { paymentFigure, paymentParts } from '../figures/payments.ts'
import { receiptParts, type ExplainedReceipt } from '../figures/receipt.ts'
import { AppError, UnreadableRow } from '../kernel/errors.ts'
import { textField } from '../kernel/field.ts'
import {
  document,
  id as idSpan,
  line,
  next,
  second,
  section,
  state,
  strong,
  words,
  type Document,
} from '../kernel/document.ts'
import { instantText } from '../kernel/text.ts'
import { paymentsOf } from '../pipeline/payments.ts'
import { findOne } from '../pipeline/tasks.ts'
import type { Store } from '../store/index.ts'
import type { Found } from '../store/lookup.ts'
import type { OperationRecord } from '../store/records.ts'
import { defineOperation, type Context } from './define.ts'

export const explain = defineOperation({
  path: ['explain'],
  summary: 'The receipt behind any id: what was asked, done, judged, paid, and by what rules',
  examples: [
    { words: 'explain task_01k…', does: 'every run of a task' },
    { words: 'explain run_01k…/2', does: 'the second attempt of a run' },
  ],
  input: { id: textField('any id that EchoPilot prints, its beginning, or an id or address of Notion') },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, input) => {
    const found = await findOne(context.store, input.id)
    const runIds = await runsOf(context.store, found)
    const read = await Promise.all(runIds.map(runId => receiptOf(context.store, runId)))
    return {
      kind: found.kind,
      id: found.id,
      receipts: read.filter(receipt => 'core' in receipt),
      unreadable: read.filter(receipt => 'why' in receipt),
      record: found.kind === 'record' ? await context.store.records.get(found.id) : null,
      payments: (await paymentsOf(context.store, found)).map(paymentFigure),
      alert: await alertOf(context, found),
      healing: found.kind === 'healing' ? await context.store.operate.healing(found.id) : null,
      atMs: context.world.clock.now(),
    }
  },
  render: ({ id, kind, record, alert, healing, payments, atMs, receipts, unreadable }) =>
    record === null
      ? document(
          line`${strong(id)} is ${article(kind)} ${kind}`,
          alert === null ? null : alertItem(alert, atMs),
          healing === null ? null : healingItem(healing),
          payments.map(payment => section(payment.id, paymentParts(payment, null))),
          kind === 'client' ? next(`echopilot client show ${id}`) : null,
          receipts.map(receipt => receiptParts(receipt, id)),
          unreadable.map(({ runId, why }) => line`${state('UNREADABLE', 'bad')} ${idSpan(runId)}: ${why}`),
        )
      : recordDocument(record),
  outcome: ({ receipts, unreadable }) =>
    unreadable.length > 0 || receipts.some(({ seal }) => seal?.intact === false) ? 'failed' : 'ok',
})

/** A run of which no receipt can be given, and why. */
interface UnreadableRun {
  readonly runId: string
  readonly why: string
}

/** One damaged row must not keep the receipts of the others back. */
async function receiptOf(store: Store, runId: string): Promise<ExplainedReceipt | UnreadableRun> {
  try {
    return await readReceipt(store, runId)
  } catch (error) {
    if (error instanceof UnreadableRow) return { runId, why: error.message }
    throw error
  }
}

async function readReceipt(store: Store, runId: string): Promise<ExplainedReceipt> {
  const receipt = await store.receipts.get(runId)
  if (receipt === null) throw new AppError('missing', `there is no run ${runId}`, 'echopilot task list')
  const events = await store.runs.events(runId)
  const timeline = events.map(event => ({
    at: instantText(event.atMs),
    what: event.what,
    actor: event.actor,
  }))
  const effects = (await store.outbox.ofRun(runId)).map(effect => ({
    id: effect.id,
    key: effect.key,
    kind: effect.kind,
    state: effect.state,
    endedAt: effect.endedMs === null ? null : instantText(effect.endedMs),
    error: effect.error,
  }))
  return { ...receipt, effects, timeline }
}

async function runsOf(store: Store, found: Found): Promise<string[]> {
  switch (found.kind) {
    case 'task':
      return (await store.runs.ofTask(found.id)).map(({ id }) => id)
    case 'run':
      return [found.id]
    case 'attempt':
      return [found.runId]
    case 'output':
    case 'judgement':
    case 'call':
    case 'bill':
    case 'mailing':
      return [await store.lookup.runOf(found.kind, found.id)]
    case 'effect': {
      const runId = (await store.effects.get(found.id))?.runId ?? null
      return runId === null ? [] : [runId]
    }
    case 'link': {
      const link = await store.links.get(found.id)
      return link === null ? [] : runsOf(store, { kind: 'bill', id: link.billId })
    }
    case 'payment':
    case 'refund':
    case 'dispute': {
      const billIds = (await paymentsOf(store, found)).flatMap(({ billId }) => billId ?? [])
      return Promise.all(billIds.map(async billId => store.lookup.runOf('bill', billId)))
    }
    case 'alert':
    case 'client':
    case 'healing':
    case 'record':
      return []
  }
}

async function alertOf(
  { store, world }: Context<{ store: 'required' }>,
  found: Found,
): Promise<ShownAlert | null> {
  const of = found.kind === 'effect' ? (await store.effects.get(found.id))?.subject : found
  const alert = of?.kind === 'alert' ? await store.alerts.get(of.id) : null
  return alert === null ? null : shownAlert(alert, world.clock.now())
}

function recordDocument(record: OperationRecord): Document {
  const ended = record.endedMs === null ? 'not ended' : words`ended ${second(record.endedMs)}`
  return document(
    `${record.operation} by ${record.actor}`,
    line`begun ${second(record.startedMs)}, ${ended}, ${record.outcome ?? 'running'}`,
    record.counts === null ? null : `${record.counts.done} done, ${record.counts.failed} failed`,
    record.message,
  )
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? 'an' : 'a'
}
