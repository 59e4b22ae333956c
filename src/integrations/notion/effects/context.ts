import type { ServiceCall } from '../../../roles/task-source.ts'
import type { Store } from '../../../store/index.ts'
import type { RowWatch } from '../rows/row-watch.ts'
import type { Workspace } from '../workspace/workspace.ts'

/** What deliveries and pick-ups work with. */
export interface EffectContext extends ServiceCall {
  readonly store: Store
  readonly workspace: Workspace
  readonly rows: RowWatch
  /** One row of the Status database a day, or one an hour. */
  readonly heartbeat: 'daily' | 'append'
}
