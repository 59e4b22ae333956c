/** Caps on AI cost, in nano-dollars; null means no cap. Reserved before each call (SPEC §9). */
export interface Caps {
  readonly taskNano: number | null
  readonly clientMonthNano: number | null
  readonly dayNano: number | null
  readonly monthNano: number | null
}

/** What each cap adds up. Days and months are UTC. */
export type SpendScope = 'task' | 'client_month' | 'day' | 'month'

/** Whose spending a call counts towards. */
export interface SpendSubject {
  /** Null for a call that no task is for. */
  readonly taskId: string | null
  readonly client: string | null
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string
}

/** The running totals a call counts towards; a task without a client has no client total. */
export function spendKeys(subject: SpendSubject): { scope: SpendScope; key: string }[] {
  const month = subject.day.slice(0, 7)
  return [
    ...(subject.taskId === null ? [] : [{ scope: 'task' as const, key: subject.taskId }]),
    ...(subject.client === null
      ? []
      : [{ scope: 'client_month' as const, key: `${month} ${subject.client}` }]),
    { scope: 'day', key: subject.day },
    { scope: 'month', key: month },
  ]
}

const CAP_OF = {
  task: 'taskNano',
  client_month: 'clientMonthNano',
  day: 'dayNano',
  month: 'monthNano',
} as const satisfies Record<SpendScope, keyof Caps>

/** A cap that a call would break. */
export interface CapBreach {
  readonly scope: SpendScope
  readonly capNano: number
  readonly spentNano: number
}

/** The first cap that `spent + need` would exceed, or null. A call that reaches a cap exactly is allowed. */
export function findBreach(
  spent: readonly { scope: SpendScope; nano: number }[],
  needNano: number,
  caps: Caps,
): CapBreach | null {
  for (const { scope, nano } of spent) {
    const capNano = caps[CAP_OF[scope]]
    if (capNano !== null && nano + needNano > capNano) return { scope, capNano, spentNano: nano }
  }
  return null
}

/** `YYYY-MM-DD` of an instant, UTC. */
export function utcDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The setting that raises each cap, for messages. */
export const CAP_SETTINGS = {
  task: 'budget.task_usd',
  client_month: 'budget.client_month_usd',
  day: 'budget.day_usd',
  month: 'budget.month_usd',
} as const satisfies Record<SpendScope, string>
