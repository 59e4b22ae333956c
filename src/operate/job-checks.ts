import { isWithin } from '../domain/due.ts'
import { jobTrouble, LIMITS, type JobHistory } from '../domain/operate.ts'
import { slotEnds, type ScheduledJob } from '../domain/schedule.ts'
import { dueSlot, slotState, slotToRun } from '../domain/slot-state.ts'
import { AppError } from '../kernel/errors.ts'
import { countText } from '../kernel/text.ts'
import { quoted } from '../kernel/typed-as.ts'
import type { UnitFailure } from '../store/unit-failures.ts'
import { measured, notProved, type Check, type Finding, type OperateContext } from './check.ts'

/** The schedule, and the units that run it. */
export const JOB_CHECKS: readonly Check[] = [
  {
    name: 'job',
    threshold: 'its slot is late by 30 min, failed four times, or fails for 15 min; or it runs for 2 h',
    look: async context => {
      const jobs = await jobsOf(context)
      if (jobs === null) return notProved('no job ran by the schedule yet')
      const waiting = jobs.filter(({ state }) => WAITS.has(state.kind)).map(({ name }) => name)
      return measured(
        waiting.length === 0
          ? `${countText(jobs.length, 'job')}, none is missed`
          : `missed: ${waiting.join(', ')}`,
        ...jobs.map(job => jobFinding(context, job)),
      )
    },
    healing: {
      name: 'run job',
      mostADay: 24,
      isSlow: true,
      wanted: async context =>
        ((await jobsOf(context)) ?? [])
          // Its own lock is held by this very cycle.
          .filter(({ name, job, state }) => name !== OWN_JOB && slotToRun(job, state) !== null)
          .map(({ name }) => name),
      heal: runMissed,
    },
  },
  {
    name: 'unit',
    threshold: 'it failed, and its job has not ended well since; others: less than 6 h ago',
    look: async context => {
      const nowMs = context.world.clock.now()
      const failures = newestOfEach(await context.store.unitFailures.since(nowMs - LONGEST_MS))
      const bad: Finding[] = []
      for (const failure of failures) if (await isOpen(context, failure)) bad.push(unitFinding(failure))
      return measured(bad.length === 0 ? 'none failed' : countText(bad.length, 'failed unit'), ...bad)
    },
  },
]

const DAY_MS = 24 * 3_600_000
/** A weekly job may not have run since. */
const LONGEST_MS = 8 * DAY_MS
const OWN_JOB = 'operate'
const WAITS: ReadonlySet<string> = new Set(['late', 'waiting', 'due_again', 'given_up'])
/** Runs of one that runs each minute, of half an hour: it fails for longer where none of them ended well. */
const NEWEST = 30

interface Job extends JobHistory {
  readonly name: string
  readonly job: ScheduledJob
}

/** How each job stands; null where there is no schedule: nothing ever ran by it. One that never ran is late. */
async function jobsOf({ store, schedule, world }: OperateContext): Promise<Job[] | null> {
  const nowMs = world.clock.now()
  const begun = await Promise.all(Object.keys(schedule).map(async name => store.jobs.firstBegunMs(name)))
  const firstMs = Math.min(...begun.filter(ms => ms !== null))
  if (!Number.isFinite(firstMs)) return null
  const jobs: Job[] = []
  for (const [name, job] of Object.entries(schedule)) {
    const runs = await store.jobs.runsFrom(name, dueSlot(job, nowMs))
    const state = slotState(job, { firstMs, nowMs, runs })
    jobs.push({ name, job, firstMs, state, newest: await store.jobs.newest(name, NEWEST, nowMs) })
  }
  return jobs
}

/** One that is late is run in this cycle, where it is to be made up for: whether that helped is known after it. */
function jobFinding({ world, ranMissed }: OperateContext, { name, job, ...history }: Job): Finding | null {
  if (history.state.kind === 'late' && job.catchUp && ranMissed !== true) return null
  const trouble = jobTrouble(job, history, world.clock.now())
  if (trouble === null) return null
  return {
    thing: name,
    cause: `job/${name}`,
    severity: 'warning',
    message: `the job ${name} ${trouble}`,
    next: `echopilot jobs show ${name}`,
  }
}

/** Longer is not waited for one that hangs: its own lock keeps others from running it beside. */
const JOB_LIMIT_MS = 15 * 60_000

/** @throws AppError where it did not end well */
async function runMissed(context: OperateContext, name: string): Promise<string> {
  const found = ((await jobsOf(context)) ?? []).find(job => job.name === name)
  const slotMs = found === undefined ? null : slotToRun(found.job, found.state)
  if (found === undefined || slotMs === null) return 'it was run meanwhile'
  const over = new AbortController()
  const ran = await Promise.race([
    context.runJob(name, slotMs),
    context.world.clock.sleep(JOB_LIMIT_MS, over.signal).then(() => null),
  ])
  over.abort()
  const next = `echopilot jobs show ${name}`
  if (ran === null) throw new AppError('busy', 'it still runs after 15 min: not waited for', next)
  const ends: readonly string[] = slotEnds(found.job)
  if (ran.wasDone) return 'it was run meanwhile'
  if (ends.includes(ran.outcome)) return `ended ${ran.outcome}`
  throw new AppError('busy', `${ran.outcome}${ran.message === null ? '' : `: ${ran.message}`}`, next)
}

function newestOfEach(failures: readonly UnitFailure[]): UnitFailure[] {
  const newest = new Map<string, UnitFailure>()
  for (const failure of failures) if (!newest.has(failure.unit)) newest.set(failure.unit, failure)
  return [...newest.values()]
}

/** Whether nothing says yet that what a unit runs works again. */
async function isOpen({ store, schedule, world }: OperateContext, failure: UnitFailure): Promise<boolean> {
  const nowMs = world.clock.now()
  if (!isWithin(failure.atMs, nowMs, LONGEST_MS)) return false
  const name = /^echopilot-(.+)\.service$/.exec(failure.unit)?.[1] ?? ''
  const job = Object.hasOwn(schedule, name) ? schedule[name] : undefined
  if (job === undefined) return isWithin(failure.atMs, nowMs, LIMITS.unitMs)
  const ends: readonly string[] = slotEnds(job)
  const newest = await store.jobs.newest(name, NEWEST, nowMs)
  return !newest.some(
    ({ outcome, endedMs }) =>
      outcome !== null && ends.includes(outcome) && endedMs !== null && endedMs > failure.atMs,
  )
}

/** As `alert unit` tells of it where nobody looks after it. */
function unitFinding({ unit, result, exitCode }: UnitFailure): Finding {
  const how = [result, exitCode === null ? null : `exit ${exitCode}`].filter(part => part !== null)
  return {
    thing: unit,
    cause: `unit/${unit}`,
    severity: unit.includes(OWN_JOB) ? 'critical' : 'warning',
    message: `${unit} failed${how.length === 0 ? '' : ` (${how.join(', ')})`}`,
    next: `journalctl -u ${quoted(unit)} -n 50`,
  }
}
