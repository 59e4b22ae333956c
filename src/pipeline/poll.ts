import { formatNanoUsd } from '../domain/cost.ts'
import type { Outcome } from '../kernel/errors.ts'
import { ENDLESS, ServiceFailure } from '../kernel/service-failure.ts'
import { isBlank } from '../kernel/unseen.ts'
import {
  deliverDue,
  reviveWhatIsBack,
  stillUndelivered,
  type Delivered,
  type Undelivered,
} from '../outbox/deliver.ts'
import { onlyTo, type Deliverers } from '../outbox/deliverer.ts'
import {
  NOTHING_PICKED_UP,
  unreachable,
  type PickedUp,
  type ReadRow,
  type TakenRow,
  type TaskBoard,
  type ServiceCall,
  type TaskSource,
} from '../roles/task-source.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { PickedPage } from '../store/pickup.ts'
import { bothDelivered, plannedLinks, type PlannedLink } from './links.ts'
import { makeLinksAndMails, type MailContext } from './mailings.ts'
import type { PipelineContext } from './context.ts'
import { currencyFor, priceInCell } from './price.ts'
import { estimateAtMostNano } from './estimate.ts'
import { newRun } from './tasks.ts'
import { workOutcome, workQueue, type WorkReport, type WorkRequest } from './work-report.ts'

/** Everything a `poll` did: with Notion and the other services, and with the queue. */
export interface PollReport extends WorkReport {
  /** Null without Notion, where nothing was to be written to another service either. */
  readonly notion: PollWrites | null
  /** The payment links that a dry run would ask for. */
  readonly links: readonly PlannedLink[]
}

/** What was read from Notion, and what was written to all services. */
interface PollWrites extends PickedUp {
  readonly isSetUp: boolean
  readonly delivered: number
  readonly undelivered: readonly Undelivered[]
}

/** How often new ticks are looked for while work is in flight. */
const PICK_UP_EVERY_MS = 60_000
/** How often payment links are made of what is done, while more is worked on. */
const MAKE_LINKS_EVERY_MS = 60_000
/** How often the outbox is looked at while work is in flight. */
const DELIVER_EVERY_MS = 500

/** How often places whose writes are dead are looked at while work is in flight, where there are requests to spare. */
const LOOK_FOR_LOST_EVERY_MS = 60_000

/** Work begins when so many rows were picked up, or all: reading a thousand takes minutes at Notion's rate. */
const ROWS_TO_BEGIN_WITH = 10

/** What a poll works with. */
export interface PollContext extends Omit<PipelineContext, 'rows'> {
  /** Who asked. */
  readonly actor: string
  readonly dryRun: boolean
  /** Null without one. */
  readonly taskSource: TaskSource | null
  /** The call that `deliverers` are opened for: with it the board is theirs, and both share what was read of rows. */
  readonly call: ServiceCall
  readonly deliverers: Deliverers
  /** The services that are set up to take payments: the first makes the links. */
  readonly payments: readonly Payments[]
  readonly mailers: MailContext['mailers']
}

/**
 * Picks up, works, delivers. Where many rows are ticked, work begins with the first of them. While work is in flight
 * the outside is told of it, and every minute new ticks are taken; when nothing is ready any more every due effect is
 * tried once, and that is the end. Where Notion does not tell whose workspace the token opens, there is only the queue.
 * @throws AppError `config` where it is another than this store's
 */
export async function pollOnce(context: PollContext, request: WorkRequest): Promise<PollReport> {
  const opened = await openBoard(context)
  if (opened.kind !== 'open') return pollWithoutBoard(context, request, opened)
  const { board } = opened
  const pickUp = (limit: number | null, arrived: () => void): Promise<PickedUp> =>
    board.pickUp({ limit, arrived, take: (page, flaw) => take(context, board.service, page, flaw) })
  const limit = request.limit ?? null
  if (request.dryRun) {
    const picked = await pickUp(limit, () => {})
    const planned = await workQueue({ ...context, rows: board }, request)
    const links = await plannedLinks(context)
    return { ...planned, links, notion: { ...picked, isSetUp: true, delivered: 0, undelivered: [] } }
  }
  const begun = Promise.withResolvers<void>()
  let arrived = (): void => {}
  let rowsPicked = 0
  const first = pickUp(limit, () => {
    rowsPicked += 1
    if (rowsPicked === ROWS_TO_BEGIN_WITH) begun.resolve()
    arrived()
  })
  await Promise.race([first, begun.promise])
  let picked: PickedUp | null = null
  const pickUpMore = async (): Promise<void> => {
    // Within what the first has left of the limit; with nothing left, decisions are still read.
    if (picked === null) return
    const left = limit === null ? null : limit - picked.picked.length
    picked = joined(picked, await pickUp(left, () => {}))
  }
  const working = whileWorking(context, pickUpMore)
  const work = workQueue({ ...context, rows: board }, request, async tell => {
    arrived = tell
    picked = await first
  })
  const report = await working.until(work)
  const delivered = bothDelivered(await makeLinksAndMails(context), await deliverDue(context))
  return {
    ...report,
    links: [],
    notion: {
      ...(picked ?? NOTHING_PICKED_UP),
      isSetUp: true,
      delivered: delivered.delivered + working.delivered(),
      undelivered: await stillUndelivered(context, [...working.failed(), ...delivered.failed]),
    },
  }
}

/** Works the local queue alone, and delivers to other services. */
async function pollWithoutBoard(
  context: PollContext,
  request: WorkRequest,
  opened: Exclude<OpenedBoard, { kind: 'open' }>,
): Promise<PollReport> {
  const worked = await workQueue({ ...context, rows: null }, request)
  // Why the board's own service cannot be written to is told once, as what cannot be read.
  const deliverers = onlyTo(context.deliverers, service => service !== context.taskSource?.service)
  const { delivered, failed: undelivered } = request.dryRun
    ? { delivered: 0, failed: [] }
    : bothDelivered(await makeLinksAndMails(context), await deliverDue({ ...context, deliverers }))
  const picked = opened.kind === 'unknown' ? unreachable(opened.failure) : NOTHING_PICKED_UP
  const isSetUp = opened.kind === 'unknown'
  const told = isSetUp || delivered + undelivered.length > 0
  const links = request.dryRun ? await plannedLinks(context) : []
  return { ...worked, links, notion: told ? { ...picked, isSetUp, delivered, undelivered } : null }
}

type OpenedBoard =
  | { readonly kind: 'open'; readonly board: TaskBoard }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly failure: ServiceFailure }

/** The board; or why it is not known whose it is: in another account every page would be missing. */
async function openBoard(context: PollContext): Promise<OpenedBoard> {
  try {
    const board = (await context.taskSource?.board(context.call)) ?? null
    return board === null ? { kind: 'none' } : { kind: 'open', board }
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    context.log.warn('it is not known whose account the credential opens, nothing is read or written there', {
      error: error.message,
    })
    return { kind: 'unknown', failure: error }
  }
}

/** Queues a run of a row that was read; a dry run says the most that it could cost. */
async function take(
  context: PollContext,
  service: string,
  row: ReadRow,
  rowFlaw: string | null,
): Promise<TakenRow | null> {
  const { page, flaw } = await priced(context, row, rowFlaw)
  const run = newRun(context.settings, page, 'tick', { ...context, actor: service })
  if (context.dryRun) {
    const atMost = flaw !== null || isBlank(page.brief) ? 0 : estimateAtMostNano(context, run, page)
    return { runId: null, atMostUsd: formatNanoUsd(atMost) }
  }
  const result = await context.store.pickUps.pickUp(page, { ...run, flaw })
  if (result.kind !== 'queued') return null
  context.progress(`${page.title}: picked up`)
  return { runId: result.runId, atMostUsd: null }
}

/** A row's price is in the currency of its client. */
async function priced(
  { store, settings }: PollContext,
  { priceCell, ...row }: ReadRow,
  rowFlaw: string | null,
): Promise<{ readonly page: PickedPage; readonly flaw: string | null }> {
  const client = row.clientRow ?? (await store.clients.byEmail(row.clientEmail))
  const { price, flaw } = priceInCell(priceCell, currencyFor(settings, client))
  return { page: { ...row, price }, flaw: rowFlaw ?? flaw }
}

/** Delivers, and picks up again, beside the work. What fails here may still be delivered later, or at the end. */
function whileWorking(context: MailContext, pickUpMore: () => Promise<void>) {
  const { clock } = context.world
  let delivered = 0
  const failed: Undelivered[] = []
  const every = async (ms: number, done: AbortSignal, act: () => Promise<void>): Promise<void> => {
    let nextMs = clock.monotonicMs() + ms
    while (!done.aborted && !context.stop.aborted) {
      await clock.sleep(DELIVER_EVERY_MS, done)
      if (done.aborted || clock.monotonicMs() < nextMs) continue
      await act()
      nextMs = clock.monotonicMs() + ms
    }
  }
  const keep = (pass: Delivered): void => {
    delivered += pass.delivered
    failed.push(...pass.failed)
  }
  return {
    delivered: () => delivered,
    failed: () => failed,
    until: async <T>(work: Promise<T>): Promise<T> => {
      const done = new AbortController()
      const companions = [
        every(0, done.signal, async () => keep(await deliverDue(context, true))),
        every(MAKE_LINKS_EVERY_MS, done.signal, async () => keep(await makeLinksAndMails(context))),
        every(PICK_UP_EVERY_MS, done.signal, pickUpMore),
        every(LOOK_FOR_LOST_EVERY_MS, done.signal, async () => reviveWhatIsBack(context)),
      ].map(
        // Caught at once: it is only awaited when the work has ended.
        async companion =>
          companion.catch((error: unknown) => {
            context.log.warn('nothing more is written beside the work, only after it', {
              error: String(error),
            })
          }),
      )
      try {
        return await work
      } finally {
        done.abort()
        await Promise.all(companions)
      }
    },
  }
}

function joined(before: PickedUp, more: PickedUp): PickedUp {
  return {
    picked: [...before.picked, ...more.picked],
    decided: before.decided + more.decided,
    failed: [...before.failed, ...more.failed],
    unreachable: more.unreachable,
    busy: before.busy ?? more.busy,
    complete: before.complete && more.complete,
  }
}

/** As `workOutcome`; where Notion could not be read or written, that counts as not handled. */
export function pollOutcome(report: PollReport): Outcome {
  const outcome = workOutcome(report)
  const { notion } = report
  if (notion === null || outcome !== 'ok') return outcome
  if (notion.unreachable !== null && report.runs.length === 0) {
    const { errorClass, code } = notion.unreachable
    if (code === ENDLESS) return 'provider'
    // A queue that is gone, or lacks a required column, is not there at the next tick either.
    return errorClass === 'credential' || errorClass === 'permanent' ? 'config' : 'busy'
  }
  const unhandled = notion.failed.length + notion.undelivered.length
  return unhandled > 0 || notion.unreachable !== null || !notion.complete ? 'partial' : 'ok'
}

/** Whether there was nothing to be picked up, worked on or written; what went wrong is told by its outcome. */
export function foundNothing({ runs, notion }: PollReport): boolean {
  if (runs.length > 0 || notion === null) return runs.length === 0
  return notion.picked.length + notion.decided + notion.delivered === 0
}
