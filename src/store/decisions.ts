import { mayDecide, type Verb } from '../domain/decision.ts'
import type { RunState } from '../domain/run-state.ts'
import { reader, type StoreCore } from './core.ts'
import { tellOutside } from './effect-record.ts'
import { leaveServices } from './pauses.ts'
import { sealReceipt } from './receipts.ts'
import { latestWorkOf } from './work-rows.ts'
import { addEvent, insertRun, latestRun, updateRun, type NewRun, type Run } from './run-rows.ts'

/** What became of an operator's decision. `refused` changed nothing and says in what state the run is. */
export interface Decided {
  readonly kind: 'done' | 'refused'
  readonly runId: string
  readonly state: RunState
}

/** What somebody had before them who decided. */
export interface Seen {
  readonly runId: string
  /** The newest version of its text; null where it had none. */
  readonly outputId: string | null
}

/**
 * What a person decides about a task. Each is one transaction on the task's latest run; where it is known what they had
 * seen, it is refused of any other run, and of any other version of its text.
 */
export interface DecisionStore {
  /** Accepts the work of a run that waits for a person: Done. */
  approve(taskId: string, actor: string, seen?: Seen): Promise<Decided>
  /** Sends the work of a run that waits for a person back to be revised by the note. */
  sendBack(taskId: string, note: string, actor: string, seen?: Seen): Promise<Decided>
  /** Ends an open run. A process that works on it loses its lease; what it spent stays booked. */
  cancel(taskId: string, actor: string, runId?: string): Promise<Decided>
  /** A new run where the last has ended; a run that waits for its next attempt is made due now. */
  retry(taskId: string, run: NewRun): Promise<Decided>
  /** Lets the failure of the last run be: it stays Failed-Final, and is no alarm any more. */
  dismiss(taskId: string, actor: string, runId?: string): Promise<Decided>
}

/** Decisions of people over one database. */
export function decisionStore(core: StoreCore): DecisionStore {
  const decide = async (
    taskId: string,
    seen: { readonly [Key in keyof Seen]?: Seen[Key] | undefined },
    verb: Verb,
    work: (run: Run) => Decided,
  ): Promise<Decided> =>
    core.write(() => {
      const run = latestRun(core, taskId)
      const isMeant =
        (seen.runId === undefined || seen.runId === run.id) &&
        (seen.outputId === undefined || seen.outputId === newestOutputId(core, run.id))
      return isMeant && mayDecide(verb, run.state)
        ? work(run)
        : { kind: 'refused', runId: run.id, state: run.state }
    })
  return {
    approve: (taskId, actor, seen) =>
      decide(taskId, seen ?? {}, 'approve', run => {
        insertDecision(core, run, 'approve', '', actor)
        endRun(core, run, 'done', 'approved by the operator', actor)
        return { kind: 'done', runId: run.id, state: 'done' }
      }),
    sendBack: (taskId, note, actor, seen) =>
      decide(taskId, seen ?? {}, 'return', run => {
        insertDecision(core, run, 'return', note, actor)
        const returned = updateRun(core, run.id, {
          state: 'generated',
          next_stage: 'revise',
          reason: null,
          not_before_ms: 0,
        })
        addEvent(core, { runId: run.id, state: 'generated', what: 'returned by the operator', actor })
        tellOutside(core, returned)
        return { kind: 'done', runId: run.id, state: 'generated' }
      }),
    cancel: (taskId, actor, runId) =>
      decide(taskId, { runId }, 'cancel', run => {
        endRun(core, run, 'cancelled', 'cancelled by the operator', actor)
        return { kind: 'done', runId: run.id, state: 'cancelled' }
      }),
    dismiss: (taskId, actor, runId) =>
      decide(taskId, { runId }, 'dismiss', run => {
        if (run.dismissedMs === null) {
          updateRun(core, run.id, { dismissed_ms: core.clock.now() })
          addEvent(core, { runId: run.id, state: run.state, what: 'dismissed by the operator', actor })
        }
        return { kind: 'done', runId: run.id, state: run.state }
      }),
    retry: (taskId, newRun) =>
      decide(taskId, {}, 'retry', run => {
        if (run.state === 'retrying') return makeDue(core, run, newRun.actor)
        // What is wrong with the row is read at its next tick; until then every run of it ends the same way.
        const next = insertRun(core, taskId, { ...newRun, flaw: run.flaw })
        tellOutside(core, next)
        return { kind: 'done', runId: next.id, state: next.state }
      }),
  }
}

function newestOutputId(core: StoreCore, runId: string): string | null {
  const row = core.engine.get('SELECT id FROM outputs WHERE run_id = :runId ORDER BY number DESC LIMIT 1', {
    runId,
  })
  return row === undefined ? null : reader(row).text('id')
}

/** A text that was returned, and could not be revised, is decided about again. */
function insertDecision(
  core: StoreCore,
  run: Run,
  kind: 'approve' | 'return',
  note: string,
  actor: string,
): void {
  core.engine.run(
    `INSERT INTO decisions (run_id, output_id, work_id, kind, note, actor, at_ms)
     VALUES (:runId, :outputId, :workId, :kind, :note, :actor, :now)
     ON CONFLICT (output_id) DO UPDATE SET work_id = excluded.work_id, kind = excluded.kind, note = excluded.note,
       actor = excluded.actor, at_ms = excluded.at_ms`,
    {
      runId: run.id,
      outputId: newestOutputId(core, run.id),
      workId: latestWorkOf(core, run.id)?.id ?? null,
      kind,
      note,
      actor,
      now: core.clock.now(),
    },
  )
}

/** Ends an open run by a decision; inside a transaction of the caller. Returns it as it is then. */
export function endRun(
  core: StoreCore,
  run: Run,
  state: 'done' | 'cancelled',
  reason: string,
  actor: string,
): Run {
  leaveServices(core, run.id, true)
  const ended = updateRun(core, run.id, {
    state,
    reason,
    next_stage: null,
    owner: null,
    lease_until_ms: null,
    held_need_nano: null,
    ended_ms: core.clock.now(),
  })
  core.engine.run(
    `UPDATE attempts SET outcome = 'rested', message = :reason, ended_ms = :now
     WHERE run_id = :runId AND outcome = 'open'`,
    { runId: run.id, reason, now: core.clock.now() },
  )
  addEvent(core, { runId: run.id, state, what: reason, actor })
  tellOutside(core, ended)
  sealReceipt(core, ended)
  return ended
}

function makeDue(core: StoreCore, run: Run, actor: string): Decided {
  updateRun(core, run.id, { not_before_ms: 0 })
  addEvent(core, { runId: run.id, state: run.state, what: 'made due by the operator', actor })
  return { kind: 'done', runId: run.id, state: run.state }
}
