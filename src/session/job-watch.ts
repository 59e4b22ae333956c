import { pingSubject, proof } from '../domain/proof.ts'
import { asAppError, OUTCOMES, type Outcome } from '../kernel/errors.ts'
import type { Recorder, Slot } from '../kernel/invoke.ts'
import type { Log } from '../kernel/log.ts'
import type { JobNews, JobWatch } from '../roles/job-watch.ts'
import type { Store } from '../store/index.ts'

/** What tells of a job's run. */
export interface WatchOptions {
  readonly slot: Slot
  /** Opened when the run begins. */
  readonly watch: () => Promise<JobWatch>
  readonly store: () => Promise<Store>
  readonly now: () => number
  readonly log: Log
}

/** Tells of one run of a job; that it could not be told fails nothing. */
export interface WatchedJob {
  /** The same recorder, which also tells: of a begin beside the work, of an end once it is recorded. */
  recorder(recorder: Recorder): Recorder
  /** It failed. Where it never began because another one runs, that one is told of. */
  failed(error: { readonly kind: Outcome }): Promise<void>
}

/** Begins with nothing told. */
export function watchedJob(options: WatchOptions): WatchedJob {
  const { slot } = options
  let told: Promise<void> | null = null
  let hasEnded = false
  const tell = (news: JobNews): Promise<void> => tellOf(options, news)
  const end = async (outcome: Outcome): Promise<void> => {
    hasEnded = true
    // In this order: an end that comes before its begin would leave a run that never ends.
    await told
    await tell({ kind: 'end', isGood: slot.ends.includes(outcome), exit: OUTCOMES[outcome].exit })
  }
  return {
    recorder: recorder => ({
      ...recorder,
      beginSlot: async (operation, actor, begun) => {
        const id = await recorder.beginSlot(operation, actor, begun)
        if (id !== null) told = tell({ kind: 'start' })
        return id
      },
      end: async (id, outcome, message, counts) => {
        await recorder.end(id, outcome, message, counts)
        await end(outcome)
      },
      endIdle: async id => {
        await recorder.endIdle(id)
        await end('ok')
      },
    }),
    failed: async ({ kind }) => {
      if (hasEnded || (told === null && kind === 'busy')) return
      await end(kind)
    },
  }
}

async function tellOf(options: WatchOptions, news: JobNews): Promise<void> {
  const { log, slot } = options
  try {
    const watch = await options.watch()
    if (!watch.watches(slot.job)) return
    const failure = await failureOf(watch, slot.job, news)
    if (failure !== null) log.warn('ping not taken', { job: slot.job, error: failure.message })
    await prove(options, failure)
  } catch (thrown) {
    log.warn('ping not sent', { job: slot.job, error: asAppError(thrown).message })
  }
}

async function failureOf(
  watch: JobWatch,
  job: string,
  news: JobNews,
): Promise<{ readonly message: string; readonly hint: string } | null> {
  try {
    await watch.tell(job, news)
    return null
  } catch (thrown) {
    return asAppError(thrown)
  }
}

/** What is known for so long is not written again each minute. */
const PROOF_STANDS_MS = 3_600_000

/** Keeps for `doctor` and `operate` whether pings arrive. */
async function prove(
  { store: open, now, slot }: WatchOptions,
  failure: { readonly message: string; readonly hint: string } | null,
): Promise<void> {
  const store = await open()
  const subject = pingSubject(slot.job)
  const outcome = failure === null ? 'proved' : 'failed'
  const known = (await store.proofs.list()).find(each => each.subject === subject)
  if (known?.outcome === outcome && Math.abs(now() - known.atMs) < PROOF_STANDS_MS) return
  const detail =
    failure === null ? 'the last ping was taken' : `the last ping was not taken: ${failure.message}`
  await store.proofs.keep(proof(outcome, subject, detail, failure?.hint ?? null))
}
