import type { Models } from '../roles/model.ts'
import type { RowCheck } from '../roles/task-source.ts'
import type { Log } from '../kernel/log.ts'
import type { World } from '../kernel/world.ts'
import type { Settings } from '../settings/schema.ts'
import type { Store } from '../store/index.ts'

/** What the pipeline works with; operations hand it in. */
export interface PipelineContext {
  readonly world: Pick<World, 'clock' | 'random' | 'processes'>
  readonly store: Store
  readonly models: Models
  readonly settings: Settings
  readonly log: Log
  /** Aborts when no new stage may begin. */
  readonly stop: AbortSignal
  /** Null without Notion. */
  readonly rows: RowCheck | null
  progress(line: string): void
  /** Tells that a model is being called, until what is returned is called. */
  calling(call: { readonly title: string; readonly stage: string }): () => void
}
