import { formatNanoUsd } from '../../domain/cost.ts'
import { latestWork } from '../../domain/next-step.ts'
import { totalsOf } from '../../domain/receipt.ts'
import type { RunStatus } from '../../domain/run-state.ts'
import { document } from '../../kernel/document.ts'
import { defect } from '../../kernel/errors.ts'
import type { Fetch } from '../../kernel/http/fetch.ts'
import { urlField, wholeNumberField } from '../../kernel/field.ts'
import { defineOperation } from '../../operations/define.ts'
import type { Store } from '../../store/index.ts'
import type { Receipt } from '../../store/receipts.ts'
import type { TaskSummary } from '../../store/tasks.ts'
import { sandboxAnswer } from '../sandbox-answer.ts'
import type { DemoMoney } from './money.ts'
import type { Night } from './night.ts'
import type { DemoReports } from './reports.ts'
import { demoTasks } from './tasks.ts'

/** One task of the demo's day, with what it was there to show. */
export interface DayTask {
  readonly taskId: string
  readonly title: string
  readonly client: string | null
  readonly note: string
  readonly status: RunStatus
  readonly score: number | null
  readonly versions: number
  readonly costUsd: string
  readonly reason: string | null
  readonly result: string
  readonly receipt: Receipt
}

/** What the day came to. */
export interface Day {
  readonly tasks: readonly DayTask[]
  readonly costUsd: string
  /** Receipts against the sandbox's own ledger, call by call summed. */
  readonly ledger: {
    readonly calls: number
    readonly costUsd: string
    readonly inputTokens: number
    readonly outputTokens: number
  }
  readonly receipts: Day['ledger']
  /** Both agree in every figure. */
  readonly proved: boolean
  /** Every page shows the state that the store holds. */
  readonly pagesAgree: boolean
  /** How long the day took, of real time; the night after it not. */
  readonly seconds: number
  readonly night: Night
  readonly reports: Omit<DemoReports, 'pdfBase64'>
  readonly money: DemoMoney
}

/** Reads back what became of the tasks, and holds the receipts against the ledger of the sandbox. */
export const readDay = defineOperation({
  path: ['demo', 'read-day'],
  summary: 'What became of the tasks of the demo',
  input: { sandbox: urlField('the stand-in of the model') },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, { sandbox }) => {
    const tasks = await dayTasks(context.store)
    const receipts = sumOf(tasks)
    const ledger = await readLedger(context.world.fetch, sandbox)
    const proved = JSON.stringify(receipts) === JSON.stringify(ledger)
    return { tasks, costUsd: receipts.costUsd, ledger, receipts, proved }
  },
  render: () => document(),
})

async function dayTasks(store: Store): Promise<DayTask[]> {
  const listed = await store.tasks.list({ states: null, client: null, limit: 1000 })
  const notes = new Map(demoTasks().map(task => [task.title, task.note]))
  const order = [...notes.keys()]
  const inOrder = listed.toSorted((a, b) => order.indexOf(a.title) - order.indexOf(b.title))
  return Promise.all(inOrder.map(task => dayTask(store, task, notes.get(task.title) ?? '')))
}

async function dayTask(store: Store, task: TaskSummary, note: string): Promise<DayTask> {
  const receipt = await store.receipts.get(task.runId)
  const outputs = await store.runs.outputs(task.runId)
  if (receipt === null) throw defect(`run ${task.runId} has no receipt`)
  return {
    taskId: task.id,
    title: task.title,
    client: task.client,
    note,
    status: task.status,
    score: task.score,
    versions: outputs.length,
    costUsd: formatNanoUsd(task.costNano),
    reason: task.reason,
    result: latestWork(outputs)?.text ?? '',
    receipt,
  }
}

function sumOf(tasks: readonly DayTask[]): Day['ledger'] {
  const calls = tasks.flatMap(task => task.receipt.core.calls.filter(call => call.certainty !== 'unbilled'))
  const totals = totalsOf(calls)
  return {
    calls: totals.calls,
    costUsd: formatNanoUsd(totals.costNano),
    inputTokens: totals.inputTokens,
    outputTokens: totals.outputTokens,
  }
}

const TOTALS = {
  calls: wholeNumberField('calls that were answered', 0),
  prompt_tokens: wholeNumberField('tokens read', 0),
  completion_tokens: wholeNumberField('tokens written', 0),
  cost_nano_usd: wholeNumberField('their price', 0),
} as const

async function readLedger(fetch: Fetch, sandboxUrl: string): Promise<Day['ledger']> {
  const answer = await fetch(`${sandboxUrl}/__sandbox/ledger`)
  const ledger: unknown = await answer.json()
  const given = typeof ledger === 'object' && ledger !== null && 'totals' in ledger ? ledger.totals : null
  const totals = sandboxAnswer(TOTALS, given)
  return {
    calls: totals.calls,
    costUsd: formatNanoUsd(totals.cost_nano_usd),
    inputTokens: totals.prompt_tokens,
    outputTokens: totals.completion_tokens,
  }
}
