import type { TaskType } from '../task-type.ts'
import { withoutEntities } from './entities.ts'
import { outOfFence } from './fence.ts'

/**
 * The work that an answer brings, as it is checked, judged and delivered (SPEC §7): taken out of a fence that stands
 * around all of it, entities read as characters. Data stays exactly as it came.
 */
export function workIn(answer: string, task: { readonly type: TaskType; readonly brief: string }): string {
  const work = outOfFence(answer, task)
  return task.type === 'Data-transform' ? work : withoutEntities(work)
}
