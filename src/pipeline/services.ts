import type { Stage } from '../domain/run-state.ts'
import { TASK_TYPES, type TaskType } from '../domain/task-type.ts'
import type { StageService } from '../store/claims.ts'
import type { PipelineContext } from './context.ts'
import { modelFor } from './rules.ts'

/** Every stage of the pipeline. */
const STAGES: readonly Stage[] = ['generate', 'judge', 'revise']

/** What the rules of who is asked are read from. */
type Connected = Pick<PipelineContext, 'models' | 'settings'> & {
  readonly world: Pick<PipelineContext['world'], 'clock'>
}

/** Stages (all of the pipeline's, unless said) with the service each asks; one entry for the types that ask the same model. */
export function stageServices(context: Connected, stages: readonly Stage[] = STAGES): StageService[] {
  const now = context.world.clock.now()
  return stages.flatMap(stage => {
    const { service, credential } = stage === 'judge' ? context.models.judge : context.models.generator
    const byModel = new Map<string, TaskType[]>()
    for (const type of TASK_TYPES) {
      const { model } = modelFor(context.settings, stage, type, now)
      byModel.set(model, [...(byModel.get(model) ?? []), type])
    }
    return [...byModel].map(([model, types]) => ({ stage, types, service, credential, model }))
  })
}
