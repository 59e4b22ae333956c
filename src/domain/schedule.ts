import { nearest } from './did-you-mean.ts'

/** How often a job runs, in UTC: every so many minutes of the hour, daily, or on one day of the week. */
export type Cadence =
  | { readonly everyMinutes: 1 | 2 | 3 | 4 | 5 | 6 | 10 | 12 | 15 | 20 | 30 | 60 }
  | { readonly dailyAt: TimeOfDay }
  | { readonly weeklyOn: Weekday; readonly at: TimeOfDay }

/** A time of the day, UTC, such as `06:45`. */
export type TimeOfDay =
  `${`${'0' | '1'}${Digit}` | '20' | '21' | '22' | '23'}:${0 | 1 | 2 | 3 | 4 | 5}${Digit}`
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9

/** In the order of crontab(5), which counts from 0. */
export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const

/** A day of the week. */
export type Weekday = (typeof WEEKDAYS)[number]

/** One job of the schedule. */
export interface ScheduledJob {
  /** The operation that it runs, as it is typed: `report supervisor`. */
  readonly operation: string
  readonly input: Readonly<Record<string, string | number | boolean>>
  readonly on: Cadence
  /** Whether a slot that was missed is made up for; not where the next one comes soon enough. */
  readonly catchUp: boolean
  /** A slot that ended `busy` is done as well: what could not be reached is tried again by the next one, which comes soon. */
  readonly busyIsDone?: true
  /** It works off a queue, however long that takes; others go on beside it. */
  readonly endless?: true
  /** It needs no other machine: its unit of systemd has no network. */
  readonly offline?: true
}

/** Jobs by name: the words of their operation joined by `-`. */
export type Schedule = Readonly<Record<string, ScheduledJob>>

/** Says that there is no job of a name, and which one may have been meant. */
export function noSuchJob(name: string, schedule: Schedule): string {
  const guess = nearest(name, Object.keys(schedule))
  return `there is no job ${name}${guess === null ? '' : ` (Did you mean ${guess}?)`}`
}

/** The ends of a run that has done its slot: 0 and 3, and for some 75 (SPEC §6). */
export function slotEnds({ busyIsDone }: ScheduledJob): readonly ('ok' | 'partial' | 'busy')[] {
  return busyIsDone === true ? ['ok', 'partial', 'busy'] : ['ok', 'partial']
}

/** The latest slot at or before an instant. */
export function lastSlot(cadence: Cadence, nowMs: number): number {
  const { periodMs, offsetMs } = rhythm(cadence)
  return Math.floor((nowMs - offsetMs) / periodMs) * periodMs + offsetMs
}

/** The first slot after an instant. */
export function nextSlot(cadence: Cadence, nowMs: number): number {
  return lastSlot(cadence, nowMs) + rhythm(cadence).periodMs
}

/** From one slot to the next, in milliseconds. */
export function spacingMs(cadence: Cadence): number {
  return rhythm(cadence).periodMs
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** The first of January 1970 was one. */
const FIRST_WEEKDAY: Weekday = 'Thursday'

/**
 * Slots are evenly spaced: days of UTC all have the same length as instants count them, without leap seconds (POSIX,
 * "Seconds Since the Epoch"), and it has no summer time.
 */
function rhythm(cadence: Cadence): { readonly periodMs: number; readonly offsetMs: number } {
  if ('everyMinutes' in cadence) return { periodMs: cadence.everyMinutes * MINUTE_MS, offsetMs: 0 }
  if ('dailyAt' in cadence) return { periodMs: DAY_MS, offsetMs: minuteOfDay(cadence.dailyAt) * MINUTE_MS }
  const days = WEEKDAYS.indexOf(cadence.weeklyOn) - WEEKDAYS.indexOf(FIRST_WEEKDAY)
  return { periodMs: 7 * DAY_MS, offsetMs: days * DAY_MS + minuteOfDay(cadence.at) * MINUTE_MS }
}

function minuteOfDay(time: TimeOfDay): number {
  const [hour, minute] = clockOf(time)
  return hour * 60 + minute
}

function clockOf(time: TimeOfDay): readonly [hour: number, minute: number] {
  return [Number(time.slice(0, 2)), Number(time.slice(3))]
}

/** For people: `every 5 min`, `hourly`, `daily 02:20`, `Sunday 03:00`. */
export function cadenceText(cadence: Cadence): string {
  if ('dailyAt' in cadence) return `daily ${cadence.dailyAt}`
  if ('weeklyOn' in cadence) return `${cadence.weeklyOn} ${cadence.at}`
  return cadence.everyMinutes === 60 ? 'hourly' : `every ${cadence.everyMinutes} min`
}

/** For a timer of systemd: the value of OnCalendar= (systemd.time(7)). */
export function onCalendarText(cadence: Cadence): string {
  if ('dailyAt' in cadence) return `*-*-* ${cadence.dailyAt}:00 UTC`
  if ('weeklyOn' in cadence) return `${cadence.weeklyOn.slice(0, 3)} *-*-* ${cadence.at}:00 UTC`
  const { everyMinutes } = cadence
  if (everyMinutes === 60) return '*-*-* *:00:00 UTC'
  return everyMinutes === 1 ? '*-*-* *:*:00 UTC' : `*-*-* *:00/${everyMinutes}:00 UTC`
}

/** For cron: the five fields of time of a line (crontab(5)), as read in UTC. */
export function crontabTime(cadence: Cadence): string {
  if ('everyMinutes' in cadence) {
    const { everyMinutes } = cadence
    if (everyMinutes === 60) return '0 * * * *'
    return everyMinutes === 1 ? '* * * * *' : `*/${everyMinutes} * * * *`
  }
  const [hour, minute] = clockOf('dailyAt' in cadence ? cadence.dailyAt : cadence.at)
  const day = 'weeklyOn' in cadence ? WEEKDAYS.indexOf(cadence.weeklyOn) : '*'
  return `${minute} ${hour} * * ${day}`
}
