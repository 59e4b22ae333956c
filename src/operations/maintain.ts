import { CATALOG_VERSION } from '../domain/model-catalog.ts'
import { document, facts, hint, state, words, type Tone, type Words } from '../kernel/document.ts'
import { AppError, asAppError, type ErrorKind } from '../kernel/errors.ts'
import { countText, minuteText, spanText } from '../kernel/text.ts'
import { quoted } from '../kernel/typed-as.ts'
import type { Telemetry } from '../store/telemetry.ts'
import { defineOperation, type Context } from './define.ts'

type MaintainContext = Context<{ store: 'required' }>

/** What a step found and did. */
interface Done {
  readonly did: string
  /** What somebody should do about it; null where that is nothing. */
  readonly next: string | null
}

/**
 * One thing that is done each week. Each stands by itself: what one cannot do keeps no other from its work. It throws
 * where it cannot be done, or finds what it looks for to be wrong.
 */
interface Step {
  readonly name: string
  readonly run: (context: MaintainContext) => Promise<Done>
}

/** What came of a step. */
interface Ended extends Done {
  readonly name: string
  readonly outcome: 'ok' | 'warning' | 'failed'
  /** Of the error that it failed with; null where it did not. */
  readonly kind: ErrorKind | null
}

const DAY_MS = 86_400_000
/** How long it is kept what the machine did; the latest record of each operation is kept in any case. */
const KEEP_TELEMETRY_MS = 90 * DAY_MS
/** What is forgotten of it by one change: others can write in between. */
const FORGOTTEN_AT_ONCE = 1_000
/** A copy from before a migration is for a way back; nobody goes back that far. */
const OLD_COPY_MS = 30 * DAY_MS
/** Vendors change prices some times a year. */
const OLD_PRICES_MS = 60 * DAY_MS
/** Once a week there is time for more than `doctor` looks at: 2 GB whole, in some 20 s. */
const WEEKLY_CHECK = { wholeBytes: 2 * 1024 ** 3, budgetMs: 20_000 } as const

/**
 * In this order: what is damaged is found before anything is changed. What SQLite calls `optimize` is not among them: it
 * gathers statistics, by which a table that was small that day is walked through when it has grown; the statements of
 * the store are written to be planned without (`test/store/plans.test.ts`).
 */
const STEPS: readonly Step[] = [
  {
    name: 'integrity',
    run: async ({ store, dryRun }) => {
      if (dryRun) return fine('would be checked')
      const { flaw, wholeMs } = await store.check(WEEKLY_CHECK)
      if (flaw !== null) {
        const fix = 'keep a copy of the file and its -wal, then put a backup in its place'
        throw new AppError('store', `${store.facts.path}: ${flaw}`, fix)
      }
      return fine(wholeMs === null ? 'no damage in the part that was read' : 'no damage found')
    },
  },
  {
    name: 'locks',
    run: async ({ store, dryRun }) => {
      const names = dryRun ? await store.locks.expired() : await store.locks.dropExpired()
      return fine(names.length === 0 ? 'none was left behind' : `taken away: ${names.join(', ')}`)
    },
  },
  forgetting('record'),
  forgetting('healing'),
  forgetting('unit failure'),
  forgetting('webhook'),
  forgetting('refused webhook'),
  {
    name: 'log of writes',
    run: async ({ store, dryRun }) => {
      if (dryRun) return fine('would be taken over into the file')
      const { pages, isBusy } = await store.checkpoint()
      const taken = `${countText(pages, 'page')} taken over into the file`
      return fine(isBusy ? `${taken}; emptied when another process has ended its reading` : taken)
    },
  },
  { name: 'copies', run: tellCopies },
  { name: 'prices', run: async ({ world }) => tellPrices(world.clock.now()) },
]

export const maintain = defineOperation({
  path: ['maintain'],
  summary: 'Look after the store each week: damage, locks, old records, copies, age of prices',
  input: {},
  needs: { store: 'required' },
  access: 'write',
  exclusive: true,
  scope: 'operate',
  run: async context => {
    const ended: Ended[] = []
    for (const step of STEPS) {
      if (context.stop.aborted) break
      context.progress(step.name)
      ended.push(await endOf(step, context))
    }
    return {
      dryRun: context.dryRun,
      steps: ended,
      failed: ended.flatMap(({ name, kind, did }) =>
        kind === null ? [] : [{ id: name, kind, message: did }],
      ),
      /** Steps that were left because it was told to stop. */
      left: STEPS.slice(ended.length).map(({ name }) => name),
    }
  },
  render: ({ steps, left }) =>
    document(
      facts(...steps.map(step => [state(step.name, TONES[step.outcome]), toldOf(step)] as const)),
      left.length === 0 ? null : `stopped early, left: ${left.join(', ')}`,
    ),
  outcome: ({ failed }) => (failed.length === 0 ? 'ok' : 'partial'),
  counts: ({ steps, failed }) => ({ done: steps.length - failed.length, failed: failed.length }),
})

const TONES = { ok: 'good', warning: 'warn', failed: 'bad' } as const satisfies Record<Ended['outcome'], Tone>

function toldOf({ outcome, did, next }: Ended): Words {
  const step = next === null ? '' : words`\nnext: ${hint(next)}`
  return words`${outcome === 'failed' ? 'failed: ' : ''}${did.replaceAll(/\s+/g, ' ')}${step}`
}

async function endOf(step: Step, context: MaintainContext): Promise<Ended> {
  const { name } = step
  try {
    const done = await step.run(context)
    return { name, outcome: done.next === null ? 'ok' : 'warning', ...done, kind: null }
  } catch (thrown) {
    const { kind, message, hint: next } = asAppError(thrown)
    return { name, outcome: 'failed', did: message, next, kind }
  }
}

function fine(did: string): Done {
  return { did, next: null }
}

function forgetting(what: Telemetry): Step {
  return { name: `${what}s`, run: async context => forget(context, what) }
}

async function forget({ store, world, dryRun, stop }: MaintainContext, what: Telemetry): Promise<Done> {
  const beforeMs = world.clock.now() - KEEP_TELEMETRY_MS
  const told = (count: number): string =>
    count === 0 ? 'none older than 90 days' : `${countText(count, what)} older than 90 days forgotten`
  if (dryRun) return fine(told(await store.telemetry.countBefore(what, beforeMs)))
  let forgotten = 0
  for (let isMore = true; isMore && !stop.aborted;) {
    const some = await store.telemetry.forgetBefore(what, beforeMs, FORGOTTEN_AT_ONCE)
    forgotten += some
    isMore = some === FORGOTTEN_AT_ONCE
  }
  return fine(told(forgotten))
}

/** Nothing is taken away: that the new version does its work is for the operator to say. */
async function tellCopies({ store, world }: MaintainContext): Promise<Done> {
  const copies = await store.copies()
  const old = copies.filter(({ madeMs }) => madeMs !== null && world.clock.now() - madeMs > OLD_COPY_MS)
  if (old.length === 0) {
    const count = countText(copies.length, 'copy', 'copies')
    return fine(copies.length === 0 ? 'none' : `${count} of before a migration, none older than 30 days`)
  }
  const named = old.map(({ path, madeMs }) => `${path} (${minuteText(madeMs ?? 0)} UTC)`)
  const next = `rm ${old.map(({ path }) => quoted(path)).join(' ')}`
  return { did: `of before a migration, older than 30 days: ${named.join(', ')}`, next }
}

/** By a clock that is behind the table is new. */
function tellPrices(nowMs: number): Done {
  const ageMs = nowMs - Date.parse(CATALOG_VERSION)
  const did = `prices of models as of ${CATALOG_VERSION}, ${spanText(ageMs)} old`
  if (ageMs <= OLD_PRICES_MS) return fine(did)
  return { did, next: 'install a newer EchoPilot, or set prices in [models."NAME"]' }
}
