import { mayDecide, type Verb } from '../domain/decision.ts'
import type { RunState } from '../domain/run-state.ts'
import { findRow, type Change, type StoreCore, type StoreReader } from './core.ts'
import { tellOutside } from './effect-rows.ts'
import { endRun, moveRun } from './run-moves.ts'
import { latestWorkOf } from './work-rows.ts'
import { addEvent, insertRun, latestRun, updateRun, type NewRun, type Run } from './run-rows.ts'

/** What became of an operator's decision. `refused` changed nothing and says in what state the run is. */
export interface Decided {
  readonly kind: 'decided' | 'refused'
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
 * Each throws UnreadableRow where there is no such task.
 */
export function decisionStore(core: StoreCore) {
  const decide = (
    taskId: string,
    seen: { readonly [Key in keyof Seen]?: Seen[Key] | undefined },
    verb: Verb,
    actor: string,
    work: (tx: Change, run: Run) => Decided,
  ): Promise<Decided> =>
    core.change(actor, `task.${verb}`, tx => {
      const run = latestRun(tx, taskId)
      const isMeant =
        (seen.runId === undefined || seen.runId === run.id) &&
        (seen.outputId === undefined || seen.outputId === newestOutputId(tx, run.id))
      return isMeant && mayDecide(verb, run.state)
        ? work(tx, run)
        : { kind: 'refused', runId: run.id, state: run.state }
    })
  return {
    /** Accepts the work of a run that waits for a person: Done. */
    approve: (taskId: string, actor: string, seen?: Seen) =>
      decide(taskId, seen ?? {}, 'approve', actor, (tx, run) => {
        insertDecision(tx, run, 'approve', '')
        endRun(tx, run, 'done', 'approved by the operator')
        return { kind: 'decided', runId: run.id, state: 'done' }
      }),
    /** Sends the work of a run that waits for a person back to be revised by the note. */
    returnTask: (taskId: string, note: string, actor: string, seen?: Seen) =>
      decide(taskId, seen ?? {}, 'return', actor, (tx, run) => {
        insertDecision(tx, run, 'return', note)
        const columns = { next_stage: 'revise', reason: null, not_before_ms: 0 }
        tx.about(run.id, { state: 'generated' })
        moveRun(tx, run, 'generated', columns, 'returned by the operator')
        return { kind: 'decided', runId: run.id, state: 'generated' }
      }),
    /** Ends an open run. A process that works on it loses its lease; what it spent stays booked. */
    cancel: (taskId: string, actor: string, runId?: string) =>
      decide(taskId, { runId }, 'cancel', actor, (tx, run) => {
        endRun(tx, run, 'cancelled', 'cancelled by the operator')
        return { kind: 'decided', runId: run.id, state: 'cancelled' }
      }),
    /** Lets the failure of the last run be: it stays Failed-Final, and is no alarm any more. */
    dismiss: (taskId: string, actor: string, runId?: string) =>
      decide(taskId, { runId }, 'dismiss', actor, (tx, run) => {
        if (run.dismissedMs === null) {
          updateRun(tx, run.id, { dismissed_ms: tx.clock.now() })
          tx.about(run.id, { state: run.state })
          addEvent(tx, { runId: run.id, state: run.state, what: 'dismissed by the operator' })
        }
        return { kind: 'decided', runId: run.id, state: run.state }
      }),
    /** A new run where the last has ended; a run that waits for its next attempt is made due now. */
    retry: (taskId: string, newRun: NewRun) =>
      decide(taskId, {}, 'retry', newRun.actor, (tx, run) => {
        if (run.state === 'retrying') return makeDue(tx, run)
        // What is wrong with the row is read at its next tick; until then every run of it ends the same way.
        const next = insertRun(tx, taskId, { ...newRun, flaw: run.flaw, ownBrief: run.ownBrief })
        tellOutside(tx, null, next)
        return { kind: 'decided', runId: next.id, state: next.state }
      }),
  }
}

function newestOutputId(core: StoreReader, runId: string): string | null {
  const sql = 'SELECT id FROM outputs WHERE run_id = :runId ORDER BY number DESC LIMIT 1'
  return findRow(core, sql, { runId }, is => is.text('id'))
}

/** A text that was returned, and could not be revised, is decided about again. */
function insertDecision(tx: Change, run: Run, kind: 'approve' | 'return', note: string): void {
  const outputId = newestOutputId(tx, run.id)
  if (outputId !== null) tx.about(outputId, { run: run.id, decision: kind })
  tx.engine.run(
    `INSERT INTO decisions (run_id, output_id, work_id, kind, note, actor, at_ms)
     VALUES (:runId, :outputId, :workId, :kind, :note, :actor, :now)
     ON CONFLICT (output_id) DO UPDATE SET work_id = excluded.work_id, kind = excluded.kind, note = excluded.note,
       actor = excluded.actor, at_ms = excluded.at_ms`,
    {
      runId: run.id,
      outputId,
      workId: latestWorkOf(tx, run.id)?.id ?? null,
      kind,
      note,
      actor: tx.actor,
      now: tx.clock.now(),
    },
  )
}

function makeDue(tx: Change, run: Run): Decided {
  updateRun(tx, run.id, { not_before_ms: 0 })
  tx.about(run.id, { state: run.state })
  addEvent(tx, { runId: run.id, state: run.state, what: 'made due by the operator' })
  return { kind: 'decided', runId: run.id, state: run.state }
}
