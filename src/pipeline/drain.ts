import { asAppError, isStoreFailure } from '../kernel/errors.ts'
import { LeaseLost, LEASE_RENEWAL_MS } from '../kernel/lease.ts'
import type { Stage } from '../domain/run-state.ts'
import type { ClaimedRun, ClaimRequest } from '../store/claims.ts'
import type { StageEnd } from '../store/stage-end.ts'
import type { PipelineContext } from './context.ts'
import { newFloor, wakeAll, type Floor } from './floor.ts'
import { ownFailure } from './own-failure.ts'
import { refusalBeforeSpending } from './preflight.ts'
import { progressLine } from './progress-line.ts'
import { capsOf } from './rules.ts'
import { servicesInUse, stageServices } from './services.ts'
import { workStage } from './stage.ts'

/** What a drain is to work on, and how much at once. */
export interface DrainOptions {
  readonly stages: readonly Stage[]
  /** Only this task. */
  readonly taskId: string | null
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
 * Works until nothing is ready, nothing of this process is in flight and nothing more is brought. Takes back first what
 * dead processes held, forgets pauses of what is not used any more, and lets go of held runs whose cap has room. Any
 * number of processes may drain one store.
 * @throws AppError when the store fails; other runs are released by recovery.
 */
export async function drain(context: PipelineContext, options: DrainOptions): Promise<Drained> {
  context.world.processes.keepHeapSmall()
  await context.store.claims.recover()
  await context.store.pauses.keepOnly(servicesInUse(context))
  await context.store.runs.releaseHeld(capsOf(context.settings))
  const floor = newFloor()
  const lookAgain = context.world.clock.every(LOOK_AGAIN_MS, () => wakeAll(floor))
  const workers = Array.from({ length: options.concurrency }, () => worker({ context, options, floor }))
  const ends = await Promise.allSettled([feedFloor(options, floor), ...workers])
  lookAgain()
  for (const end of ends) if (end.status === 'rejected') throw asAppError(end.reason)
  return { runIds: [...floor.runIds], failed: floor.failed, interrupted: context.stop.aborted }
}

/** What brings more counts as work in flight. */
async function feedFloor({ feed }: DrainOptions, floor: Floor): Promise<void> {
  if (feed === undefined) return
  floor.working += 1
  try {
    await feed(() => wakeAll(floor))
  } finally {
    floor.working -= 1
    wakeAll(floor)
  }
}

/** One drain, as each of its workers knows it. */
interface Shift {
  readonly context: PipelineContext
  readonly options: DrainOptions
  readonly floor: Floor
}

function isOver({ context, floor }: Shift): boolean {
  return context.stop.aborted || floor.broken
}

async function worker(shift: Shift): Promise<void> {
  const { context, floor } = shift
  try {
    while (!isOver(shift)) {
      // Of now: a stage that is finished while this one asks may bring what it was not given.
      const finished = floor.finished.promise
      const claimed = await takeNext(shift, async wanted => context.store.claims.claim(wanted))
      if (claimed !== null) await workFrom(shift, claimed)
      else if (floor.working > 0) await finished
      else return
    }
  } catch (error) {
    floor.broken = true
    throw error
  }
}

/** Has `ask` take a run, within the limit. One that is given out when all is over already goes back at once. */
async function takeNext(
  shift: Shift,
  ask: (wanted: ClaimRequest) => Promise<ClaimedRun | null>,
): Promise<ClaimedRun | null> {
  const { context, options, floor } = shift
  const full = options.limit !== null && floor.runIds.size + floor.asking >= options.limit
  if (!full) floor.asking += 1
  try {
    const claimed = await ask({
      stages: stageServices(context, options.stages),
      runIds: full ? [...floor.runIds] : null,
      taskId: options.taskId,
    })
    if (claimed === null) return null
    if (isOver(shift)) return await giveBack(shift, claimed)
    floor.runIds.add(claimed.run.id)
    return claimed
  } finally {
    if (!full) floor.asking -= 1
  }
}

async function giveBack({ context }: Shift, { claim }: ClaimedRun): Promise<null> {
  const untouched = { kind: 'released', settlement: null, why: 'stopped before it began' } as const
  try {
    await context.store.stages.finish(claim, untouched, null)
  } catch (error) {
    // Cancelled meanwhile, say: there is nothing left to give back.
    if (!(error instanceof LeaseLost)) throw error
  }
  return null
}

/** Works a run's stage, then that of the run its commit has taken, and so on until a commit takes none. */
async function workFrom(shift: Shift, first: ClaimedRun): Promise<void> {
  const { context, floor } = shift
  floor.working += 1
  let claimed: ClaimedRun | null = first
  try {
    while (claimed !== null) claimed = await workOne(shift, claimed)
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error
    context.log.warn('lease lost, leaving the run', { run: error.claim.runId })
  } finally {
    floor.working -= 1
    wakeAll(floor)
  }
}

/** Works one stage and commits what came of it; the run that was taken with the commit, if any. */
async function workOne(shift: Shift, claimed: ClaimedRun): Promise<ClaimedRun | null> {
  let end: StageEnd | null = null
  try {
    // A row that was just picked up has just been read.
    const justRead = claimed.stage === 'generate' ? JUST_READ_MS : 0
    if (await isWithdrawn(shift, claimed, justRead)) return await commit(shift, claimed, withdrawn(null))
    end = await workLeased(shift, claimed)
    const isOff = restsWith(end) && (await isWithdrawn(shift, claimed, 0))
    return await commit(shift, claimed, isOff ? withdrawn(end) : end)
  } catch (error) {
    const defect = endByDefect(shift, claimed, error)
    await settleApart(shift, end)
    return await commit(shift, claimed, defect)
  } finally {
    wakeAll(shift.floor)
  }
}

/** A row is read once more before each paid stage and before the last commit; one read is enough for this long. */
const JUST_READ_MS = 2_000

async function isWithdrawn({ context }: Shift, { task }: ClaimedRun, oldestMs: number): Promise<boolean> {
  if (context.rows === null || task.pageId === null) return false
  return context.rows.withdrawn(task.pageId, oldestMs)
}

/** Whether the run would rest: what is written of that must not stand over a word of somebody's. */
function restsWith(end: StageEnd): boolean {
  return end.kind === 'written' || end.kind === 'judged' ? end.next.kind === 'rest' : end.kind !== 'released'
}

/** The end of a run that somebody has put an end to on its row. What was spent stays booked. */
function withdrawn(end: StageEnd | null): StageEnd {
  const isAnswered = end?.kind === 'written' || end?.kind === 'judged'
  return { kind: 'withdrawn', settlement: end?.settlement ?? null, isAnswered }
}

/** Books what was spent on a stage whose commit broke, unless that is what breaks. */
async function settleApart({ context }: Shift, end: StageEnd | null): Promise<void> {
  const settlement = end?.settlement ?? null
  if (settlement === null) return
  try {
    await context.store.stages.settle(settlement)
  } catch (error) {
    context.log.error('call stays at its reservation', { call: settlement.callId, error: String(error) })
  }
}

/** Commits the end of a stage; takes the next run with it, unless all is over. */
async function commit(shift: Shift, claimed: ClaimedRun, end: StageEnd): Promise<ClaimedRun | null> {
  const { context } = shift
  const finish = async (wanted: ClaimRequest | null): Promise<ClaimedRun | null> => {
    const { left, next } = await context.store.stages.finish(claimed.claim, end, wanted)
    context.progress(progressLine(claimed, left))
    return next
  }
  return isOver(shift) ? finish(null) : takeNext(shift, finish)
}

/** Works one stage while the lease is kept alive; stops the call when the lease is lost. */
async function workLeased({ context }: Shift, claimed: ClaimedRun): Promise<StageEnd> {
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
function endByDefect({ context, floor }: Shift, claimed: ClaimedRun, thrown: unknown): StageEnd {
  if (thrown instanceof LeaseLost) throw thrown
  const error = asAppError(thrown)
  if (isStoreFailure(error)) throw error
  context.log.error('run broken by a defect', { run: claimed.run.id, error: error.message })
  floor.failed.push({ id: claimed.run.id, kind: error.kind, message: error.message })
  return ownFailure(context, error.message)
}
