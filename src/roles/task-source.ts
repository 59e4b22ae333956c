import { nextAfter, type ServiceFailure } from '../kernel/service-failure.ts'
import type { Log } from '../kernel/log.ts'
import type { World } from '../kernel/world.ts'
import type { ClientRow } from '../store/client-rows.ts'
import type { Again } from '../store/rebuild.ts'
import type { NotionDatabase } from '../store/notion.ts'
import type { PickedPage } from '../store/pickup.ts'

/** What one call of the program works with, as far as a service is told of it. */
export interface ServiceCall {
  /** Who asked: what the call writes to the store is written by them. */
  readonly actor: string
  readonly world: Pick<World, 'clock' | 'random'>
  readonly log: Log
  /** Aborts when no new work may begin. */
  readonly stop: AbortSignal
  /** Decide, and write nothing. */
  readonly dryRun: boolean
  /** Tells a watching person what is going on. */
  progress(line: string): void
}

/** Where clients' tasks stand as rows and people decide about them: a database of Notion. */
export interface TaskSource {
  readonly service: string
  /** The command that sets it up, as hints name it. */
  readonly setUpCommand: string
  /**
   * The board for one call; null until it was set up: then there is only the local queue. Asked again in the same
   * call it is the same one.
   * @throws AppError `config` where the credential opens another account than the one this store belongs to;
   *   ServiceFailure where that is not known and the service does not tell
   */
  board(call: ServiceCall): Promise<TaskBoard | null>
  /**
   * Finds or makes what it needs there, told by the input that its service declares. Repeating it finds it again.
   * @throws AppError `usage`, `config`, `busy`
   */
  setUp(call: ServiceCall, asked: Readonly<Record<string, unknown>>): Promise<SetUpDone>
}

/** The result of a set-up. */
export interface SetUpDone {
  /** The account, as people know it. */
  readonly workspace: string
  readonly dryRun: boolean
  readonly steps: readonly SetUpStep[]
}

/** What was done, or would be, about one of the databases. */
export interface SetUpStep {
  readonly key: string
  readonly title: string
  readonly did: 'made' | 'found' | 'repaired' | 'would make' | 'would repair'
  /** Names of properties that are not there: they are left out of what is written. */
  readonly missing: readonly string[]
  readonly wrongType: readonly string[]
  /** Names of properties without which no work can be done, of those above. */
  readonly blocking: readonly string[]
  readonly database: NotionDatabase | null
}

/** The rows of one account's tasks. */
export interface TaskBoard extends RowCheck {
  readonly service: string
  /** Reads what people decided, then takes up rows that are ticked, oldest first. What cannot be read is told, not thrown. */
  pickUp(request: PickUpRequest): Promise<PickedUp>
  /**
   * Every client that stands there; null where it keeps none.
   * @throws ServiceFailure where the service does not answer
   */
  clients(): Promise<readonly ClientRow[] | null>
  /**
   * Compares all that was written about the newest tasks, at most `limit` of them, with what the store says. Stops
   * early, with what it has, when told to.
   * @throws ServiceFailure where the service does not answer
   */
  compare(limit: number): Promise<Compared>
}

/** Changes that people make to the rows of tasks while these are worked on. */
export interface RowCheck {
  /** Whether a person has cancelled the page's run, as of a reading of at most that age; false where it cannot be read. */
  withdrawn(pageId: string, oldestMs: number): Promise<boolean>
}

/** How rows are to be taken up. */
export interface PickUpRequest {
  /** Most rows; null for all. */
  readonly limit: number | null
  /**
   * Makes a run of a row that was read whole, or says the most that one can cost where nothing is to be written;
   * null where another process was quicker. A `flaw` of the row fails the run before anything is spent.
   */
  take(row: ReadRow, flaw: string | null): Promise<TakenRow | null>
  /** Told of each row that was taken: work on it begins before all rows are read. */
  arrived(): void
}

/** A row that was read whole. Its price is a number of its client's currency, as it stands in its cell. */
export interface ReadRow extends Omit<PickedPage, 'price'> {
  readonly priceCell: number | null
}

/** What became of a row. */
export interface TakenRow {
  /** The run that was created; null in a dry run. */
  readonly runId: string | null
  /** In a dry run: the most the run can cost. */
  readonly atMostUsd: string | null
}

/** What a pick-up found. */
export interface PickedUp {
  readonly picked: readonly (TakenRow & { readonly pageId: string; readonly title: string })[]
  /** Decisions and cancellations that were read from the board. */
  readonly decided: number
  readonly failed: readonly {
    readonly id: string
    readonly kind: string
    readonly message: string
    readonly next: string
  }[]
  /** Why the board could not be read, and what helps; work that was picked up before goes on. */
  readonly unreachable: {
    readonly errorClass: ServiceFailure['errorClass']
    readonly code: string | null
    readonly message: string
    readonly next: string
  } | null
  /** Which other process is picking up right now; nothing was read then. */
  readonly busy: string | null
  /** False where the service did not give the whole list. */
  readonly complete: boolean
}

/** A pick-up that found nothing. */
export const NOTHING_PICKED_UP: PickedUp = {
  picked: [],
  decided: 0,
  failed: [],
  unreachable: null,
  busy: null,
  complete: true,
}

/** Nothing was picked up, for the service could not be read. */
export function unreachable(error: ServiceFailure): PickedUp {
  const { errorClass, code, message } = error
  return { ...NOTHING_PICKED_UP, unreachable: { errorClass, code, message, next: nextAfter(error) } }
}

/** One place where the service says something else of a task than the store. */
export interface Drift {
  readonly taskId: string
  readonly title: string
  readonly what: string
  readonly store: string
  readonly notion: string
  /** Whether writing it again corrects it; a page that is gone or in the trash needs a person. */
  readonly mendable: boolean
}

/** The result of a comparison. */
export interface Compared {
  readonly compared: number
  /** Tasks with a page that the limit did not reach. */
  readonly older: number
  readonly drifts: readonly Drift[]
  /** What is to be written once more to mend them, task by task. */
  readonly again: readonly Again[]
  readonly counts: {
    /** Pages that differ in a property or a result, and can be mended. */
    readonly pages: number
    /** Rows of the logs that differ or are missing. */
    readonly rows: number
    /** Pages that are gone or in the trash. */
    readonly lost: number
  }
}
