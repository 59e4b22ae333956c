import { asAppError, isStoreFailure } from '../kernel/errors.ts'
import { LeaseLost, LEASE_RENEWAL_MS } from '../kernel/lease.ts'
import { type Stage, RUN_STATES } from '../domain/run-state.ts'
import type { ClaimedRun, ClaimRequest } from '../store/claims.ts'
import type { StageEnd } from '../store/stage-end.ts'
import type { PipelineContext } from './context.ts'
import { ownFailure, refusalBeforeSpending } from './preflight.ts'
import { capsOf, stageServices } from './rules.ts'
import { workStage } from './stage.ts'
import { formatScore } from '../domain/next-step.ts'
import { cutTo, widthOf } from '../kernel/text.ts'
import type { Run } from '../store/run-rows.ts'

/** What a drain is to work on, and how much at once. */
export interface DrainOptions {
  readonly stages: readonly Stage[]
  /** Only this task. */
  readonly taskId: string | null
  /** Only these runs; any where it is left out. */
  readonly runIds?: readonly string[] | undefined
  /** Most runs to work on. */
  readonly limit: number | null
  readonly concurrency: number
  /** Brings more runs while this works, and says each time that one is there. */
  readonly feed?: ((arrived: () => void) => Promise<void>) | undefined
}

/** What a drain did. What became of the runs is in the store. */
export interface Drained {
  /** Runs that were worked on, in the order they were first taken. */
  readonly runIds: readonly string[]
  /** Runs in which something of ours broke. */
  readonly failed: readonly { readonly id: string; readonly kind: string; readonly message: string }[]
  readonly interrupted: boolean
}

/** How often workers that found nothing look again while others work: for what was picked up or added since. */
const LOOK_AGAIN_MS = 5_000

/**
 * Works until nothing is ready, nothing of this process is in flight and the feed has ended. First releases the leases
 * of dead processes, drops pauses of services that are not used any more, and queues held runs whose cap has room. Any
 * number of processes may drain one store.
 * @throws AppError when the store fails; other runs are released by recovery.
 */
export async function drain(context: PipelineContext, options: DrainOptions): Promise<Drained> {
  await context.store.claims.recover()
  await context.store.pauses.keepOnly(stageServices(context))
  await context.store.runs.releaseHeld(capsOf(context.settings))
  const shared: Shared = {
    context,
    options,
    runIds: new Set(),
    failed: [],
    claiming: 0,
    working: 0,
    broken: false,
    news: 0,
    idle: [],
  }
  const stopLooking = context.world.clock.every(LOOK_AGAIN_MS, () => tellNews(shared))
  const workers = Array.from({ length: options.concurrency }, () => runWorker(shared))
  const ends = await Promise.allSettled([runFeed(shared), ...workers])
  stopLooking()
  for (const end of ends) if (end.status === 'rejected') throw asAppError(end.reason)
  return { runIds: [...shared.runIds], failed: shared.failed, interrupted: context.stop.aborted }
}

/** What the workers of one drain share. */
interface Shared {
  readonly context: PipelineContext
  readonly options: DrainOptions
  /** Runs that were worked on, in the order they were first taken. */
  readonly runIds: Set<string>
  readonly failed: { id: string; kind: string; message: string }[]
  /** Workers that are claiming a run that may be a new one: each counts towards the limit. */
  claiming: number
  /** Workers that work on a run, and the feed while it brings more. */
  working: number
  /** The store failed for one of them: none claims another run. */
  broken: boolean
  /** How often there was news: there may be new work for those who found none. */
  news: number
  /** Wakes each worker that waits for some. */
  readonly idle: (() => void)[]
}

/** Has one of the workers that wait look for work. It passes the news on where it finds some, or where it ends. */
function tellNews(shared: Shared): void {
  shared.news += 1
  shared.idle.shift()?.()
}

/** Waits for news that is newer than what was known. */
async function newsAfter({ news, idle }: Shared, known: number): Promise<void> {
  if (news === known) await new Promise<void>(resolve => idle.push(resolve))
}

/** The feed counts as work in flight: no worker ends before it. */
async function runFeed(shared: Shared): Promise<void> {
  const { feed } = shared.options
  if (feed === undefined) return
  shared.working += 1
  try {
    await feed(() => tellNews(shared))
  } finally {
    shared.working -= 1
    tellNews(shared)
  }
}

function isOver({ context, broken }: Shared): boolean {
  return context.stop.aborted || broken
}

async function runWorker(shared: Shared): Promise<void> {
  const { context } = shared
  try {
    while (!isOver(shared)) {
      // Read before the claim: a stage that is finished meanwhile may have made a run ready.
      const known = shared.news
      const claimed = await claimNext(shared, async wanted => context.store.claims.claim(wanted))
      if (claimed !== null) await workFrom(shared, claimed)
      else if (shared.working > 0) await newsAfter(shared, known)
      else return
    }
  } catch (error) {
    shared.broken = true
    throw error
  } finally {
    tellNews(shared)
  }
}

/** Claims a run by `claim`, within the limit. One that is claimed when the drain is over is released at once. */
async function claimNext(
  shared: Shared,
  claim: (wanted: ClaimRequest) => Promise<ClaimedRun | null>,
): Promise<ClaimedRun | null> {
  const { context, options } = shared
  const full = options.limit !== null && shared.runIds.size + shared.claiming >= options.limit
  if (!full) shared.claiming += 1
  try {
    const claimed = await claim({
      stages: stageServices(context, options.stages),
      runIds: full ? [...shared.runIds] : (options.runIds ?? null),
      taskId: options.taskId,
    })
    if (claimed === null) return null
    if (isOver(shared)) return await release(shared, claimed)
    shared.runIds.add(claimed.run.id)
    return claimed
  } finally {
    if (!full) shared.claiming -= 1
  }
}

async function release({ context }: Shared, { claim }: ClaimedRun): Promise<null> {
  const untouched = { kind: 'released', settlement: null, why: 'stopped before it began' } as const
  try {
    await context.store.stages.finish(claim, untouched, null)
  } catch (error) {
    // Cancelled meanwhile, say: there is nothing left to release.
    if (!(error instanceof LeaseLost)) throw error
  }
  return null
}

/** Works a run's stage, then that of the run that its commit has claimed, and so on until a commit claims none. */
async function workFrom(shared: Shared, first: ClaimedRun): Promise<void> {
  const { context } = shared
  // Not where there is nothing to do: it costs a start that ends at once.
  context.world.processes.keepHeapSmall()
  shared.working += 1
  tellNews(shared)
  let claimed: ClaimedRun | null = first
  try {
    while (claimed !== null) {
      const next: ClaimedRun | null = await workOne(shared, claimed)
      // The commit has taken another run: the one that it left may be ready, or what a service was paused for.
      if (next !== null && next.run.id !== claimed.run.id) tellNews(shared)
      claimed = next
    }
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
    context.log.warn('lease lost, leaving the run', { run: error.claim.runId })
  } finally {
    shared.working -= 1
    // Those that wait end when nothing can come any more; until then a commit that took no run says that none is ready.
    if (shared.working === 0) tellNews(shared)
  }
}

/** Works one stage and commits what came of it. Returns the run that was claimed with the commit, if any. */
async function workOne(shared: Shared, claimed: ClaimedRun): Promise<ClaimedRun | null> {
  let end: StageEnd | null = null
  try {
    // A row that was just picked up has just been read.
    const justRead = claimed.stage === 'generate' ? JUST_READ_MS : 0
    if (await isWithdrawn(shared, claimed, justRead)) return await commit(shared, claimed, withdrawn(null))
    end = await workLeased(shared, claimed)
    const isOff = restsWith(end) && (await isWithdrawn(shared, claimed, 0))
    return await commit(shared, claimed, isOff ? withdrawn(end) : end)
  } catch (error) {
    const defect = endByDefect(shared, claimed, error)
    await settleApart(shared, end)
    return commit(shared, claimed, defect)
  }
}

/** A row is read once more before each paid stage and before the last commit; one read is enough for this long. */
const JUST_READ_MS = 2_000

async function isWithdrawn({ context }: Shared, { task }: ClaimedRun, oldestMs: number): Promise<boolean> {
  if (context.rows === null || task.pageId === null) return false
  return context.rows.withdrawn(task.pageId, oldestMs)
}

/** Whether the run would rest: its result must not be written over what somebody has decided meanwhile. */
function restsWith(end: StageEnd): boolean {
  return end.kind === 'written' || end.kind === 'judged' ? end.next.kind === 'rest' : end.kind !== 'released'
}

/** The end of a run that somebody has cancelled on its row. What was spent stays booked. */
function withdrawn(end: StageEnd | null): StageEnd {
  const isAnswered = end?.kind === 'written' || end?.kind === 'judged'
  return { kind: 'withdrawn', settlement: end?.settlement ?? null, isAnswered }
}

/** Books what was spent on a stage whose commit broke, unless that is what breaks. */
async function settleApart({ context }: Shared, end: StageEnd | null): Promise<void> {
  const settlement = end?.settlement ?? null
  if (settlement === null) return
  try {
    await context.store.stages.settle(settlement)
  } catch (error) {
    context.log.error('call stays at its reservation', { call: settlement.callId, error: String(error) })
  }
}

/** Commits the end of a stage, and claims the next run in the same transaction, unless the drain is over. */
async function commit(shared: Shared, claimed: ClaimedRun, end: StageEnd): Promise<ClaimedRun | null> {
  const { context } = shared
  const finish = async (wanted: ClaimRequest | null): Promise<ClaimedRun | null> => {
    const { left, next } = await context.store.stages.finish(claimed.claim, end, wanted)
    context.progress(progressLine(claimed, left))
    const { id: run, state, score } = left
    const { task, stage } = claimed
    context.log.info('stage ended', { run, task: task.id, stage, state, score })
    return next
  }
  return isOver(shared) ? finish(null) : claimNext(shared, finish)
}

/** Works one stage while the lease is kept alive; stops the call when the lease is lost. */
async function workLeased({ context }: Shared, claimed: ClaimedRun): Promise<StageEnd> {
  const lost = new AbortController()
  const renewal = context.world.clock.every(LEASE_RENEWAL_MS, () => {
    context.store.claims.renew(claimed.claim).then(
      kept => {
        if (!kept) lost.abort()
      },
      // What fails now may succeed the next time, before the lease is over; the answer may be paid for already.
      () => context.log.warn('lease not renewed', { run: claimed.run.id }),
    )
  })
  try {
    const refusal = await refusalBeforeSpending(context, claimed)
    return refusal ?? (await workStage(context, claimed, lost.signal))
  } finally {
    renewal()
  }
}

/**
 * A defect uses up the attempt: it must end in Failed-Final, not in a loop.
 * @throws what is none: the lease was lost, or the store fails
 */
function endByDefect({ context, failed }: Shared, claimed: ClaimedRun, thrown: unknown): StageEnd {
  if (thrown instanceof LeaseLost) throw thrown
  const error = asAppError(thrown)
  if (isStoreFailure(error)) throw error
  context.log.error('run broken by a defect', { run: claimed.run.id, error: error.message })
  failed.push({ id: claimed.run.id, kind: error.kind, message: error.message })
  return ownFailure(context, error.message)
}

const TITLE_COLUMNS = 42

/** One line of progress: what, which stage, what became of it. */
function progressLine({ task, stage }: ClaimedRun, left: Run): string {
  const title = cutTo(task.title, TITLE_COLUMNS)
  const space = ' '.repeat(TITLE_COLUMNS - widthOf(title))
  const score = left.score === null || stage !== 'judge' ? '' : ` ${formatScore(left.score)}`
  const goesOn = left.nextStage !== null && (left.state === 'queued' || left.state === 'generated')
  // The same stage again is one that was given back undone.
  const then = left.nextStage === stage ? 'paused' : `then ${left.nextStage}`
  const outcome = goesOn ? then : `→ ${RUN_STATES[left.state].status}`
  return `${title}${space}  ${stage.padEnd(8)}${score.padEnd(6)} ${outcome}`
}
