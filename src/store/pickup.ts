import { keysOf } from '../domain/keys-of.ts'
import { priorityRank, RUN_STATES, type RunState } from '../domain/run-state.ts'
import { clientIdByEmail, keepClientRow, type ClientRow } from './client-rows.ts'
import { findRow, readRows, type Change, type RowReader, type StoreCore, type StoreReader } from './core.ts'
import { endRun } from './run-moves.ts'
import { effectsOfRun, recordEffects, tellPickUp } from './effect-rows.ts'
import { insertRun, readRun, type NewRun, type Run } from './run-rows.ts'
import { priceColumns, taskOf, type TaskRequest } from './tasks.ts'
import { flag, listOf, listed } from './sql.ts'

/** A row of the queue database as it was read, with everything that is snapshotted at pick-up. */
export interface PickedPage extends Omit<TaskRequest, 'clientId'> {
  readonly pageId: string
  /** The row of the client that it names by a relation, or by the address of one client alone. */
  readonly clientRow: ClientRow | null
  readonly clientEmail: string | null
  /** Its Status was Cancelled when it was read: about an earlier run. */
  readonly stoodCancelled: boolean
}

/** What a ticked row is, before it is read whole. */
export type TickState =
  /** Our own untick is not confirmed yet: nothing new. */
  | { readonly kind: 'same-tick' }
  /** Its run is being worked on: the tick becomes the next run when that has ended. */
  | { readonly kind: 'waits'; readonly runId: string }
  /** To be picked up. `again`: we have written to its page before, so a list may show an older tick. */
  | { readonly kind: 'new'; readonly again: boolean }

/** The latest run of a page, as reading what people say about it needs it. */
export interface BoardRow {
  readonly pageId: string
  readonly taskId: string
  readonly title: string
  readonly runId: string
  readonly state: RunState
  /** The page has been told of this run. */
  readonly heard: boolean
  /** … and of its end. */
  readonly endHeard: boolean
  /** The row said Cancelled already when the run began, or that is not known. */
  readonly stoodCancelled: boolean
  /** The newest version of its text; null where it has none. */
  readonly outputId: string | null
  /** Something waits to be written to the page. */
  readonly hasPending: boolean
  /** Something of this run could not be written to the page: what waits for a person may not stand there. */
  readonly hasDead: boolean
  /** Its failure was let be. */
  readonly dismissed: boolean
}

/** Picking up rows of Notion's queue. */
export function pickUpStore(core: StoreCore) {
  return {
    tickState: async (pageId: string) => tickState(core, pageId),
    /**
     * Records the untick of a tick anew where the first was given up: the row is listed, so it can be written
     * again, and until it is no later tick would count.
     */
    untickAgain: (pageId: string) => core.change(core.actor, 'task.untick', tx => untickAgain(tx, pageId)),
    /**
     * Creates the run of a tick with its untick, in one transaction. A run that waits for a person or a cap is
     * cancelled as superseded. Says what it found where another process was quicker.
     */
    pickUp: (page: PickedPage, run: NewRun) =>
      core.change(run.actor, 'task.pick_up', tx => {
        const state = tickState(tx, page.pageId)
        if (state.kind !== 'new') return state
        const resting = openRun(tx, page.pageId)
        if (resting !== null) endRun(tx, resting, 'cancelled', 'superseded by a new tick')
        const taskId = upsertTask(tx, page)
        const picked = insertRun(tx, taskId, run)
        const runId = picked.id
        tx.engine.run(
          `INSERT INTO ticks (page_id, run_id, confirmed, stood_cancelled)
           VALUES (:pageId, :runId, 0, :stoodCancelled)
           ON CONFLICT (page_id) DO UPDATE SET run_id = excluded.run_id, confirmed = 0,
             stood_cancelled = excluded.stood_cancelled`,
          { pageId: page.pageId, runId, stoodCancelled: page.stoodCancelled ? 1 : 0 },
        )
        tellPickUp(tx, picked, page.pageId)
        return { kind: 'queued', runId, taskId }
      }),
    /** The latest runs of these pages. */
    rows: async (pageIds: readonly string[]) =>
      readRows(
        core,
        `${ROW} WHERE t.page_id IN ${listed(':ids')} AND ${IS_LATEST}`,
        { ids: listOf(pageIds) },
        readBoardRow,
      ),
    /** Pages of runs that are worked on, or will be next, and pages that are to be told of an outcome. */
    busyPages: async (service: string, limit: number) =>
      readRows(
        core,
        `SELECT t.page_id FROM (SELECT task_id FROM runs /* by runs_ready */ WHERE next_stage IS NOT NULL
             ORDER BY priority DESC, created_ms, id LIMIT :half) r JOIN tasks t ON t.id = r.task_id
           WHERE t.source = :service AND t.page_id IS NOT NULL
           UNION
           SELECT target FROM (SELECT target FROM effects /* by effects_lasting */
             WHERE service = :service AND state = 'pending' AND passing_ms IS NULL AND kind = 'page' ORDER BY seq LIMIT :half)
           LIMIT :limit`,
        { service, limit, half: Math.ceil(limit / 2) },
        is => is.text('page_id'),
      ),
    /**
     * Runs on whose rows people may say something: open ones, and failures that are still an alarm; in the order of
     * their ids, after one of them, at most so many.
     */
    watched: async (after: string, limit: number) =>
      readRows(
        core,
        `${ROW} WHERE (r.ended_ms IS NULL OR (r.state = 'failed_final' AND r.dismissed_ms IS NULL))
             AND r.id > :after AND t.page_id IS NOT NULL AND ${IS_LATEST} ORDER BY r.id LIMIT :limit`,
        { after, limit },
        readBoardRow,
      ),
    /** Where a reading that was cut short goes on; null from the start. */
    mark: async (name: string) =>
      findRow(core, 'SELECT at FROM board_marks WHERE name = :name', { name }, is => is.text('at')),
    setMark: (name: string, at: string | null) =>
      core.change(core.actor, 'pickup.mark', tx => {
        if (at === null) tx.engine.run('DELETE FROM board_marks WHERE name = :name', { name })
        else tx.engine.run(SET_MARK, { name, at })
      }),
  }
}

const SET_MARK = `INSERT INTO board_marks (name, at) VALUES (:name, :at)
  ON CONFLICT (name) DO UPDATE SET at = excluded.at`

/** The page of a run was told of it; the parenthesis stays open for more. */
const IS_TOLD = `EXISTS (SELECT 1 FROM effects e
  WHERE e.subject_kind = 'run' AND e.subject_id = r.id AND e.kind = 'page' AND e.state = 'done'`
/** From runs to their tasks, or the other way round, as the condition that is added leads. */
const ROW = `SELECT t.page_id, t.id AS task_id, t.title, r.id AS run_id, r.state,
    ${flag(`${IS_TOLD})`)} AS heard,
    ${flag(`${IS_TOLD} AND e.created_ms >= r.ended_ms)`)} AS end_heard,
    (SELECT o.id FROM outputs o WHERE o.run_id = r.id ORDER BY o.number DESC LIMIT 1) AS output_id,
    ${flag(`EXISTS (SELECT 1 FROM effects e WHERE e.service = t.source AND e.target = t.page_id AND e.state = 'pending')`)} AS has_pending,
    ${flag(`EXISTS (SELECT 1 FROM effects e
      WHERE e.subject_kind = 'run' AND e.subject_id = r.id AND e.service = t.source AND e.target = t.page_id AND e.state = 'dead')`)} AS has_dead,
    ${flag('r.dismissed_ms IS NOT NULL')} AS dismissed,
    COALESCE((SELECT stood_cancelled FROM ticks WHERE page_id = t.page_id AND run_id = r.id), 1) AS stood_cancelled
  FROM runs r JOIN tasks t ON t.id = r.task_id`
const IS_LATEST = 'NOT EXISTS (SELECT 1 FROM runs n WHERE n.task_id = r.task_id AND n.number > r.number)'

function readBoardRow(is: RowReader): BoardRow {
  return {
    pageId: is.text('page_id'),
    taskId: is.text('task_id'),
    title: is.text('title'),
    runId: is.text('run_id'),
    state: is.choice('state', keysOf(RUN_STATES)),
    heard: is.number('heard') === 1,
    endHeard: is.number('end_heard') === 1,
    stoodCancelled: is.number('stood_cancelled') === 1,
    outputId: is.textOrNull('output_id'),
    hasPending: is.number('has_pending') === 1,
    hasDead: is.number('has_dead') === 1,
    dismissed: is.number('dismissed') === 1,
  }
}

function tickState(core: StoreReader, pageId: string): TickState {
  if (openTick(core, pageId) !== null) return { kind: 'same-tick' }
  const open = openRun(core, pageId)
  const resting = open === null || open.state === 'waiting_human' || open.state === 'held'
  const known = core.engine.get('SELECT 1 FROM tasks WHERE page_id = :pageId', { pageId })
  return resting ? { kind: 'new', again: known !== undefined } : { kind: 'waits', runId: open.id }
}

function untickAgain(tx: Change, pageId: string): void {
  const tickRunId = openTick(tx, pageId)
  const pending = tx.engine.get(`SELECT 1 FROM effects WHERE target = :pageId AND state = 'pending'`, {
    pageId,
  })
  const run = findRow(
    tx,
    `SELECT r.* FROM runs r JOIN tasks t ON t.id = r.task_id WHERE t.page_id = :pageId
     ORDER BY r.number DESC LIMIT 1`,
    { pageId },
    readRun,
  )
  if (tickRunId === null || pending !== undefined || run === null) return
  const { id: runId, state } = run
  const change = { status: RUN_STATES[state].status, untick: true, runId } as const
  const effect = { name: null, target: pageId, body: { kind: 'page', pageId, change } } as const
  recordEffects(tx, effectsOfRun(taskOf(tx, run), tickRunId), [effect])
}

/** The run of a tick whose untick is not confirmed; null where there is none. */
export function openTick(core: StoreReader, pageId: string): string | null {
  const sql = 'SELECT run_id FROM ticks WHERE page_id = :pageId AND confirmed = 0'
  return findRow(core, sql, { pageId }, is => is.text('run_id'))
}

function openRun(core: StoreReader, pageId: string): Run | null {
  const sql = `SELECT r.* FROM runs r JOIN tasks t ON t.id = r.task_id WHERE t.page_id = :pageId AND r.ended_ms IS NULL`
  return findRow(core, sql, { pageId }, readRun)
}

function upsertTask(tx: Change, page: PickedPage): string {
  const sql = 'SELECT id FROM tasks WHERE page_id = :pageId'
  const id = findRow(tx, sql, { pageId: page.pageId }, is => is.text('id')) ?? tx.newId('task')
  tx.about(id, { page: page.pageId, type: page.type })
  const { stoodCancelled: _, clientRow, price, ...row } = page
  const clientId =
    clientRow === null ? clientIdByEmail(tx, page.clientEmail) : keepClientRow(tx, 'notion', clientRow)
  tx.engine.run(
    `INSERT INTO tasks (id, source, title, brief, type, client, client_email, client_id, price_minor, price_currency,
       qa_target, priority, due_date, page_id, created_ms)
     VALUES (:id, 'notion', :title, :brief, :type, :client, :clientEmail, :clientId, :priceMinor, :priceCurrency,
       :qaTarget, :priority, :dueDate, :pageId, :now)
     ON CONFLICT (id) DO UPDATE SET title = excluded.title, brief = excluded.brief, type = excluded.type,
       client = excluded.client, client_email = excluded.client_email, client_id = excluded.client_id,
       price_minor = excluded.price_minor, price_currency = excluded.price_currency, qa_target = excluded.qa_target,
       priority = excluded.priority, due_date = excluded.due_date`,
    {
      ...row,
      ...priceColumns(price),
      id,
      clientId,
      priority: priorityRank(page.priority),
      now: tx.clock.now(),
    },
  )
  return id
}
