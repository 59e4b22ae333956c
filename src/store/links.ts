import { linkAfterClose, linkAfterLook, type LinkState, type MakeLink } from '../domain/link.ts'
import type { LinkState as LinkFacts } from '../domain/payment.ts'
import type { Money } from '../domain/money.ts'
import { findRow, readRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'
import { billById, readBill } from './bill-rows.ts'
import { recordEffects, tellPayment, type Effect } from './effect-rows.ts'
import {
  findLink,
  lastLinkOf,
  linkByOutsideId,
  linksOfBill,
  linksSince,
  standingAt,
  standingLinks,
  type Link,
} from './link-rows.ts'
import { dropEffects, moveLink, subjectOf } from './link-moves.ts'
import { openOfBill } from './payment-rows.ts'
import { recordPayment, type Seeing } from './record-payment.ts'
import { findRun } from './run-rows.ts'

/** Who makes the links that are asked for. */
export interface LinkMaker {
  readonly service: string
  /** Whether its money is real. */
  readonly isLive: boolean
}

/** A bill that wants a link. */
export interface WantedLink {
  readonly billId: string
  readonly taskId: string
  readonly runId: string
  /** What is paid for, as the client will see it. */
  readonly title: string
  /** What is open. */
  readonly amount: Money
}

/** Bills that wait to be paid, by how it stands with their links. */
export interface UnpaidBills {
  /** They can be paid now. */
  readonly open: number
  /** A link was recorded, and is made by an effect. */
  readonly asked: number
  readonly refused: number
  /** They want a link: none was asked for yet, or the last one ended. */
  readonly without: number
}

/** Bills that are not paid although they could be. */
export interface LateBills {
  readonly count: number
  /** The task that was billed first, and when. */
  readonly oldest: { readonly taskId: string; readonly sinceMs: number } | null
}

/** Most links that are asked for in one change: what is more is for the next pass. */
const MOST_ASKED = 100

/** Where clients pay. A link is made and closed by effects; this records that it is to be, and what came of it. */
export function linkStore(core: StoreCore) {
  return {
    /** By our id; null where there is none. */
    get: async (id: string) => findLink(core, id),
    /** By its service's id; null where it is none of ours. */
    byOutsideId: async (service: string, id: string) => linkByOutsideId(core, service, id),
    /** All links of a bill, the first first. */
    ofBill: async (billId: string) => linksOfBill(core, billId),
    /** The effect that makes a link; null where there is none. */
    makingOf: async (id: string) => makingOf(core, id),
    /** Links that may turn out to be paid, by their ids, from behind one of these on; null from the first on. */
    standing: async (afterId: string | null, limit: number) => standingLinks(core, afterId ?? '', limit),
    /** Those that were made of all that were asked for since an instant, by their ids. */
    since: async (sinceMs: number) => linksSince(core, sinceMs),
    /** Bills that want a link, the longest waiting first; at most so many as are asked for in one change. */
    wanted: async () => wantedLinks(core),
    /** Bills that wait to be paid. */
    unpaid: async () => unpaidBills(core),
    /** Bills that could be paid since before an instant, and are not. */
    unpaidSince: async (beforeMs: number) => unpaidSince(core, beforeMs),
    /**
     * Records a link, and the effect that makes it, for each bill that wants one: unpaid, and with no link that stands or
     * was refused. Nothing is written where none does. However many processes ask, a bill has one link. Returns how many.
     */
    ask: async (maker: LinkMaker): Promise<number> => {
      if (wantedLinks(core).length === 0) return 0
      return core.change(core.actor, 'link.ask', tx => {
        const wanted = wantedLinks(tx)
        for (const bill of wanted) askLink(tx, bill, maker)
        return wanted.length
      })
    },
    /**
     * Records how it stands with a link, and what was paid at it, as its service said: what ended while its bill is unpaid
     * is replaced by the next `ask`. Said again, it changes nothing.
     */
    look: (id: string, facts: LinkFacts, seen: Seeing) =>
      core.change(core.actor, 'link.look', tx => {
        const link = findLink(tx, id)
        if (link !== null) recordLook(tx, link, { facts, seen, after: linkAfterLook })
      }),
  }
}

/**
 * Whether a link stands for its unpaid bill, or says why there can be none. One that was paid as it asked does not: it
 * asked for what transfers had left, and of these one was withdrawn.
 */
const HAS_LINK = `EXISTS (SELECT 1 FROM links l
    WHERE l.bill_id = b.id AND l.state NOT IN ('closed', 'expired') AND NOT (l.state = 'paid' AND EXISTS (
      SELECT 1 FROM payments p WHERE p.bill_id = b.id AND p.link_id = l.id AND p.state = 'paid'
        AND p.amount_minor = l.amount_minor AND p.currency = l.currency AND p.livemode = l.livemode)))`

const WANTS_LINK = `FROM bills b /* by bills_unpaid */ JOIN tasks t ON t.id = b.task_id
  WHERE b.state = 'unpaid' AND NOT ${HAS_LINK}`

function wantedLinks(core: StoreReader): WantedLink[] {
  return readRows(
    core,
    `SELECT b.*, t.title ${WANTS_LINK} ORDER BY b.created_ms, b.id LIMIT :limit`,
    { limit: MOST_ASKED },
    is => ({ bill: readBill(is), title: is.text('title') }),
  ).flatMap(({ bill, title }) => {
    const { id: billId, taskId, runId } = bill
    const amount = openOfBill(core, bill)
    return amount === null ? [] : [{ billId, taskId, runId, title, amount }]
  })
}

function unpaidBills(core: StoreReader): UnpaidBills {
  const count = (condition: string): string =>
    `COALESCE(SUM(EXISTS (SELECT 1 FROM links l WHERE l.bill_id = b.id AND l.state ${condition})), 0)`
  return readRow(
    core,
    `SELECT ${count(`= 'open'`)} AS open, ${count(`= 'asked'`)} AS asked, ${count(`= 'refused'`)} AS refused,
       COUNT(*) - COALESCE(SUM(${HAS_LINK}), 0) AS wanted
     FROM bills b /* by bills_unpaid */ WHERE b.state = 'unpaid'`,
    {},
    is => ({
      open: is.number('open'),
      asked: is.number('asked'),
      refused: is.number('refused'),
      without: is.number('wanted'),
    }),
  )
}

/** A link that replaced another asks for what could be paid before: the first one counts. */
function unpaidSince(core: StoreReader, beforeMs: number): LateBills {
  const late = readRows(
    core,
    `SELECT b.task_id, b.created_ms FROM bills b /* by bills_unpaid */
     WHERE b.state = 'unpaid' AND b.created_ms <= :beforeMs
       AND EXISTS (SELECT 1 FROM links l WHERE l.bill_id = b.id AND l.made_ms <= :beforeMs)
       AND EXISTS (SELECT 1 FROM links l WHERE l.bill_id = b.id AND l.state = 'open')
     ORDER BY b.created_ms, b.id`,
    { beforeMs },
    is => ({ taskId: is.text('task_id'), sinceMs: is.number('created_ms') }),
  )
  return { count: late.length, oldest: late[0] ?? null }
}

function makingOf(core: StoreReader, id: string): string | null {
  const sql = `SELECT id FROM effects WHERE subject_kind = 'link' AND subject_id = :id AND kind = 'payment-link'`
  return findRow(core, sql, { id }, is => is.text('id'))
}

function askLink(tx: Change, bill: WantedLink, { service, isLive }: LinkMaker): void {
  const { billId, taskId, runId, title, amount } = bill
  const id = tx.newId('link')
  tx.engine.run(
    `INSERT INTO links (id, bill_id, number, service, livemode, currency, amount_minor, state, asked_ms)
     VALUES (:id, :billId, :number, :service, :livemode, :currency, :amountMinor, 'asked', :now)`,
    {
      id,
      billId,
      number: (lastLinkOf(tx, billId)?.number ?? 0) + 1,
      service,
      livemode: isLive ? 1 : 0,
      currency: amount.currency,
      amountMinor: amount.minor,
      now: tx.clock.now(),
    },
  )
  tx.about(id, { state: 'asked', bill: billId, service, isLive, ...amount })
  const ids = { link: id, bill: billId, task: taskId, run: runId }
  const body: MakeLink = { kind: 'payment-link', title, ids }
  recordEffects(tx, subjectOf({ id, service }), [{ name: null, target: id, body }])
}

/**
 * Ends all links that stand at a service, with their effects, where its account is left; inside that transaction.
 * Returns how many could be paid.
 */
export function endLinksAt(tx: Change, service: string, why: string): number {
  const links = standingAt(tx, service)
  for (const link of links) {
    dropEffects(tx, link.id)
    moveLink(tx, link, 'closed', why)
    tellRow(tx, link)
  }
  return links.filter(({ url }) => url !== null).length
}

/** What an effect of a link gave back, and when its service was asked. */
export interface LinkSeen {
  readonly link: LinkFacts
  readonly askedMs: number
}

/**
 * Records what an effect of a link came to, inside the transaction that ends it. `told` is null where there was nothing
 * to close.
 */
export function endLinkEffect(tx: Change, { subject, kind }: Effect, told: LinkSeen | null): void {
  const link = subject.kind === 'link' ? findLink(tx, subject.id) : null
  if (link === null) return
  if (told === null) {
    moveLink(tx, link, 'closed', link.why)
    return
  }
  const after = kind === 'close-link' ? linkAfterClose : linkAfterLook
  recordLook(tx, link, { facts: told.link, seen: { by: 'scan', askedMs: told.askedMs }, after })
}

/** Records that a service will not make a link, and why; inside the transaction that ends the effect. */
export function refuseLink(tx: Change, { subject, kind }: Effect, why: string): void {
  if (subject.kind !== 'link' || kind !== 'payment-link') return
  const link = findLink(tx, subject.id)
  if (link?.state !== 'asked') return
  moveLink(tx, link, 'refused', why)
  tellRow(tx, link)
}

interface Look {
  readonly facts: LinkFacts
  readonly seen: Seeing
  readonly after: (state: LinkState, seen: LinkFacts['state']) => LinkState
}

/** What was paid at it is taken into the books first: that may have it closed. */
function recordLook(tx: Change, link: Link, { facts, seen, after }: Look): void {
  if (link.outsideId === null) {
    tx.engine.run(`UPDATE links SET outside_id = :outsideId, url = :url, made_ms = :now WHERE id = :id`, {
      id: link.id,
      outsideId: facts.id,
      url: facts.url,
      now: tx.clock.now(),
    })
  }
  for (const payment of facts.payments) recordPayment(tx, link.service, payment, seen)
  const before = findLink(tx, link.id) ?? link
  const state = after(before.state, facts.state)
  const why = state === 'open' ? facts.refusal : (before.why ?? whyOver(state))
  if (state === before.state && why === before.why) return
  moveLink(tx, before, state, why)
  if (state !== before.state && (shows(before.state) || shows(state))) tellRow(tx, link)
}

function whyOver(state: LinkState): string | null {
  if (state === 'closed') return 'its service shows it closed'
  return state === 'expired' ? 'nobody paid it in the time that its service gives' : null
}

/** In these the row says something of the link. */
function shows(state: LinkState): boolean {
  return state === 'open' || state === 'refused'
}

function tellRow(tx: Change, { billId }: Link): void {
  const bill = billById(tx, billId)
  const run = bill === null ? null : findRun(tx, bill.runId)
  if (run !== null) tellPayment(tx, run, [])
}
