import type { Log } from '../../../kernel/log.ts'
import type { World } from '../../../kernel/world.ts'
import type { Store } from '../../../store/index.ts'
import type { RowWatch } from '../rows/row-watch.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What deliveries and pick-ups work with. */
export interface EffectContext {
  readonly world: Pick<World, 'clock' | 'random'>
  readonly store: Store
  readonly workspace: Workspace
  readonly rows: RowWatch
  readonly log: Log
  readonly stop: AbortSignal
  progress(line: string): void
}
