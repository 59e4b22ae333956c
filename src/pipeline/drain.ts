import { asAppError } from '../kernel/errors.ts'
import { LeaseLost, LEASE_RENEWAL_MS } from '../kernel/lease.ts'
import { formatScore } from '../domain/next-step.ts'
import { RUN_STATES, type Stage } from '../domain/run-state.ts'
import { cutTo, widthOf } from '../kernel/text.ts'
import type { ClaimedRun, StageService } from '../store/claims.ts'
import type { PipelineContext } from './context.ts'
import { refuseBeforeSpending } from './preflight.ts'
import { capsOf } from './rules.ts'
import { workStage } from './stage.ts'

/** What a drain is to work on, and how much at once. */
export interface DrainOptions {
  readonly stages: readonly Stage[]
  /** Only this task. */
  readonly taskId: string | null
  /** Most runs to work on. */
  readonly limit: number | null
  readonly concurrency: number
}

/** What a drain did. What became of the runs is in the store. */
export interface Drained {
  /** Runs that were worked on, in the order they were first taken. */
  readonly runIds: readonly string[]
  /** Runs in which something of ours broke. */
  readonly failed: readonly { readonly id: string; readonly kind: string; readonly message: string }[]
  readonly interrupted: boolean
}

/**
 * Works until nothing is ready and nothing of this process is in flight. Takes back first what dead
 * processes held, and lets go of held runs whose cap has room. Any number of processes may drain one store.
 * @throws AppError when the store fails; other runs are released by recovery.
 */
export async function drain(context: PipelineContext, options: DrainOptions): Promise<Drained> {
  await context.store.claims.recover()
  await context.store.runs.releaseHeld(capsOf(context.settings))
  const floor = newFloor()
  const workers = Array.from({ length: options.concurrency }, () => worker(context, options, floor))
  const ends = await Promise.allSettled(workers)
  for (const end of ends) if (end.status === 'rejected') throw asAppError(end.reason)
  return { runIds: [...floor.runIds], failed: floor.failed, interrupted: context.stop.aborted }
}

/** The stages with the service each needs. */
export function stageServices(context: PipelineContext, stages: readonly Stage[]): StageService[] {
  return stages.map(stage => {
    const model = stage === 'judge' ? context.models.judge : context.models.generator
    return { stage, service: model.service, credential: model.credential }
  })
}

/** What the workers of one drain share. */
interface Floor {
  readonly runIds: Set<string>
  readonly failed: { id: string; kind: string; message: string }[]
  /** Workers that ask for a run that may be a new one: each takes a place of the limit. */
  asking: number
  /** Workers that have a run in hand. */
  working: number
  broken: boolean
  /** Resolves when a stage was finished: there may be new work for those who found none. */
  finished: PromiseWithResolvers<void>
}

function newFloor(): Floor {
  return {
    runIds: new Set(),
    failed: [],
    asking: 0,
    working: 0,
    broken: false,
    finished: Promise.withResolvers(),
  }
}

async function worker(context: PipelineContext, options: DrainOptions, floor: Floor): Promise<void> {
  try {
    while (!context.stop.aborted && !floor.broken) {
      const claimed = await claimNext(context, options, floor)
      if (claimed !== null) await workOne(context, claimed, floor)
      else if (floor.working > 0) await floor.finished.promise
      else return
    }
  } catch (error) {
    floor.broken = true
    throw error
  }
}

async function claimNext(
  context: PipelineContext,
  options: DrainOptions,
  floor: Floor,
): Promise<ClaimedRun | null> {
  const full = options.limit !== null && floor.runIds.size + floor.asking >= options.limit
  if (!full) floor.asking += 1
  try {
    const claimed = await context.store.claims.claim({
      stages: stageServices(context, options.stages),
      runIds: full ? [...floor.runIds] : null,
      taskId: options.taskId,
    })
    if (claimed !== null) floor.runIds.add(claimed.run.id)
    return claimed
  } finally {
    if (!full) floor.asking -= 1
  }
}

async function workOne(context: PipelineContext, claimed: ClaimedRun, floor: Floor): Promise<void> {
  floor.working += 1
  try {
    await workLeased(context, claimed, floor)
    await tell(context, claimed)
  } finally {
    floor.working -= 1
    floor.finished.resolve()
    floor.finished = Promise.withResolvers()
  }
}

/** Works one stage while the lease is kept alive; stops the call when the lease is lost. */
async function workLeased(context: PipelineContext, claimed: ClaimedRun, floor: Floor): Promise<void> {
  const lost = new AbortController()
  const renewal = context.world.clock.every(LEASE_RENEWAL_MS, () => {
    context.store.claims.renew(claimed.claim).then(
      kept => {
        if (!kept) lost.abort()
      },
      // A store that fails now fails the commit as well, which reports it.
      () => lost.abort(),
    )
  })
  try {
    const refused = await refuseBeforeSpending(context, claimed)
    if (!refused) await workStage(context, claimed, lost.signal)
  } catch (error) {
    await broken(context, claimed, error, floor)
  } finally {
    renewal()
  }
}

async function broken(
  context: PipelineContext,
  claimed: ClaimedRun,
  thrown: unknown,
  floor: Floor,
): Promise<void> {
  if (thrown instanceof LeaseLost) {
    context.log.warn('lease lost, leaving the run', { run: claimed.run.id })
    return
  }
  const error = asAppError(thrown)
  if (error.kind === 'store' || error.kind === 'busy') throw error
  context.log.error('run broken by a defect', { run: claimed.run.id, error: error.message })
  floor.failed.push({ id: claimed.run.id, kind: error.kind, message: error.message })
  await useUpAttempt(context, claimed, error.message)
}

/** A defect must end in Failed-Final, not in a loop. */
async function useUpAttempt(context: PipelineContext, claimed: ClaimedRun, reason: string): Promise<void> {
  try {
    await context.store.stages.fail(claimed.claim, null, {
      errorClass: 'transient',
      reason,
      service: null,
      retryAfterMs: null,
      jitter: context.world.random.fraction(),
    })
  } catch (error) {
    // It broke after its stage was committed: the run is already where it should be.
    if (!(error instanceof LeaseLost)) throw error
  }
}

/** One line of progress: what, which stage, what became of it. */
async function tell(context: PipelineContext, claimed: ClaimedRun): Promise<void> {
  const run = await context.store.runs.get(claimed.run.id)
  if (run === null) return
  const title = cutTo(claimed.task.title, TITLE_COLUMNS)
  const space = ' '.repeat(TITLE_COLUMNS - widthOf(title))
  const score = run.score === null || claimed.stage !== 'judge' ? '' : ` ${formatScore(run.score)}`
  const { status } = RUN_STATES[run.state]
  const goesOn = run.nextStage !== null && (run.state === 'queued' || run.state === 'generated')
  const outcome = goesOn ? `then ${run.nextStage}` : `→ ${status}`
  context.progress(`${title}${space}  ${claimed.stage.padEnd(8)}${score.padEnd(6)} ${outcome}`)
}

const TITLE_COLUMNS = 42
