import { keysOf } from '../domain/keys-of.ts'
import { LINK_STATES, type LinkState } from '../domain/link.ts'
import type { Money } from '../domain/money.ts'
import { firstIdOf } from '../kernel/ids.ts'
import { findRow, readRows, type RowReader, type StoreReader } from './core.ts'

/** Where a bill is paid. */
export interface Link {
  readonly id: string
  readonly billId: string
  /** Of its bill, from 1: one that died is replaced. */
  readonly number: number
  readonly service: string
  /** Whether its money is real. */
  readonly isLive: boolean
  readonly amount: Money
  readonly state: LinkState
  /** The service's id of it; null until it was made. */
  readonly outsideId: string | null
  /** Where the client pays; null until it was made. */
  readonly url: string | null
  /** Why it was refused or ended; null while it stands. */
  readonly why: string | null
  readonly askedMs: number
  readonly madeMs: number | null
  readonly endedMs: number | null
}

/** A row of the links table. */
function readLink(is: RowReader): Link {
  return {
    id: is.text('id'),
    billId: is.text('bill_id'),
    number: is.number('number'),
    service: is.text('service'),
    isLive: is.number('livemode') === 1,
    amount: { currency: is.text('currency'), minor: is.number('amount_minor') },
    state: is.choice('state', keysOf(LINK_STATES)),
    outsideId: is.textOrNull('outside_id'),
    url: is.textOrNull('url'),
    why: is.textOrNull('why'),
    askedMs: is.number('asked_ms'),
    madeMs: is.numberOrNull('made_ms'),
    endedMs: is.numberOrNull('ended_ms'),
  }
}

/** A link by our id; null where there is none. */
export function findLink(core: StoreReader, id: string): Link | null {
  return findRow(core, 'SELECT * FROM links WHERE id = :id', { id }, readLink)
}

/** A link by its service's id; null where it is none of ours. */
export function linkByOutsideId(core: StoreReader, service: string, outsideId: string): Link | null {
  const sql = 'SELECT * FROM links WHERE service = :service AND outside_id = :outsideId'
  return findRow(core, sql, { service, outsideId }, readLink)
}

/** All links of a bill, the first first. */
export function linksOfBill(core: StoreReader, billId: string): Link[] {
  return readRows(core, 'SELECT * FROM links WHERE bill_id = :billId ORDER BY number', { billId }, readLink)
}

/** The links at a service that are not over. */
export function standingAt(core: StoreReader, service: string): Link[] {
  const sql = `SELECT l.* FROM links l /* by links_standing */
      WHERE l.state IN ('asked', 'open', 'closing') AND l.service = :service
    UNION SELECT l.* FROM bills b /* by bills_unpaid */ JOIN links l ON l.bill_id = b.id
      WHERE b.state = 'unpaid' AND l.state = 'refused' AND l.service = :service`
  return readRows(core, sql, { service }, readLink)
}

/** Those that stand and were made, and those at which a payment is on its way. */
export function standingLinks(core: StoreReader, afterId: string, limit: number): Link[] {
  const sql = `SELECT * FROM (
      SELECT l.* FROM links l /* by links_standing */ WHERE l.state IN ('asked', 'open', 'closing')
      UNION SELECT l.* FROM payments p /* by payments_open */ JOIN links l ON l.id = p.link_id WHERE p.state = 'pending'
    ) standing WHERE outside_id IS NOT NULL AND id > :afterId ORDER BY id LIMIT :limit`
  return readRows(core, sql, { afterId, limit }, readLink)
}

/** Those that were made of all that were asked for since an instant: ids sort by time. */
export function linksSince(core: StoreReader, sinceMs: number): Link[] {
  const sql = 'SELECT * FROM links WHERE id >= :from AND outside_id IS NOT NULL ORDER BY id'
  return readRows(core, sql, { from: firstIdOf('link', Math.max(0, sinceMs)) }, readLink)
}

/** The newest link of a bill; null where it never had one. */
export function lastLinkOf(core: StoreReader, billId: string): Link | null {
  const sql = 'SELECT * FROM links WHERE bill_id = :billId ORDER BY number DESC LIMIT 1'
  return findRow(core, sql, { billId }, readLink)
}

/** Where a bill can be paid now; null where it cannot. */
export function payAddress(link: Link | null): string | null {
  return link?.state === 'open' ? link.url : null
}
