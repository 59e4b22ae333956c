/** Hours of every day, by the clock on the wall, in which nobody is to be disturbed. May go over midnight. */
export interface QuietHours {
  /** Minutes since midnight: the first that is quiet, … */
  readonly from: number
  /** … and the first that is not. Never the same as `from`. */
  readonly until: number
  /** An IANA name, such as `Europe/Vienna`. */
  readonly timezone: string
}

/** Reads `22:00-07:00`; null for anything else, and for a span that begins where it ends. */
export function readQuietHours(text: string): Omit<QuietHours, 'timezone'> | null {
  const [, ...parts] = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  const [fromHour, fromMinute, untilHour, untilMinute] = parts.map(Number)
  if (
    fromHour === undefined ||
    fromMinute === undefined ||
    untilHour === undefined ||
    untilMinute === undefined
  ) {
    return null
  }
  const from = fromHour * 60 + fromMinute
  const until = untilHour * 60 + untilMinute
  return from === until ? null : { from, until }
}

/**
 * Whether it is quiet at an instant. The clock on the wall decides, so that where summer time begins or ends the hours
 * are shorter or longer, as the night is.
 */
export function isQuiet({ from, until, timezone }: QuietHours, atMs: number): boolean {
  const minute = minuteOfDay(atMs, timezone)
  return from < until ? minute >= from && minute < until : minute >= from || minute < until
}

function minuteOfDay(atMs: number, timezone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  })
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
  return (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0)
}

/** Whether there is a time zone of this name. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
