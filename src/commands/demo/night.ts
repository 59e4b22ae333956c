import type { ProofOutcome } from '../../domain/proof.ts'
import type { RunStatus } from '../../domain/run-state.ts'
import { lastSlot } from '../../domain/schedule.ts'
import type { ShownAlert } from '../../figures/alerts.ts'
import type { RunFigure } from '../../figures/jobs.ts'
import { defect } from '../../kernel/errors.ts'
import type { Fetch } from '../../kernel/http/fetch.ts'
import type { Clock } from '../../kernel/world.ts'
import { alertList } from '../../operations/alert/list.ts'
import { auditVerify } from '../../operations/audit/verify.ts'
import { jobsShow } from '../../operations/jobs/show.ts'
import { replay } from '../../operations/replay.ts'
import { taskList } from '../../operations/task/list.ts'
import type { PlannedReplay } from '../../pipeline/replay.ts'
import type { Call, Session } from '../../session/index.ts'
import { armFault, clearFaults, fillBoard } from './board.ts'
import { NAMES } from './clients.ts'
import type { DemoTask } from './tasks.ts'

/** The night after the day, as the program's own commands tell of it. Instants are by the demo's clock. */
export interface Night {
  /** The run of a job whose slot passed while nothing ran. */
  readonly job: RunFigure
  /** A task that failed, what its repeat was priced at before it began, and what became of that. */
  readonly replay: PlannedReplay & { readonly status: RunStatus; readonly costUsd: string }
  /** An alert, with the words with which it was opened. */
  readonly alert: ShownAlert
  readonly audit: { readonly outcome: ProofOutcome; readonly rows: number; readonly head: string }
  /** All of it went as it should. */
  readonly proved: boolean
}

/** A clock that can be set forward: the hours of a night pass at once. */
export interface MovableClock extends Clock {
  setTo(ms: number): void
}

/** The same clock at another time of day; what waits by it waits as long as it would. */
export function movableClock(clock: Clock): MovableClock {
  let aheadMs = 0
  return {
    ...clock,
    now: () => clock.now() + aheadMs,
    setTo: ms => {
      aheadMs = ms - clock.now()
    },
  }
}

const HOUR_MS = 3_600_000

/**
 * The morning on which the demo ends, always at the same time of day. It is over: what the demo leaves is of no time
 * to come.
 */
export function lastMorning(nowMs: number): number {
  return lastSlot({ dailyAt: '09:00' }, nowMs) - HOUR_MS
}

/** Comes when the day is over. */
export const LATE_TASK: DemoTask = {
  title: 'Winter opening hours',
  type: 'Drafting',
  client: NAMES.FOODS,
  price: 25,
  note: 'fails, and is repeated',
  brief: `Write a short notice for our shop door about the winter opening hours. From 7 December we open at 9:00 and close at 17:30, on Saturdays at 14:00. The farm shop is closed from 24 December to 3 January. Orders for Christmas boxes are taken until 16 December at 04841 555 0182.`,
}

/** Refused before any work, and for longer than a call waits. */
const AWAY = { action: { type: 'status', status: 503, headers: { 'retry-after': '60' } }, times: 1000 }

/** What the night needs of the demo. */
export interface NightContext {
  readonly session: Pick<Session, 'run' | 'runJob'>
  readonly call: Call
  readonly clock: MovableClock
  readonly fetch: Fetch
  /** Addresses of the stand-ins, by their names. */
  readonly urls: ReadonlyMap<string, string>
}

/**
 * The evening: the model answers nobody, a task fails for good, then Notion is away. The night: nothing runs. The
 * morning: all is back, and the auto-operator sees to it. Only the outside and the clock are played.
 */
export async function workNight(context: NightContext, morningMs: number): Promise<Night> {
  const { session, call, clock, fetch, urls } = context
  const [openai = '', notion = ''] = [urls.get('openai'), urls.get('notion')]
  const runAt = async (ms: number, minutes: number, name: 'poll' | 'operate'): Promise<void> => {
    clock.setTo(ms + minutes * 60_000)
    await session.runJob({ name, slotMs: null, waitMs: 0 }, call)
  }
  const eveningMs = morningMs - 15 * HOUR_MS
  await clearFaults(fetch, openai)
  await armFault(fetch, openai, { ...AWAY, match: { path: '/v1/chat/completions' } })
  await fillBoard(fetch, notion, [LATE_TASK])
  // The first attempt, and again after 1, 5 and 15 minutes.
  for (const minutes of [0, 2, 8]) await runAt(eveningMs, minutes, 'poll')
  await armFault(fetch, notion, AWAY)
  await runAt(eveningMs, 25, 'poll')
  await runAt(eveningMs, 45, 'operate')
  const opened = await alertOf(context, 'open')
  for (const url of [openai, notion]) await clearFaults(fetch, url)
  clock.setTo(morningMs)
  const { result: plan } = await session.run(replay, {}, { ...call, dryRun: true })
  await runAt(morningMs, 0, 'operate')
  await runAt(morningMs, 2, 'poll')
  // An alert is over when all was good for a quarter of an hour.
  for (const minutes of [5, 25]) await runAt(morningMs, minutes, 'operate')
  const [planned] = plan.replays
  if (planned === undefined || opened === undefined)
    throw defect('nothing went wrong in the night of the demo')
  return readNight(context, planned, opened)
}

async function alertOf({ session, call }: NightContext, state: ShownAlert['state']) {
  const { result } = await session.run(alertList, { state }, call)
  return result.alerts.find(({ cause }) => cause === 'service/notion')
}

async function readNight(context: NightContext, planned: PlannedReplay, opened: ShownAlert): Promise<Night> {
  const { session, call } = context
  const { result: jobs } = await session.run(jobsShow, { name: 'replay' }, call)
  const { result: listed } = await session.run(taskList, {}, call)
  const { result: audit } = await session.run(auditVerify, {}, call)
  const over = await alertOf(context, 'resolved')
  const [job] = jobs.runs
  const task = listed.tasks.find(({ id }) => id === planned.taskId)
  if (job === undefined || task === undefined) throw defect('nothing was repeated in the night of the demo')
  const { status, costUsd } = task
  const { outcome, rows, head } = audit
  const isHealed = job.late && job.outcome === 'ok' && status === 'Done' && over !== undefined
  return {
    job,
    replay: { ...planned, status, costUsd },
    alert: over === undefined ? opened : { ...over, message: opened.message },
    audit: { outcome, rows, head },
    proved: isHealed && outcome === 'proved',
  }
}
