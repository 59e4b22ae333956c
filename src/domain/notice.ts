import type { NoticeKind, Severity } from './alerts.ts'
import type { EffectBody, EffectKind } from './effect-kind.ts'

/** What a channel tells people of an alert, whole: a channel looks nothing up. */
export interface Notice extends EffectBody {
  readonly kind: 'notice'
  /** A `test` is of no alert. */
  readonly what: NoticeKind | 'test'
  /** Null for a test. */
  readonly alertId: string | null
  readonly cause: string
  readonly severity: Severity
  readonly message: string
  /** What to type; null where there is nothing. */
  readonly next: string | null
  /** How many things are bad for the same cause, this one among them. */
  readonly count: number
  readonly openedMs: number
  readonly atMs: number
}

/** All notices of a channel go in order. */
export const NOTICE_TARGET = 'notices'

/** What a service declares that is a channel for alerts. */
export const NOTICE: EffectKind<Notice> = {
  kind: 'notice',
  writes: 'notice of an alert',
  shape: {
    what: 'text',
    alertId: 'text?',
    cause: 'text',
    severity: 'text',
    message: 'text',
    next: 'text?',
    count: 'number',
    openedMs: 'number',
    atMs: 'number',
  },
  isMerged: false,
  isInParts: false,
  placeOf: () => NOTICE_TARGET,
  stillToSay: body => body,
}
/** Whether an effect is one; it was read by its kind. */
export function isNotice(body: EffectBody): body is Notice {
  return body.kind === NOTICE.kind
}

/** `critical: OpenAI refuses the key (and 199 more)`: a notice in one line, for people. */
export function noticeText({ what, severity, message, count }: Notice): string {
  const more = count > 1 ? ` (and ${count - 1} more)` : ''
  return `${BEGINNINGS[what](severity)}: ${message}${more}`
}

const BEGINNINGS: Readonly<Record<Notice['what'], (severity: Severity) => string>> = {
  opened: severity => severity,
  worsened: severity => `now ${severity}`,
  repeated: severity => `still ${severity}`,
  resolved: () => 'resolved',
  test: () => 'test',
}
