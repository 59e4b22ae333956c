/** A figure as it should be: a ratio (`x`), megabytes, seconds, or requests to Notion. */
export interface Goal {
  readonly sign: '<=' | '>='
  readonly bound: number
  readonly unit: 'x' | 'MB' | 's' | 'req'
}

/** Every goal of the suite. They are compared in the tables it prints, and asserted nowhere. */
export const GOALS = {
  /** `--version` against `node -e 0`. */
  version: { sign: '<=', bound: 2.0, unit: 'x' },
  /** `status` on 10,000 runs against `node -e 0`. */
  status: { sign: '<=', bound: 2.5, unit: 'x' },
  /** A `poll` that finds nothing against `node -e 0`. */
  idlePoll: { sign: '<=', bound: 4.5, unit: 'x' },
  /** The most memory such a poll holds. */
  idlePollMemory: { sign: '<=', bound: 90, unit: 'MB' },
  /** CPU time of all timers on an idle day against `node -e 0` as often. */
  idleDay: { sign: '<=', bound: 3.0, unit: 'x' },
  /** Memory of all processes of the program after each job of the schedule ran once. */
  atRest: { sign: '<=', bound: 0, unit: 'MB' },
  /** CPU time of a task against the script by hand. */
  cpuOfTask: { sign: '<=', bound: 2.0, unit: 'x' },
  /** Tasks a second, eight at once, against the script by hand. */
  tasksPerSecond: { sign: '>=', bound: 0.5, unit: 'x' },
  /** Requests to Notion for a row that is alone, looks at it included. */
  requestsAlone: { sign: '<=', bound: 10, unit: 'req' },
  /** Requests to Notion for a row among many, with its share of what is asked for all. */
  requestsInBurst: { sign: '<=', bound: 7, unit: 'req' },
  /** Claiming and completing against the same statements without the program. */
  claimAndComplete: { sign: '>=', bound: 0.7, unit: 'x' },
  /** What "flat" means here: the most memory of the longest queue against that of a tenth of it. */
  flatMemory: { sign: '<=', bound: 1.25, unit: 'x' },
  /** Appending a row to the audit chain against claiming a run and ending it. */
  auditAppend: { sign: '<=', bound: 0.1, unit: 'x' },
  /** Reading an audit chain of a million rows. */
  auditVerify: { sign: '<=', bound: 10, unit: 's' },
  /** The executive report with its PDF, of a store of a million runs. */
  executiveReport: { sign: '<=', bound: 2, unit: 's' },
  /** The most memory that it holds. */
  executiveReportMemory: { sign: '<=', bound: 150, unit: 'MB' },
  /** Webhooks a second, each durable, against a bare server that commits each by itself. */
  intake: { sign: '>=', bound: 3.0, unit: 'x' },
  /** The same against a bare server that keeps nothing. */
  intakeToVerify: { sign: '>=', bound: 0.5, unit: 'x' },
  /** The 99th percentile of how long one waits, against a bare server that commits each by itself. */
  intakeP99: { sign: '<=', bound: 0.25, unit: 'x' },
  /** A scan of 100,000 payments in the books against the SDK's paging of the same lists. */
  scan: { sign: '<=', bound: 1.2, unit: 'x' },
  /** The installed program, without a Node. */
  installed: { sign: '<=', bound: 60, unit: 'MB' },
} as const satisfies Record<string, Goal>

/** A name in {@link GOALS}. */
export type GoalName = keyof typeof GOALS

/** Whether a figure, in the goal's unit, is as it should be. */
export function isMet({ sign, bound }: Goal, figure: number): boolean {
  return sign === '<=' ? figure <= bound : figure >= bound
}

/** As the table shows it: `<= 2.00 x`. */
export function goalText({ sign, bound, unit }: Goal): string {
  return `${sign} ${unit === 'x' ? bound.toFixed(2) : String(bound)} ${unit}`
}
