import type { Observation } from '../domain/alerts.ts'
import type { Schedule } from '../domain/schedule.ts'
import type { AppError } from '../kernel/errors.ts'
import type { Log } from '../kernel/log.ts'
import type { World } from '../kernel/world.ts'
import type { Deliverers, OpenDeliverers } from '../outbox/deliverer.ts'
import type { AlertContext } from '../pipeline/alerts.ts'
import type { Payments } from '../roles/payment-provider.ts'
import type { Settings } from '../settings/schema.ts'
import type { Store } from '../store/index.ts'

/** What a cycle of the auto-operator works with. */
export interface OperateContext {
  readonly world: Pick<World, 'clock' | 'random' | 'files'>
  readonly store: Store
  readonly settings: Settings
  readonly log: Log
  readonly stop: AbortSignal
  readonly dryRun: boolean
  readonly program: { readonly commit: string }
  readonly schedule: Schedule
  readonly deliverers: Deliverers
  /** Who asked. */
  readonly actor: string
  /** The services that are set up to take payments: the first makes the links. */
  readonly payments: readonly Payments[]
  /** Why none of them can be used; null where that is not so. */
  readonly payersError: Pick<AppError, 'message' | 'hint'> | null
  readonly channels: AlertContext['channels'] & { readonly failed: OpenDeliverers['failed'] }
  /** Missed jobs were run in this cycle, as far as they may be. */
  readonly ranMissed?: true
  /** Credentials that are missing of accounts that the store belongs to. */
  readonly lost: readonly { readonly secret: string; readonly service: string }[]
  /** Runs a job for a slot as its timer would, in this process. */
  readonly runJob: (name: string, slotMs: number) => Promise<RanJob>
  progress(line: string): void
}

/** What came of a job that was run. */
interface RanJob {
  readonly wasDone: boolean
  readonly outcome: string
  readonly message: string | null
}

/** One thing that is bad. Its alert's key is `<check>/<thing>`. */
export interface Finding extends Pick<Observation, 'cause' | 'severity' | 'message' | 'next'> {
  readonly thing: string
}

/** What a look found. What is not named as bad is good; of what is `unmeasured` nobody knows now. */
export interface Looked {
  readonly measured: string
  /** Null where there was nothing to measure yet. */
  readonly bad: readonly Finding[] | null
  readonly unmeasured?: readonly string[]
}

/** What is licensed to be done about what a check finds: never money, never a paid call. */
export interface Healing {
  readonly name: string
  /** In a day (UTC), all things together. */
  readonly mostADay: number
  /** It may take long: done when all else is, and people were told. */
  readonly isSlow?: true
  /** What there is to heal now. */
  readonly wanted: (context: OperateContext) => Promise<readonly string[]>
  /** Heals one of them; done twice it does no more than once. Returns what it did; throws where it could not. */
  readonly heal: (context: OperateContext, thing: string) => Promise<string>
}

/** One thing that is looked at in each cycle. Looking changes nothing, calls nobody and is cheap. */
export interface Check {
  /** Also the beginning of its alerts' keys. */
  readonly name: string
  /** What is bad, for people. */
  readonly threshold: string
  readonly look: (context: OperateContext) => Promise<Looked>
  readonly healing?: Healing
}

/** Nothing was there to be measured. */
export function notProved(why: string): Looked {
  return { measured: why, bad: null }
}

/** What was measured, and what of it is bad. */
export function measured(text: string, ...bad: readonly (Finding | null)[]): Looked {
  return { measured: text, bad: bad.filter(finding => finding !== null) }
}
