import type { Notion } from '../integrations/notion/client.ts'
import type { Log } from '../kernel/log.ts'
import type { World } from '../kernel/world.ts'
import type { Store } from '../store/index.ts'
import type { NotionDatabase } from '../store/notion.ts'

/** Notion with the places of our databases in it. */
export interface Workspace {
  readonly api: Notion
  /** By key: `queue`, `automation_log`, …; those that `init` found or made. */
  readonly databases: Readonly<Record<string, NotionDatabase>>
}

/** What deliveries and pick-ups work with. */
export interface EffectContext {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly store: Store
  readonly workspace: Workspace
  readonly log: Log
  readonly stop: AbortSignal
  progress(line: string): void
}
