import type { MailEffect } from '../domain/mail.ts'
import { termsOf } from './billing.ts'
import type { Change, StoreCore } from './core.ts'
import { recordEffects, type Effect } from './effect-rows.ts'
import {
  draftOf,
  findMailing,
  lastMailingOf,
  mailingsOfTask,
  wantedMailings,
  wasMailed,
  type Draft,
  type Mailing,
} from './mailing-rows.ts'
import { appendEntry } from './receipts.ts'
import { addEvent, findRun, latestRun, type Run } from './run-rows.ts'

/** What became of a wish to mail a result. Only `recorded` changed something. */
export type Sent =
  | { readonly kind: 'recorded' | 'before'; readonly mailing: Mailing }
  | { readonly kind: Exclude<Draft['kind'], 'draft'> | 'awaits link' }

/** How a mail is asked for. */
export interface MailWish {
  /** What mails are sent by. */
  readonly service: string
  /** Whether payment links are made: then a bill that has none yet gets one. */
  readonly makesLinks: boolean
  /** Another one, though there is one of this run. */
  readonly isAgain: boolean
}

/** Most mails that are asked for in one change: what is more is for the next pass. */
const MOST_ASKED = 20

/** Mails of accepted results to clients. Each is sent by an effect; this records that it is to be, and that it was. */
export function mailingStore(core: StoreCore) {
  return {
    get: async (id: string) => findMailing(core, id),
    /** All of a task, the first first. */
    ofTask: async (taskId: string) => mailingsOfTask(core, taskId),
    /** The mail of the latest run of a task as it would be now, and the one that there is. */
    draft: async (taskId: string) => {
      const run = latestRun(core, taskId)
      return { draft: draftOf(core, run), last: lastMailingOf(core, run.id) }
    },
    /**
     * Records that the result of the latest run is to be mailed, with the effect that does it, in one transaction: once a
     * run, however many ask, unless another is wanted.
     */
    send: (taskId: string, { service, makesLinks, isAgain }: MailWish, actor: string) =>
      core.change(actor, 'task.send', (tx): Sent => {
        const run = latestRun(tx, taskId)
        const last = lastMailingOf(tx, run.id)
        if (last !== null && last.askedMs !== null && !isAgain) return { kind: 'before', mailing: last }
        const draft = draftOf(tx, run)
        if (draft.kind !== 'draft') return { kind: draft.kind }
        if (draft.awaitsLink && makesLinks) return { kind: 'awaits link' }
        const standing = last?.askedMs === null ? last : insertMailing(tx, run, draft)
        return { kind: 'recorded', mailing: ask(tx, run, standing, { draft, service }) }
      }),
    /** Whether a mail waits for its payment link. */
    isAnyWanted: async () => wantedMailings(core, 1).length > 0,
    /**
     * Records the effects of mails that waited for their payment links and need not any more: those that are made, or
     * refused, or made by nobody (`makesLinks`). Returns how many.
     */
    askWanted: (service: string, makesLinks: boolean): Promise<number> =>
      core.change(core.actor, 'mailing.ask', tx => {
        const asked = wantedMailings(tx, MOST_ASKED).filter(mailing => {
          const run = findRun(tx, mailing.runId)
          const draft = run === null ? null : draftOf(tx, run)
          if (run === null || draft?.kind !== 'draft' || (draft.awaitsLink && makesLinks)) return false
          ask(tx, run, mailing, { draft, service })
          return true
        })
        return asked.length
      }),
  }
}

/**
 * Wants the result of a run to be mailed where it was made with that rule (`mail.send`); inside the transaction that
 * accepted it. The very text that the client has, or is to have, is not sent again.
 */
export function wantMail(tx: Change, run: Run): void {
  if (termsOf(tx, run.id)?.send !== 'on-done') return
  const draft = draftOf(tx, run)
  if (draft.kind === 'draft') {
    if (!wasMailed(tx, run.taskId, draft.outputId)) insertMailing(tx, run, draft)
  } else if (draft.kind === 'no address') {
    addEvent(tx, { runId: run.id, state: run.state, what: 'not mailed: its client has no e-mail address' })
  }
}

/** Records that a mail was sent, inside the transaction that ends its effect. */
export function endMailing(tx: Change, { subject, service }: Effect): void {
  const mailing = subject.kind === 'mailing' ? findMailing(tx, subject.id) : null
  const run = mailing === null ? null : findRun(tx, mailing.runId)
  if (mailing === null || run === null) return
  tx.engine.run('UPDATE mailings SET sent_ms = COALESCE(sent_ms, :now) WHERE id = :id', {
    id: mailing.id,
    now: tx.clock.now(),
  })
  addEvent(tx, { runId: run.id, state: run.state, what: `mailed to its client: ${mailing.id}` })
  appendEntry(tx, run.id, 'mail', { id: mailing.id, state: 'sent', service })
}

type Ready = Extract<Draft, { kind: 'draft' }>

function insertMailing(tx: Change, run: Run, { outputId, address }: Ready): Mailing {
  const id = tx.newId('mailing')
  const number = (lastMailingOf(tx, run.id)?.number ?? 0) + 1
  const wantedMs = tx.clock.now()
  const row = { id, runId: run.id, number, outputId, address, wantedMs }
  tx.engine.run(
    `INSERT INTO mailings (id, run_id, number, output_id, address, wanted_ms)
     VALUES (:id, :runId, :number, :outputId, :address, :wantedMs)`,
    row,
  )
  tx.about(id, { state: 'wanted', run: run.id, output: outputId })
  return { ...row, askedMs: null, service: null, linkId: null, sentMs: null }
}

interface Asking {
  readonly draft: Ready
  readonly service: string
}

/** Records the effect: what it says is as things stand now. */
function ask(tx: Change, run: Run, { id, ...mailing }: Mailing, { draft, service }: Asking): Mailing {
  const { mail, outputId, address, linkId } = draft
  const asked = { outputId, address, service, linkId, askedMs: tx.clock.now() }
  tx.engine.run(
    `UPDATE mailings SET output_id = :outputId, address = :address, service = :service, link_id = :linkId,
       asked_ms = :askedMs WHERE id = :id`,
    { ...asked, id },
  )
  const body: MailEffect = { kind: 'mail', ...mail }
  recordEffects(tx, { service, subject: { kind: 'mailing', id } }, [{ name: null, target: id, body }])
  const { number } = mailing
  appendEntry(tx, run.id, 'mail', { id, state: 'asked', number, output: outputId, link: linkId })
  addEvent(tx, { runId: run.id, state: run.state, what: `to be mailed to its client: ${id}` })
  tx.about(id, { state: 'asked', run: run.id, output: outputId, link: linkId, service })
  return { id, ...mailing, ...asked }
}
