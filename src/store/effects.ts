import { mayDecideEffect } from '../domain/decision.ts'
import type { EffectBody, EffectState } from '../domain/effect-kind.ts'
import { findRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { aboutEffect, effectsWhere, readEffect, type Effect } from './effect-rows.ts'
import { addEvent, findRun } from './run-rows.ts'
import { dueSql } from './sql.ts'

/** What became of an operator's word about an effect. `refused` changed nothing. */
export interface EffectDecided {
  readonly kind: 'decided' | 'refused'
  readonly state: EffectState
}

/** How long a place is not looked at again: where dead effects of it are missed, and where none is. */
export interface LookWaits {
  readonly missedMs: number
  /** The longer of the two. */
  readonly otherMs: number
}

/**
 * The newest of a state. Nearly all that there is are done; the others have an index of their own by state, which
 * keeps the few of them from being looked for among all.
 */
function newestIn(state: EffectState): string {
  return `SELECT * FROM effects WHERE state = '${state}' ORDER BY ${state === 'done' ? 'seq' : '/* unindexed */ seq'} DESC LIMIT :limit`
}

/**
 * Dead, and an alarm. What died because its page is away is not, where its run was cancelled, or its failure let be:
 * throwing the page away is a way to say so. It is written when the page is back.
 */
export const IS_MISSED = `state = 'dead' AND NOT (cause IS NOT DISTINCT FROM 'target' AND subject_kind = 'run' AND EXISTS (
  SELECT 1 FROM runs r JOIN tasks t ON t.id = r.task_id WHERE r.id = effects.subject_id AND t.page_id = effects.place
    AND (r.state = 'cancelled' OR r.dismissed_ms IS NOT NULL)))`

/** Effects as the operator sees them, and the ways in which dead ones become pending again. */
export function effectStore(core: StoreCore) {
  return {
    get: async (id: string) => findEffect(core, id),
    /** Those in one of these states, newest first. */
    list: async (states: readonly EffectState[], limit: number) =>
      states
        .flatMap(state => readRows(core, newestIn(state), { limit }, is => readEffect(core, is)))
        .toSorted((a, b) => b.seq - a.seq)
        .slice(0, limit),
    /** Those that are dead and missed, newest first: see {@link IS_MISSED}. */
    missed: async (limit: number) =>
      readRows(
        core,
        `SELECT * FROM effects WHERE ${IS_MISSED} ORDER BY /* unindexed */ seq DESC LIMIT :limit`,
        { limit },
        is => readEffect(core, is),
      ),
    /**
     * Places of a service that are to be looked at again for their dead effects, the longest not looked at first. Each is
     * returned once in these waits: it is marked first, so that several processes do not look at the same.
     */
    lookAgain: async (service: string, limit: number, waits: LookWaits) => {
      if (duePlaces(core, service, limit, waits).length === 0) return []
      return core.change(core.actor, 'effect.look', tx => {
        const places = duePlaces(tx, service, limit, waits)
        for (const place of places) markLooked(tx, service, place, waits)
        return places
      })
    },
    /** The services for which an effect waits, due or not, or of which a place is due that {@link lookAgain} would name. */
    wanting: async ({ otherMs }: LookWaits) =>
      readRows(
        core,
        `SELECT service FROM effects /* by effects_lasting */ WHERE state = 'pending' AND passing_ms IS NULL
         UNION SELECT service FROM effects /* by effects_passing */ WHERE state = 'pending' AND passing_ms IS NOT NULL
         UNION SELECT service FROM effects /* by effects_dead */
           WHERE ${IS_LOST} AND ${dueSql('not_before_ms', otherMs)}`,
        { now: core.clock.now() },
        is => is.text('service'),
      ),
    /** Makes what died because its place was away pending again. Returns how many. */
    revive: (service: string, place: string) =>
      core.change(core.actor, 'effect.revive', tx => reviveEach(tx, deadAt(tx, service, place))),
    /** Makes all that are dead and missed pending again, whatever they died of. Returns how many. */
    reviveAll: () =>
      core.change(core.actor, 'effect.revive', tx => reviveEach(tx, effectsWhere(tx, IS_MISSED, {}))),
    /**
     * Tries a dead or dismissed effect anew, with what else is dead on its target, because writes go in order; one that
     * waits is due now. Refused where it is done.
     */
    retry: (id: string, actor: string) =>
      decide(core, id, 'retry', actor, (tx, effect) => {
        if (effect.state === 'pending') dueNow(tx, effect)
        else reviveEach(tx, [effect, ...deadOn(tx, effect).filter(other => other.id !== id)])
      }),
    /**
     * Gives a dead effect up, so that it is no alarm any more, or one of a kind that nothing here delivers; twice is once.
     * Refused where it waits or is done.
     */
    dismiss: (id: string, actor: string) =>
      decide(core, id, 'dismiss', actor, (tx, effect) => {
        tx.engine.run(
          `UPDATE effects SET state = 'dismissed', ended_ms = COALESCE(ended_ms, :now) WHERE id = :id`,
          {
            id: effect.id,
            now: tx.clock.now(),
          },
        )
        aboutEffect(tx, effect, 'dismissed')
      }),
  }
}

/**
 * After a write to a target has arrived: what it said again need not be said any more, and what died because the
 * target was away can be written now. Inside the transaction that ends the write.
 */
export function settleDead(tx: Change, written: Effect): void {
  for (const effect of deadOn(tx, written)) {
    if (effect.cause !== 'refused') revive(tx, effect)
    else if (stillToSay(tx, effect, 'done') === null) supersede(tx, effect)
  }
}

/**
 * Writes once more what was written or is dead, unless something newer was recorded of the same. What waits is left alone.
 */
export function writeAgain(tx: Change, id: string): void {
  const effect = findEffect(tx, id)
  if (effect?.state === 'done' || effect?.state === 'dead') revive(tx, effect)
}

function findEffect(core: StoreReader, id: string): Effect | null {
  return findRow(core, 'SELECT * FROM effects WHERE id = :id', { id }, is => readEffect(core, is))
}

function decide(
  core: StoreCore,
  id: string,
  verb: 'retry' | 'dismiss',
  actor: string,
  work: (tx: Change, effect: Effect) => void,
): Promise<EffectDecided> {
  return core.change(actor, `effect.${verb}`, tx => {
    const effect = findEffect(tx, id)
    if (
      effect === null ||
      !(mayDecideEffect(verb, effect.state) || (verb === 'dismiss' && isStranded(tx, effect)))
    ) {
      return { kind: 'refused', state: effect?.state ?? 'done' }
    }
    work(tx, effect)
    const run = effect.runId === null ? null : findRun(tx, effect.runId)
    const what = `${verb === 'retry' ? 'to be written again' : 'dismissed'}: ${effect.key}`
    if (run !== null) addEvent(tx, { runId: run.id, state: run.state, what })
    return { kind: 'decided', state: findEffect(tx, id)?.state ?? effect.state }
  })
}

const IS_LOST = `state = 'dead' AND cause IS DISTINCT FROM 'refused'`
const LOST_PLACE = `service = :service AND ${IS_LOST}`

function duePlaces(core: StoreReader, service: string, limit: number, { otherMs }: LookWaits): string[] {
  return readRows(
    core,
    `SELECT place FROM effects /* by effects_dead */ WHERE ${LOST_PLACE} AND ${dueSql('not_before_ms', otherMs)}
     GROUP BY place ORDER BY MIN(not_before_ms) LIMIT :limit`,
    { service, now: core.clock.now(), limit },
    is => is.text('place'),
  )
}

function markLooked(tx: Change, service: string, place: string, { missedMs, otherMs }: LookWaits): void {
  const at = `${LOST_PLACE} AND place = :place`
  const values = { service, place }
  const isMissed =
    tx.engine.get(`SELECT 1 FROM effects WHERE ${at} AND ${IS_MISSED} LIMIT 1`, values) !== undefined
  tx.engine.run(`UPDATE effects SET not_before_ms = :next WHERE ${at}`, {
    ...values,
    next: tx.clock.now() + (isMissed ? missedMs : otherMs),
  })
}

function deadAt(core: StoreReader, service: string, place: string): Effect[] {
  return effectsWhere(core, `${LOST_PLACE} AND place = :place`, { service, place })
}

function deadOn(core: StoreReader, { service, target }: Effect): Effect[] {
  return effectsWhere(core, `state = 'dead' AND service = :service AND target = :target`, { service, target })
}

function reviveEach(tx: Change, effects: readonly Effect[]): number {
  for (const effect of effects) revive(tx, effect)
  return effects.length
}

/** As it may have been sent before it died, it is looked up before it is repeated. */
function revive(tx: Change, effect: Effect): void {
  const rest = stillToSay(tx, effect, 'any')
  if (rest === null) {
    supersede(tx, effect)
    return
  }
  aboutEffect(tx, effect, 'pending')
  tx.engine.run(
    `UPDATE effects SET state = 'pending', cause = NULL, ended_ms = NULL, body = :body, tries = 0, uncertain = 1,
       looked_up_ms = NULL, not_before_ms = 0 WHERE id = :id`,
    { id: effect.id, body: JSON.stringify(rest) },
  )
}

function supersede(tx: Change, effect: Effect): void {
  const { id } = effect
  tx.engine.run(`UPDATE effects SET state = 'done', cause = NULL, error = NULL WHERE id = :id`, { id })
  aboutEffect(tx, effect, 'done')
}

function dueNow(tx: Change, effect: Effect): void {
  const { id } = effect
  tx.engine.run('UPDATE effects SET not_before_ms = 0 WHERE id = :id', { id })
  aboutEffect(tx, effect, 'pending')
}

/** It waits, and this program has nothing that could deliver it. */
function isStranded(core: StoreReader, effect: Effect): boolean {
  return effect.state === 'pending' && effect.owner === null && core.kinds.of(effect) === null
}

/** What it has to say beside what was recorded after it for the same target, or was done; null where that is nothing. */
function stillToSay(core: StoreReader, effect: Effect, beside: 'any' | 'done'): EffectBody | null {
  const kind = core.kinds.of(effect)
  return kind === null ? effect.body : kind.stillToSay(effect.body, laterBodies(core, effect, beside))
}

/** What was recorded for the same target after it and not dismissed: of its subject, or of any run of the same task. */
function laterBodies(core: StoreReader, effect: Effect, which: 'any' | 'done'): EffectBody[] {
  const { subject, service, target, seq } = effect
  return readRows(
    core,
    `SELECT e.body FROM effects e
     WHERE e.subject_kind = :subjectKind AND e.subject_id IN (
         SELECT :subjectId UNION SELECT r.id FROM runs own JOIN runs r ON r.task_id = own.task_id
         WHERE :subjectKind = 'run' AND own.id = :subjectId)
       AND e.service = :service AND e.target = :target AND e.seq > :seq AND e.state <> 'dismissed'
       AND (:which = 'any' OR e.state = :which) ORDER BY e.seq`,
    { subjectKind: subject.kind, subjectId: subject.id, service, target, seq, which },
    is => is.json<EffectBody>('body', { kind: 'text' }),
  )
}
