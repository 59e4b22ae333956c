import type { ErrorClass } from '../domain/error-class.ts'
import type { Money } from '../domain/money.ts'
import { keysOf } from '../domain/keys-of.ts'
import {
  PRIORITIES,
  priorityRank,
  RUN_STATES,
  type Priority,
  type RunState,
  type RunStatus,
} from '../domain/run-state.ts'
import type { TaskType } from '../domain/task-type.ts'
import {
  findRow,
  moneyIn,
  readRow,
  readRows,
  type RowReader,
  type StoreCore,
  type StoreReader,
} from './core.ts'
import { insertRun, type NewRun, type Run } from './run-rows.ts'
import { listOf, listed } from './sql.ts'

/** A task as someone asks for it. */
export interface TaskRequest {
  readonly title: string
  readonly brief: string
  readonly type: TaskType
  /** For whom, as it was named. */
  readonly client: string | null
  /** The client that was found by that; null where none was. */
  readonly clientId: string | null
  /** Its own price; null where it has none. */
  readonly price: Money | null
  readonly qaTarget: number | null
  readonly priority: Priority
  /** `YYYY-MM-DD`. */
  readonly dueDate: string | null
}

/** A unit of work asked for. A local one never changes; one from Notion is as it was at its last pick-up. */
export interface Task extends TaskRequest {
  readonly id: string
  readonly source: 'local' | 'notion'
  readonly createdMs: number
  /** Its page in Notion; null for a local task. */
  readonly pageId: string | null
}

/** A task with its latest run and the brief of that, as lists show it. */
export interface TaskSummary extends Task {
  readonly runId: string
  readonly runNumber: number
  readonly state: RunState
  readonly status: RunStatus
  readonly score: number | null
  readonly threshold: number
  readonly reason: string | null
  /** Of the failure of its latest run; null where it did not fail. */
  readonly errorClass: ErrorClass | null
  readonly costNano: number
  readonly endedMs: number | null
}

/** Which tasks to list; null does not restrict. */
export interface TaskFilter {
  readonly states: readonly RunState[] | null
  readonly client: string | null
  /** Without failures that the operator let be. */
  readonly withoutDismissed?: boolean
  readonly limit: number
}

const COLUMNS = `SELECT t.*, r.id AS run_id, r.number AS run_number, r.created_ms AS run_created_ms, r.state, r.score,
    r.threshold, r.reason, r.error_class, r.ended_ms, r.brief AS run_brief, COALESCE(s.nano, 0) AS cost_nano`
const SPENT = `LEFT JOIN spend s ON s.scope = 'task' AND s.key = t.id`

const SUMMARY = `${COLUMNS} FROM tasks t
  JOIN runs r ON r.task_id = t.id AND r.number = (SELECT MAX(number) FROM runs WHERE task_id = t.id) ${SPENT}`

/** From the runs of a state to their tasks, never the other way round. */
const newest = (conditions: readonly string[]): string =>
  `${COLUMNS} FROM runs r /* in this order */ JOIN tasks t ON t.id = r.task_id ${SPENT}
   WHERE ${[
     'r.state = :state',
     'r.number = (SELECT MAX(number) FROM runs WHERE task_id = r.task_id)',
     ...conditions,
   ].join(' AND ')}
   ORDER BY r.created_ms DESC, r.id DESC LIMIT :limit`

/** Tasks and their listing. */
export function taskStore(core: StoreCore) {
  return {
    /** Adds a local task with its first run, queued, in one transaction. */
    add: (task: TaskRequest, run: NewRun) =>
      core.change(run.actor, 'task.add', tx => {
        const taskId = tx.newId('task')
        const { price, ...row } = task
        tx.engine.run(
          `INSERT INTO tasks (id, source, title, brief, type, client, client_id, price_minor, price_currency, qa_target,
             priority, due_date, created_ms)
           VALUES (:taskId, 'local', :title, :brief, :type, :client, :clientId, :priceMinor, :priceCurrency, :qaTarget,
             :priority, :dueDate, :now)`,
          {
            ...row,
            ...priceColumns(price),
            taskId,
            priority: priorityRank(task.priority),
            now: tx.clock.now(),
          },
        )
        tx.about(taskId, { type: task.type })
        return { taskId, runId: insertRun(tx, taskId, run).id }
      }),
    /** A task by its full id; null where there is none. */
    get: async (id: string) => findRow(core, `${SUMMARY} WHERE t.id = :id`, { id }, readSummary),
    /** Newest first. */
    list: async ({ states, client, withoutDismissed = false, limit }: TaskFilter) => {
      // A condition that is not there cannot keep a query from its index.
      const shown = withoutDismissed ? ['r.dismissed_ms IS NULL'] : []
      if (states !== null && client === null) return newestIn(core, states, shown, limit)
      const conditions = [
        ...shown,
        ...(states === null ? [] : [`r.state IN ${listed(':states')}`]),
        ...(client === null ? [] : ['t.client = :client']),
      ]
      return readRows(
        core,
        `${SUMMARY} WHERE ${conditions.join(' AND ') || 'TRUE'}
           ORDER BY t.created_ms DESC, t.id DESC LIMIT :limit`,
        { states: listOf(states ?? []), client, limit },
        readSummary,
      )
    },
  }
}

/**
 * Tasks whose latest run is in one of these states, newest run first. Each state has its own part of the index, and
 * is asked for alone: only so is nothing read that is not listed.
 */
function newestIn(
  core: StoreReader,
  states: readonly RunState[],
  conditions: readonly string[],
  limit: number,
): TaskSummary[] {
  return states
    .flatMap(state =>
      readRows(core, newest(conditions), { state, limit }, is => ({
        runCreatedMs: is.number('run_created_ms'),
        summary: readSummary(is),
      })),
    )
    .toSorted((a, b) => b.runCreatedMs - a.runCreatedMs || (a.summary.runId < b.summary.runId ? 1 : -1))
    .slice(0, limit)
    .map(({ summary }) => summary)
}

/** The task of a run with the brief it works on. @throws UnreadableRow where there is none */
export function taskOf(core: StoreReader, run: Run): Task {
  const task = readRow(core, 'SELECT * FROM tasks WHERE id = :id', { id: run.taskId }, readTask)
  return { ...task, brief: run.ownBrief ?? task.brief }
}

/** The columns of a task's own price. */
export function priceColumns(price: Money | null) {
  return { priceMinor: price?.minor ?? null, priceCurrency: price?.currency ?? null }
}

/** A task from a row that holds its columns. */
function readTask(is: RowReader): Task {
  return {
    id: is.text('id'),
    source: is.text<Task['source']>('source'),
    title: is.text('title'),
    brief: is.text('brief'),
    type: is.text<TaskType>('type'),
    client: is.textOrNull('client'),
    clientId: is.textOrNull('client_id'),
    price: moneyIn(is, 'price_minor', 'price_currency'),
    qaTarget: is.numberOrNull('qa_target'),
    priority: PRIORITIES[is.number('priority')] ?? 'Normal',
    dueDate: is.textOrNull('due_date'),
    createdMs: is.number('created_ms'),
    pageId: is.textOrNull('page_id'),
  }
}

function readSummary(is: RowReader): TaskSummary {
  const state = is.choice('state', keysOf(RUN_STATES))
  const task = readTask(is)
  return {
    ...task,
    brief: is.textOrNull('run_brief') ?? task.brief,
    runId: is.text('run_id'),
    runNumber: is.number('run_number'),
    state,
    status: RUN_STATES[state].status,
    score: is.numberOrNull('score'),
    threshold: is.number('threshold'),
    reason: is.textOrNull('reason'),
    errorClass: is.textOrNull<ErrorClass>('error_class'),
    costNano: is.number('cost_nano'),
    endedMs: is.numberOrNull('ended_ms'),
  }
}
