import { keysOf } from '../domain/keys-of.ts'
import { priorityRank, RUN_STATES, type RunState } from '../domain/run-state.ts'
import { reader, type StoreCore } from './core.ts'
import { endRun } from './decisions.ts'
import { recordEffects, tellPickUp } from './effect-record.ts'
import { insertRun, readRun, type NewRun, type Run } from './run-rows.ts'
import type { TaskRequest } from './tasks.ts'

/** A row of the queue database as it was read, with everything that is snapshotted at pick-up. */
export interface PickedPage extends TaskRequest {
  readonly pageId: string
  readonly clientEmail: string | null
}

/** What a ticked row is, before it is read whole. */
export type TickState =
  /** Our own untick is not confirmed yet: nothing new. */
  | { readonly kind: 'same-tick' }
  /** Its run is being worked on: the tick becomes the next run when that has ended. */
  | { readonly kind: 'waits'; readonly runId: string }
  /** To be read again and picked up. */
  | { readonly kind: 'new' }

/** A run of a page that is open, as the reading of decisions and cancellations needs it. */
export interface OpenPage {
  readonly pageId: string
  readonly taskId: string
  readonly runId: string
  readonly state: RunState
}

/** Picking up rows of Notion's queue. */
export interface PickUpStore {
  tickState(pageId: string): Promise<TickState>
  /**
   * Records the untick of a tick anew where the first was given up: the row is listed, so it can be written
   * again, and until it is no later tick would count.
   */
  untickAgain(pageId: string): Promise<void>
  /**
   * Creates the run of a tick with its untick, in one transaction. A run that waits for a person or a cap is
   * cancelled as superseded. Says what it found where another process was quicker.
   */
  pickUp(
    page: PickedPage,
    run: NewRun,
  ): Promise<TickState | { readonly kind: 'queued'; readonly runId: string; readonly taskId: string }>
  /** Open runs that came from pages. */
  openPages(): Promise<OpenPage[]>
}

/** Picking up from Notion over one database. */
export function pickUpStore(core: StoreCore): PickUpStore {
  return {
    tickState: async pageId => tickState(core, pageId),
    untickAgain: async pageId => core.write(() => untickAgain(core, pageId)),
    pickUp: async (page, run) =>
      core.write(() => {
        const state = tickState(core, page.pageId)
        if (state.kind !== 'new') return state
        const resting = openRun(core, page.pageId)
        if (resting !== null) endRun(core, resting, 'cancelled', 'superseded by a new tick', run.actor)
        const taskId = upsertTask(core, page)
        const picked = insertRun(core, taskId, run)
        const runId = picked.id
        core.engine.run(
          'INSERT OR REPLACE INTO ticks (page_id, run_id, confirmed) VALUES (:pageId, :runId, 0)',
          { pageId: page.pageId, runId },
        )
        tellPickUp(core, picked, page.pageId)
        return { kind: 'queued', runId, taskId }
      }),
    openPages: async () =>
      core.engine
        .all(
          // From the few runs that are open to their tasks, never the other way round.
          `SELECT t.page_id, t.id AS task_id, r.id AS run_id, r.state FROM runs r CROSS JOIN tasks t ON t.id = r.task_id
           WHERE r.ended_ms IS NULL AND t.page_id IS NOT NULL ORDER BY r.created_ms, r.id`,
        )
        .map(row => {
          const is = reader(row)
          return {
            pageId: is.text('page_id'),
            taskId: is.text('task_id'),
            runId: is.text('run_id'),
            state: is.choice('state', keysOf(RUN_STATES)),
          }
        }),
  }
}

function tickState(core: StoreCore, pageId: string): TickState {
  const tick = core.engine.get('SELECT confirmed FROM ticks WHERE page_id = :pageId', { pageId })
  if (tick !== undefined && reader(tick).number('confirmed') === 0) return { kind: 'same-tick' }
  const open = openRun(core, pageId)
  const resting = open === null || open.state === 'waiting_human' || open.state === 'held'
  return resting ? { kind: 'new' } : { kind: 'waits', runId: open.id }
}

function untickAgain(core: StoreCore, pageId: string): void {
  const tick = core.engine.get(
    `SELECT run_id FROM ticks WHERE page_id = :pageId AND confirmed = 0
       AND NOT EXISTS (SELECT 1 FROM effects WHERE target = :pageId AND state = 'pending')`,
    { pageId },
  )
  const latest = core.engine.get(
    `SELECT r.* FROM runs r JOIN tasks t ON t.id = r.task_id WHERE t.page_id = :pageId
     ORDER BY r.number DESC LIMIT 1`,
    { pageId },
  )
  if (tick === undefined || latest === undefined) return
  const { id: runId, state } = readRun(latest)
  const change = { status: RUN_STATES[state].status, untick: true, runId } as const
  const effect = { name: null, target: pageId, body: { kind: 'page', pageId, change } } as const
  recordEffects(core, reader(tick).text('run_id'), [effect])
}

function openRun(core: StoreCore, pageId: string): Run | null {
  const row = core.engine.get(
    `SELECT r.* FROM runs r JOIN tasks t ON t.id = r.task_id WHERE t.page_id = :pageId AND r.ended_ms IS NULL`,
    { pageId },
  )
  return row === undefined ? null : readRun(row)
}

function upsertTask(core: StoreCore, page: PickedPage): string {
  const known = core.engine.get('SELECT id FROM tasks WHERE page_id = :pageId', { pageId: page.pageId })
  const id = known === undefined ? core.newId('task') : reader(known).text('id')
  core.engine.run(
    `INSERT INTO tasks (id, source, title, brief, type, client, client_email, qa_target, priority, due_date,
       page_id, created_ms)
     VALUES (:id, 'notion', :title, :brief, :type, :client, :clientEmail, :qaTarget, :priority, :dueDate, :pageId, :now)
     ON CONFLICT (id) DO UPDATE SET title = excluded.title, brief = excluded.brief, type = excluded.type,
       client = excluded.client, client_email = excluded.client_email, qa_target = excluded.qa_target,
       priority = excluded.priority, due_date = excluded.due_date`,
    { ...page, id, priority: priorityRank(page.priority), now: core.clock.now() },
  )
  return id
}
