import { isLinkOver, type CloseLink, type LinkState } from '../domain/link.ts'
import { billById } from './bill-rows.ts'
import type { Change, StoreReader } from './core.ts'
import { aboutEffect, effectsWhere, recordEffects, type Effect, type EffectsOf } from './effect-rows.ts'
import { lastLinkOf, type Link } from './link-rows.ts'
import { appendEntry } from './receipts.ts'

/** Where the effects of a link go, and what they tell of. */
export function subjectOf({ id, service }: Pick<Link, 'id' | 'service'>): EffectsOf {
  return { service, subject: { kind: 'link', id } }
}

/** Brings a link to a state, inside the transaction that learned of it. Whoever calls it tells the row. */
export function moveLink(
  tx: Change,
  { id, billId, ...link }: Link,
  state: LinkState,
  why: string | null,
): void {
  const isOver = isLinkOver(state)
  tx.engine.run(
    `UPDATE links SET state = :state, why = :why, ended_ms = CASE WHEN :isOver = 1 THEN COALESCE(ended_ms, :now) END
     WHERE id = :id`,
    { id, state, why, isOver: isOver ? 1 : 0, now: tx.clock.now() },
  )
  if (state === link.state) return
  tx.about(id, { state, bill: billId })
  const bill = billById(tx, billId)
  if (bill !== null && state !== 'closing') appendEntry(tx, bill.runId, 'link', { id, state })
}

/**
 * Ends the link of a bill that is not to be paid at it any more; for whatever takes a bill out of `unpaid`, inside that
 * transaction, which tells the row. One that nobody asked the service for dies with its effect. Any other may have been
 * made, or be paid at this moment: an effect closes it, and what that shows is recorded.
 */
export function closeLinkOf(tx: Change, billId: string, why: string): void {
  const link = lastLinkOf(tx, billId)
  if (link === null || isLinkOver(link.state) || link.state === 'closing') return
  const making = effectsOfLink(tx, link.id)
  const isUnmade = link.outsideId === null && making.every(neverSent)
  moveLink(tx, link, isUnmade ? 'closed' : 'closing', why)
  if (isUnmade) {
    dropEffects(tx, link.id)
    return
  }
  const body: CloseLink = { kind: 'close-link' }
  recordEffects(tx, subjectOf(link), [{ name: null, target: link.id, body }])
}

/** What was refused was refused before any work was done, and is not tried again by itself. */
function neverSent({ state, tries, uncertain, owner }: Effect): boolean {
  return state !== 'pending' || (tries === 0 && !uncertain && owner === null)
}

/** Gives up what was to be written of a link. */
export function dropEffects(tx: Change, linkId: string): void {
  for (const effect of effectsOfLink(tx, linkId)) if (effect.state !== 'done') dismiss(tx, effect)
}

function effectsOfLink(core: StoreReader, id: string): Effect[] {
  return effectsWhere(core, `subject_kind = 'link' AND subject_id = :id`, { id })
}

function dismiss(tx: Change, effect: Effect): void {
  tx.engine.run(`UPDATE effects SET state = 'dismissed', ended_ms = :now WHERE id = :id`, {
    id: effect.id,
    now: tx.clock.now(),
  })
  aboutEffect(tx, effect, 'dismissed')
}
