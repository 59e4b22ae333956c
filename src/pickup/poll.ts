import { deliverDue, type Undelivered } from '../effects/deliver.ts'
import type { EffectContext } from '../effects/context.ts'
import type { Workspace } from '../effects/workspace.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { Outcome } from '../kernel/errors.ts'
import { workOutcome, workQueue, type WorkReport, type WorkRequest } from '../pipeline/work-report.ts'
import { pickUp, type PickedUp } from './pick-up.ts'

/** Everything a `poll` did: with Notion, and with the queue. */
export interface PollReport extends WorkReport {
  /** Null without Notion. */
  readonly notion:
    (PickedUp & { readonly delivered: number; readonly undelivered: readonly Undelivered[] }) | null
}

/** How often new ticks are looked for while work is in flight. */
const PICK_UP_EVERY_MS = 60_000
/** How often the outbox is looked at while work is in flight. */
const DELIVER_EVERY_MS = 500

/**
 * Picks up, works, delivers. While work is in flight the outside is told of it, and every minute new ticks
 * are taken; when nothing is ready any more every due effect is tried once, and that is the end.
 */
export async function pollOnce(
  pipeline: PipelineContext,
  workspace: Workspace | null,
  request: WorkRequest,
): Promise<PollReport> {
  if (workspace === null) return { ...(await workQueue(pipeline, request)), notion: null }
  const context: EffectContext = { ...pipeline, workspace }
  const picking = { ...context, settings: pipeline.settings, dryRun: request.dryRun }
  const limit = request.limit ?? null
  let picked = await pickUp(picking, limit)
  if (request.dryRun) {
    const planned = await workQueue(pipeline, request)
    return { ...planned, notion: { ...picked, delivered: 0, undelivered: [] } }
  }
  const working = whileWorking(context, async () => {
    // Within what the first has left of the limit; with nothing left, decisions are still read.
    const left = limit === null ? null : limit - picked.picked.length
    picked = joined(picked, await pickUp(picking, left))
  })
  const report = await working.until(workQueue(pipeline, request))
  const delivered = await deliverDue(context)
  return {
    ...report,
    notion: {
      ...picked,
      delivered: delivered.delivered + working.delivered(),
      undelivered: await stillUndelivered(context, [...working.failed(), ...delivered.failed]),
    },
  }
}

/** Delivers, and picks up again, beside the work. What fails here may still be delivered later, or at the end. */
function whileWorking(
  context: EffectContext,
  pickUpAgain: () => Promise<void>,
): {
  until: <T>(work: Promise<T>) => Promise<T>
  delivered: () => number
  failed: () => readonly Undelivered[]
} {
  let delivered = 0
  const failed: Undelivered[] = []
  const beside = async (done: AbortSignal): Promise<void> => {
    let nextPickUpMs = context.world.clock.monotonicMs() + PICK_UP_EVERY_MS
    while (!done.aborted && !context.stop.aborted) {
      await context.world.clock.sleep(DELIVER_EVERY_MS, done)
      if (done.aborted) return
      const pass = await deliverDue(context)
      delivered += pass.delivered
      failed.push(...pass.failed)
      if (context.world.clock.monotonicMs() < nextPickUpMs) continue
      await pickUpAgain()
      nextPickUpMs = context.world.clock.monotonicMs() + PICK_UP_EVERY_MS
    }
  }
  return {
    delivered: () => delivered,
    failed: () => failed,
    until: async work => {
      const done = new AbortController()
      // Caught at once: nobody waits for it until the work has ended.
      const companion = beside(done.signal).catch((error: unknown) => {
        context.log.warn('nothing more is written beside the work, only after it', { error: String(error) })
      })
      try {
        return await work
      } finally {
        done.abort()
        await companion
      }
    },
  }
}

/** Each effect that was tried in vain and is still not there, once, with what was said last. */
async function stillUndelivered(
  { store }: EffectContext,
  failed: readonly Undelivered[],
): Promise<Undelivered[]> {
  const byId = new Map(failed.map(effect => [effect.id, effect]))
  const open = new Set(await store.outbox.unfinished([...byId.keys()]))
  return [...byId.values()].filter(({ id }) => open.has(id))
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
    // A queue that is gone, or lacks a required column, is not there at the next tick either.
    const { errorClass } = notion.unreachable
    return errorClass === 'credential' || errorClass === 'permanent' ? 'config' : 'busy'
  }
  const unhandled = notion.failed.length + notion.undelivered.length
  return unhandled > 0 || notion.unreachable !== null || !notion.complete ? 'partial' : 'ok'
}
