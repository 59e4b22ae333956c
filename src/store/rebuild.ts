import { pageAgain, standingOf } from '../domain/board.ts'
import {
  isBoardEffect,
  type BoardEffect,
  type BoardEffectOf,
  type PageChange,
} from '../domain/board-effects.ts'
import { keysOf } from '../domain/keys-of.ts'
import type { RunState } from '../domain/run-state.ts'
import { findRow, readRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { effectsOfRun, readEffect, recordEffects, standingTransition, type Effect } from './effect-rows.ts'
import { writeAgain } from './effects.ts'
import { thingOf } from './outbox.ts'
import { openTick } from './pickup.ts'
import { latestRun, type Run } from './run-rows.ts'
import { taskOf, type Task } from './tasks.ts'

/** What Notion should say of one task, for comparing. What still waits to be written, or was dismissed, is left out. */
export interface Said {
  readonly taskId: string
  readonly title: string
  readonly pageId: string
  readonly state: RunState
  /** Its failure was let be. */
  readonly dismissed: boolean
  /** Properties of the page. */
  readonly page: PageChange | null
  /** Our untick is not confirmed: the tick on the page is still the one that its run came from. */
  readonly isTickOurs: boolean
  /** The newest result of each of its runs. */
  readonly bodies: readonly SaidBody[]
  readonly rows: readonly SaidRow[]
}

/** A result that stands in a page under a container of its run. */
export interface SaidBody {
  readonly effectId: string
  readonly runId: string
  readonly text: string
}

/** A row of one of the logs. */
export interface SaidRow {
  readonly effectId: string
  readonly body: BoardEffectOf<'log' | 'job'>
  /** Its page, where we know it. */
  readonly notionId: string | null
  readonly writtenMs: number
}

/** What is to be written once more about one task. */
export interface Again {
  readonly taskId: string
  /** Properties of its page; their values are what they are when it is recorded, for the run may have moved on. */
  readonly keys: readonly (keyof PageChange)[]
  /** Results and log rows, by their effects. */
  readonly effectIds: readonly string[]
  /** Rows that are not there any more, by their keys: they are looked up before they are made. */
  readonly forget: readonly string[]
}

/** Comparing the view with the truth, and writing again what differs. */
export function rebuildStore(core: StoreCore) {
  return {
    /** The newest tasks that have a page. */
    said: async (limit: number) =>
      readRows(
        core,
        'SELECT id FROM tasks WHERE page_id IS NOT NULL ORDER BY created_ms DESC, id DESC LIMIT :limit',
        { limit },
        is => saidOf(core, is.text('id')),
      ).filter(said => said !== null),
    /** How many tasks have a page. */
    pages: async () =>
      readRow(core, 'SELECT COUNT(*) AS pages FROM tasks WHERE page_id IS NOT NULL', {}, is =>
        is.number('pages'),
      ),
    /**
     * Records what is to be written once more, in one transaction; what is being sent right now is left alone.
     * @throws UnreadableRow where there is no such task
     */
    again: (again: Again) => core.change(core.actor, 'effect.rebuild', tx => record(tx, again)),
  }
}

function saidOf(core: StoreReader, taskId: string): Said | null {
  const run = latestRun(core, taskId)
  const standing = standingTransition(core, run)
  if (standing === null) return null
  const effects = readRows(
    core,
    `SELECT e.* FROM runs r JOIN effects e ON e.subject_kind = 'run' AND e.subject_id = r.id
     WHERE r.task_id = :taskId ORDER BY e.seq`,
    { taskId },
    is => readEffect(core, is),
  )
  const { costNano, ...rest } = standingOf(standing)
  // While a process works on it, its cost is a reservation that the page will never be told.
  const page = run.owner === null ? { ...rest, costNano } : rest
  return {
    taskId,
    title: standing.taskTitle,
    pageId: standing.pageId,
    state: run.state,
    dismissed: run.dismissedMs !== null,
    page: isOpen(effects.filter(({ kind }) => kind === 'page')) ? null : page,
    isTickOurs: openTick(core, standing.pageId) !== null,
    bodies: newest(effects, 'body', ({ runId }) => runId).flatMap(({ id, body }) => {
      const text = textOf(core, body.outputId)
      return text === null ? [] : [{ effectId: id, runId: body.runId, text }]
    }),
    rows: [
      ...newest(effects, 'log', ({ thing }) => thing),
      ...newest(effects, 'job', ({ thing }) => thing),
    ].map(({ id, body, service, endedMs }) => ({
      effectId: id,
      body,
      notionId: thingOf(core, service, body.thing),
      writtenMs: endedMs ?? 0,
    })),
  }
}

/** Whether the last word is not yet, or never to be, on the page. */
function isOpen(effects: readonly Pick<Effect, 'state'>[]): boolean {
  return effects.some(({ state }) => state === 'pending') || effects.at(-1)?.state === 'dismissed'
}

/** The newest effect of a kind for each thing, of those that have nothing waiting and were not dismissed. */
function newest<Kind extends BoardEffect['kind']>(
  effects: readonly Effect[],
  kind: Kind,
  thingIn: (body: BoardEffectOf<Kind>) => string,
): (Omit<Effect, 'body'> & { readonly body: BoardEffectOf<Kind> })[] {
  const ofKind = effects.flatMap(effect => {
    const { body } = effect
    return isBoardEffect(body, kind) ? [{ ...effect, body }] : []
  })
  const byThing = Map.groupBy(ofKind, effect => thingIn(effect.body))
  return [...byThing.values()].flatMap(all => (isOpen(all) ? [] : all.slice(-1)))
}

function textOf(core: StoreReader, outputId: string): string | null {
  return findRow(core, 'SELECT text FROM outputs WHERE id = :outputId', { outputId }, is => is.text('text'))
}

function record(tx: Change, { taskId, keys, effectIds, forget }: Again): void {
  const run = latestRun(tx, taskId)
  const task = taskOf(tx, run)
  recordPage(tx, task, run, keys)
  for (const thing of forget) {
    tx.engine.run('DELETE FROM outside_things WHERE service = :service AND key = :thing', {
      service: task.source,
      thing,
    })
  }
  if (keys.length + effectIds.length + forget.length > 0) tx.about(taskId, { run: run.id })
  for (const id of effectIds) writeAgain(tx, id)
}

/** An untick is recorded for the run of its tick, which it confirms. */
function recordPage(tx: Change, task: Task, run: Run, keys: readonly (keyof PageChange)[]): void {
  const standing = standingTransition(tx, run)
  if (standing === null || keys.length === 0) return
  const tick = keys.includes('untick') ? openTick(tx, standing.pageId) : null
  const said: PageChange = {
    ...standingOf(standing),
    ...(tick === null ? {} : { untick: true }),
    ...(run.state === 'waiting_human' ? {} : { clearDecision: true }),
  }
  const change = Object.fromEntries(
    keysOf(said).flatMap(key => (keys.includes(key) ? [[key, said[key]]] : [])),
  )
  recordEffects(tx, effectsOfRun(task, tick ?? run.id), [pageAgain(standing.pageId, change)])
}
