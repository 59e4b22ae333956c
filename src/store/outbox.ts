import type { DeadCause } from '../domain/effect-kind.ts'
import { LONGEST_DELIVERY_WAIT_MS } from '../domain/retry-schedule.ts'
import { LEASE_MS } from '../kernel/lease.ts'
import { findRow, readRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { aboutEffect, effectsWhere, readEffect, type Effect } from './effect-rows.ts'
import { IS_MISSED, settleDead } from './effects.ts'
import { endLinkEffect, refuseLink, type LinkSeen } from './links.ts'
import { endFiling } from './filing.ts'
import { endMailing } from './mailings.ts'
import { appendEntry } from './receipts.ts'
import { dueSql, listOf, listed } from './sql.ts'

/** What became of a delivery that did not succeed. */
export interface FailedDelivery {
  readonly error: string
  /** When it is tried again; where it is dead, when its place is looked at first. */
  readonly notBeforeMs: number
  /** No answer came after it was sent. An effect that was uncertain before stays so. */
  readonly uncertain: boolean
  /** It was looked up and not found. */
  readonly lookedUp: boolean
  /** It cannot succeed as things are; null where it is tried again. */
  readonly dead: DeadCause | null
}

/** A thing that we made at a service: our key for it and its id there. */
export interface OutsideThing {
  readonly key: string
  readonly outsideId: string
}

/** What is known of the thing that an effect was about, once it is done. */
export type Learned = OutsideThing | LinkSeen

/**
 * Which intermediate states are delivered: `all`; those that have been current for a while; or `none`, where requests
 * are short: they are then merged into the next write.
 */
export type Passing = 'all' | 'settled' | 'none'

/** The outbox. Effects are recorded by the transitions of runs; here they are claimed and ended. */
export function outboxStore(core: StoreCore) {
  return {
    /**
     * The next effects of a service that are due, of one target, in order: those of a kind that is merged together, any
     * other one alone; kinds that this program does not know wait. Each is leased, and in the store uncertain from now
     * on: a crash may come after it was sent. Empty where nothing is due.
     */
    claim: async (service: string, passing: Passing) => {
      if (findHead(core, service, passing) === null) return []
      return core.change(core.actor, 'effect.claim', tx => claimHead(tx, service, passing))
    },
    /** Extends the lease on effects that were claimed together; false where it is lost. */
    renew: (effects: readonly Effect[]) =>
      core.change(core.actor, 'effect.renew', tx => effects.every(effect => extend(tx, effect))),
    /**
     * Marks the effects done; a delivered untick confirms its tick. What was made at their service is remembered. In the
     * same transaction what is next is claimed, where it is wanted.
     */
    delivered: (effects: readonly Effect[], thing: Learned | null, wantsNext: Passing | null) =>
      core.change(core.actor, 'effect.done', tx => {
        finish(tx, effects, thing)
        const [first] = effects
        return wantsNext === null || first === undefined ? [] : claimHead(tx, first.service, wantsNext)
      }),
    /** Ends the claim on effects that could not be delivered: for a retry, or as dead. Nothing happens where the lease was lost. */
    failed: (effects: readonly Effect[], failure: FailedDelivery) => {
      const verb = failure.dead === null ? 'failed' : 'died'
      return core.change(core.actor, `effect.${verb}`, tx => endFailed(tx, effects, failure))
    },
    /** The id at a service of a thing we made; null where it is not known. */
    thing: async (service: string, key: string) => thingOf(core, service, key),
    /** Those of these ids that are done. */
    arrived: async (ids: readonly string[]) =>
      readRows(
        core,
        `SELECT id FROM effects WHERE state = 'done' AND id IN ${listed(':ids')}`,
        { ids: listOf(ids) },
        is => is.text('id'),
      ),
    /** Those that wait, and those that are dead and missed. */
    counts: async () =>
      readRow(
        core,
        `SELECT (SELECT COUNT(*) FROM effects WHERE state = 'pending') AS pending,
           (SELECT COUNT(*) FROM effects WHERE ${IS_MISSED}) AS dead,
           (SELECT MIN(created_ms) FROM effects WHERE state = 'pending') AS oldest`,
        {},
        is => ({
          pending: is.number('pending'),
          dead: is.number('dead'),
          oldestPendingMs: is.numberOrNull('oldest'),
        }),
      ),
    /** Those that wait, by service: how many, and since when the oldest. */
    waiting: async () => {
      const rows = readRows(
        core,
        `SELECT service, created_ms FROM effects WHERE state = 'pending'`,
        {},
        is => ({
          service: is.text('service'),
          createdMs: is.number('created_ms'),
        }),
      )
      return [...Map.groupBy(rows, ({ service }) => service)].map(([service, effects]) => ({
        service,
        effects: effects.length,
        oldestMs: Math.min(...effects.map(({ createdMs }) => createdMs)),
      }))
    },
    ofRun: async (runId: string) =>
      effectsWhere(core, `subject_kind = 'run' AND subject_id = :runId`, { runId }),
  }
}

const IS_DUE = dueSql('not_before_ms', LONGEST_DELIVERY_WAIT_MS)

/**
 * Nothing else is being sent to its target, and nothing earlier waits there that is to stay. States in between do not
 * hold up what comes after them, a result above all: they are merged into the next one; but one that its service made
 * wait holds up the whole target.
 */
const IS_ITS_TURN = `NOT EXISTS (SELECT 1 FROM effects b WHERE b.service = e.service AND b.target = e.target AND b.state = 'pending' AND (b.owner IS NOT NULL
    OR (b.seq < e.seq AND (b.passing_ms IS NULL OR NOT ${dueSql('b.not_before_ms', LONGEST_DELIVERY_WAIT_MS)}))))`

/** The oldest due write that is to stay. */
const LASTING_HEAD = `SELECT * FROM effects e /* by effects_lasting */
  WHERE service = :service AND kind IN ${listed(':kinds')} AND state = 'pending' AND passing_ms IS NULL AND owner IS NULL AND ${IS_DUE}
  AND ${IS_ITS_TURN}
  ORDER BY seq LIMIT 1`

/** The oldest state in between that is due by itself. */
const PASSING_HEAD = `SELECT * FROM effects e /* by effects_passing */
  WHERE service = :service AND kind IN ${listed(':kinds')} AND state = 'pending' AND passing_ms IS NOT NULL AND owner IS NULL AND ${IS_DUE}
  AND (:all = 1 OR created_ms + passing_ms <= :now OR created_ms > :now)
  AND ${IS_ITS_TURN}
  ORDER BY seq LIMIT 1`

/** Lasting writes come first: an intermediate state that waits meanwhile may be replaced before its turn. */
function findHead(core: StoreReader, service: string, passing: Passing): Effect | null {
  const now = core.clock.now()
  // What another version of the program recorded waits for that.
  const kinds = listOf(core.kinds.namesOf(service))
  const lasting = findRow(core, LASTING_HEAD, { service, kinds, now }, is => readEffect(core, is))
  if (lasting !== null || passing === 'none') return lasting
  const all = passing === 'all' ? 1 : 0
  return findRow(core, PASSING_HEAD, { service, kinds, now, all }, is => readEffect(core, is))
}

function claimHead(tx: Change, service: string, passing: Passing): Effect[] {
  const now = tx.clock.now()
  const head = findHead(tx, service, passing)
  if (head === null) return []
  const batch = tx.kinds.of(head)?.isMerged === true ? sameKindFrom(tx, head) : [head]
  return batch.map(effect => lease(tx, effect, now))
}

/** The effects of one kind at the head of a target: they are delivered as one. */
function sameKindFrom(core: StoreReader, head: Effect): Effect[] {
  const { service, target } = head
  const pending = effectsWhere(core, `service = :service AND target = :target AND state = 'pending'`, {
    service,
    target,
  })
  const end = pending.findIndex(({ kind }) => kind !== head.kind)
  return end === -1 ? pending : pending.slice(0, end)
}

/** Clears the look-up: what is sent under this claim is sent after it. */
function lease(tx: Change, effect: Effect, now: number): Effect {
  tx.engine.run(
    `UPDATE effects SET owner = :owner, claim_no = claim_no + 1, lease_until_ms = :until, tries = tries + 1,
       uncertain = 1, looked_up_ms = NULL
     WHERE id = :id`,
    { id: effect.id, owner: tx.processes.self, until: now + LEASE_MS },
  )
  return { ...effect, owner: tx.processes.self, claimNo: effect.claimNo + 1, tries: effect.tries + 1 }
}

function extend(tx: Change, { id, owner, claimNo }: Effect): boolean {
  return (
    tx.engine.run(
      `UPDATE effects SET lease_until_ms = :until WHERE id = :id AND owner = :owner AND claim_no = :claimNo`,
      { id, owner, claimNo, until: tx.clock.now() + LEASE_MS },
    ) === 1
  )
}

/** Matches owner and claim number: a process that lost the lease ends nothing. */
function endOne(
  tx: Change,
  effect: Effect,
  set: string,
  values: Record<string, string | number | null>,
): boolean {
  return (
    tx.engine.run(
      `UPDATE effects SET ${set}, owner = NULL, lease_until_ms = NULL
       WHERE id = :id AND owner = :owner AND claim_no = :claimNo`,
      { ...values, id: effect.id, owner: effect.owner, claimNo: effect.claimNo },
    ) === 1
  )
}

function finish(tx: Change, effects: readonly Effect[], thing: Learned | null): void {
  const link = thing !== null && 'link' in thing ? thing : null
  for (const effect of effects) {
    const mine = endOne(tx, effect, `state = 'done', error = NULL, ended_ms = :now`, {
      now: tx.clock.now(),
    })
    if (!mine) continue
    aboutEffect(tx, effect, 'done')
    endLinkEffect(tx, effect, link)
    endMailing(tx, effect)
    endFiling(tx, effect, thing !== null && 'outsideId' in thing ? thing.outsideId : null)
    if (tx.kinds.of(effect)?.confirmsTick?.(effect.body) === true) confirmTick(tx, effect)
    // A delivery after the seal is a later fact of the receipt.
    if (effect.runId !== null) {
      appendEntry(tx, effect.runId, 'delivered', { effect: effect.id, key: effect.key })
    }
  }
  const [first] = effects
  if (first !== undefined) settleDead(tx, first)
  if (thing === null || 'link' in thing || first === undefined) return
  tx.engine.run(
    `INSERT INTO outside_things (service, key, outside_id) VALUES (:service, :key, :outsideId)
     ON CONFLICT (service, key) DO UPDATE SET outside_id = excluded.outside_id`,
    { service: first.service, key: thing.key, outsideId: thing.outsideId },
  )
}

/** The id at a service of a thing we made; null where it is not known. */
export function thingOf(core: StoreReader, service: string, key: string): string | null {
  const sql = 'SELECT outside_id FROM outside_things WHERE service = :service AND key = :key'
  return findRow(core, sql, { service, key }, is => is.text('outside_id'))
}

function confirmTick(tx: Change, effect: Effect): void {
  tx.engine.run('UPDATE ticks SET confirmed = 1 WHERE page_id = :target AND run_id = :runId', {
    target: effect.target,
    runId: effect.runId,
  })
}

function endFailed(tx: Change, effects: readonly Effect[], failure: FailedDelivery): void {
  const { error, notBeforeMs, dead: cause } = failure
  const now = tx.clock.now()
  for (const effect of effects) {
    const set = 'error = :error, not_before_ms = :notBeforeMs'
    if (cause !== null) {
      const values = { error, notBeforeMs, cause, now }
      const mine = endOne(tx, effect, `${set}, state = 'dead', cause = :cause, ended_ms = :now`, values)
      if (mine) {
        aboutEffect(tx, effect, 'dead')
        refuseLink(tx, effect, error)
      }
      continue
    }
    // What was sent after a look-up has to be looked for anew.
    const stillLookedUp = failure.uncertain ? null : effect.lookedUpMs
    endOne(tx, effect, `${set}, uncertain = :uncertain, looked_up_ms = :lookedUp`, {
      error,
      notBeforeMs,
      // That a look-up was refused, or a repeat, does not undo an earlier send.
      uncertain: failure.uncertain || effect.uncertain ? 1 : 0,
      lookedUp: failure.lookedUp ? now : stillLookedUp,
    })
  }
}

/**
 * Releases the effects of an owner: all where its process is dead, else those whose lease has expired: a live process
 * is still sending the others.
 */
export function releaseEffects(
  tx: Change,
  { owner, dead, leaseHasExpired }: { owner: string; dead: boolean; leaseHasExpired: string },
): void {
  tx.engine.run(
    `UPDATE effects SET owner = NULL, lease_until_ms = NULL
     WHERE owner = :owner AND (:dead = 1 OR ${leaseHasExpired})`,
    { owner, dead: dead ? 1 : 0, now: tx.clock.now() },
  )
}
