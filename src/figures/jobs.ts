import { cadenceText, nextSlot, type Schedule, type ScheduledJob } from '../domain/schedule.ts'
import { dueSlot, isLate, slotState, type SlotState } from '../domain/slot-state.ts'
import { hint, minute, state, words, type Span, type Tone, type Words } from '../kernel/document.ts'
import { flagOf } from '../kernel/input.ts'
import { countText, spanText } from '../kernel/text.ts'
import type { JobRun } from '../store/jobs.ts'
import type { Store } from '../store/index.ts'

/** A job of the schedule: when it runs, and how it stands. */
export interface JobFigure {
  readonly job: string
  /** What it runs, as it is typed without the program's name. */
  readonly command: string
  readonly when: string
  readonly state: JobStanding
  /** The slot that its state is about; null where it never ran. */
  readonly slotMs: number | null
  /** When a slot that failed is to be run again; null where that is now, or a person has to look. */
  readonly againMs: number | null
  readonly nextMs: number
  readonly last: RunFigure | null
}

/** Like the states of its slot, but for a job that never ran: of that nothing is known. */
export type JobStanding = Exclude<SlotState['kind'], 'never_due'> | 'not_proved'

/** One run of a job, as people and machines see it. */
export interface RunFigure {
  readonly slotMs: number
  readonly startedMs: number
  /** Null while it runs, and where it died. */
  readonly tookMs: number | null
  readonly outcome: string | null
  readonly late: boolean
  readonly message: string | null
  readonly counts: JobRun['counts']
  readonly commit: string
  /** How many runs of that day that did nothing and ended alike it stands for; 0 where it did something. */
  readonly idle: number
}

/** How each job of the schedule stands. */
export async function jobFigures(store: Store, schedule: Schedule, nowMs: number): Promise<JobFigure[]> {
  const firstMs = await store.jobs.firstMs()
  const figures: JobFigure[] = []
  for (const [name, job] of Object.entries(schedule)) {
    const [last] = await store.jobs.newest(name, 1, nowMs)
    const runs = await store.jobs.runsFrom(name, dueSlot(job, nowMs))
    figures.push(jobFigure(name, job, slotState(job, { firstMs, nowMs, runs }), { last, nowMs }))
  }
  return figures
}

function jobFigure(
  name: string,
  job: ScheduledJob,
  stands: SlotState,
  { last, nowMs }: { readonly last: JobRun | undefined; readonly nowMs: number },
): JobFigure {
  const isKnown = last !== undefined && stands.kind !== 'never_due'
  return {
    job: name,
    command: commandText(job),
    when: cadenceText(job.on),
    state: isKnown ? stands.kind : 'not_proved',
    slotMs: isKnown ? stands.slotMs : null,
    againMs: stands.kind === 'waiting' ? stands.againMs : null,
    nextMs: nextSlot(job.on, nowMs),
    last: last === undefined ? null : runFigure(last),
  }
}

/** A run of a job as it is shown. */
export function runFigure(run: JobRun): RunFigure {
  const { slotMs, startedMs, endedMs, outcome, message, counts, commit, idle } = run
  const tookMs = endedMs === null ? null : endedMs - startedMs
  return {
    slotMs,
    startedMs,
    tookMs,
    outcome,
    late: isLate(slotMs, startedMs),
    message,
    counts,
    commit,
    idle,
  }
}

/** What a job runs, as it is typed: `poll --drain`. */
export function commandText({ operation, input }: ScheduledJob): string {
  const flags = Object.entries(input).map(([name, value]) =>
    value === true ? flagOf(name) : `${flagOf(name)} ${String(value)}`,
  )
  return [operation, ...flags].join(' ')
}

const STATES = {
  done: ['done', 'good'],
  running: ['running', 'open'],
  late: ['late', 'bad'],
  waiting: ['failed', 'bad'],
  due_again: ['failed', 'bad'],
  given_up: ['given up', 'bad'],
  not_proved: ['not proved', 'open'],
} as const satisfies Record<JobStanding, readonly [words: string, tone: Tone]>

/** How a job stands, in a word. */
export function jobState(job: JobFigure): Span {
  const [text, tone] = STATES[job.state]
  return state(text, tone)
}

/** Whether a job stands wrong; one that never ran does not. */
export function isJobWrong(job: JobFigure): boolean {
  return STATES[job.state][1] === 'bad'
}

/** How a job stands at an instant and why, what is done about it, and when its next slot is. */
export function jobWords(
  { job, state: stands, slotMs, againMs, nextMs, last }: JobFigure,
  atMs: number,
): Words {
  const next = `next in ${spanText(nextMs - atMs)}`
  if (slotMs === null || last === null) return `${job}: never ran by the schedule; ${next}`
  const slot = words`${job}, slot ${minute(slotMs)}`
  switch (stands) {
    case 'done':
      return words`${slot}${tookText(last)}; ${next}`
    case 'running':
      return words`${slot}, for ${spanText(atMs - last.startedMs)}`
    case 'late':
      return words`${slot} has not begun; the last run was for ${minute(last.slotMs)}`
    case 'waiting':
    case 'due_again':
    case 'given_up':
    case 'not_proved': {
      const again =
        againMs === null ? `see echopilot jobs show ${job}` : `again in ${spanText(againMs - atMs)}`
      return [...words`${slot}: ${whyText(last)}; `, ...hint(again)]
    }
  }
}

function tookText({ tookMs, idle }: RunFigure): string {
  const took = tookMs === null ? '' : `, took ${spanText(tookMs)}`
  return idle > 1 ? `${took}, ${countText(idle, 'run')} that day found nothing` : took
}

function whyText({ outcome, message, idle }: RunFigure): string {
  const often = idle > 1 ? `, ${idle} times that day` : ''
  return `${String(outcome)}${message === null ? '' : `, ${message.replaceAll(/\s+/g, ' ')}`}${often}`
}
