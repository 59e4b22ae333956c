import type { Caps } from '../domain/budget.ts'
import { findModel, usdToNano } from '../domain/model-catalog.ts'
import type { Stage } from '../domain/run-state.ts'
import { TASK_TYPES, type TaskType } from '../domain/task-type.ts'
import type { CompletionRequest, Model } from '../roles/model.ts'
import type { Settings } from '../settings/schema.ts'
import type { StageService } from '../store/claims.ts'
import type { PipelineContext } from './context.ts'

/** How a stage asks its model: everything of a request but the words. */
export type ModelChoice = Pick<
  CompletionRequest,
  'model' | 'temperature' | 'maxOutputTokens' | 'tokenParameter'
>

/** The model and parameters for a stage of a task of this type, at this time. */
export function modelFor(settings: Settings, stage: Stage, type: TaskType, nowMs: number): ModelChoice {
  const forType = settings.types[type]
  const wanted =
    stage === 'judge'
      ? settings.judge
      : {
          model: forType?.model ?? settings.generate.model,
          temperature: forType?.temperature ?? settings.generate.temperature,
          max_output_tokens: forType?.max_output_tokens ?? settings.generate.max_output_tokens,
        }
  const model = effectiveModel(settings, wanted.model, nowMs)
  const facts = findModel(model)
  const most = settings.models[model]?.max_output_tokens ?? facts?.maxOutputTokens ?? wanted.max_output_tokens
  return {
    model,
    temperature: facts?.temperature === 'only-without-reasoning' ? null : wanted.temperature,
    maxOutputTokens: Math.min(wanted.max_output_tokens, most),
    // Ollama and older servers know only the old name; every model of the catalog knows the new one.
    tokenParameter: facts === null ? 'max_tokens' : 'max_completion_tokens',
  }
}

/** The model itself, or the successor the operator named once its service has shut it down. */
export function effectiveModel(settings: Settings, model: string, nowMs: number): string {
  const shutdown = findModel(model)?.shutdownDate ?? null
  const successor = settings.models[model]?.successor
  return shutdown !== null && successor !== undefined && nowMs >= Date.parse(shutdown) ? successor : model
}

/** Tokens a model takes in; null where nobody knows. */
export function contextTokens(settings: Settings, model: string): number | null {
  return settings.models[model]?.context_tokens ?? findModel(model)?.contextTokens ?? null
}

/**
 * The dearest tier that a call may be served at, for what is reserved before it: OpenAI may serve another than was
 * asked for, and under `auto` any that the project is set to (its API description, `service_tier`).
 */
export function dearestTier({ serviceTier }: Model): 'default' | 'priority' {
  return serviceTier === 'auto' || serviceTier === 'priority' ? 'priority' : 'default'
}

/** The caps on AI cost; 0 in the configuration means none. */
export function capsOf(settings: Settings): Caps {
  const cap = (usd: number): number | null => (usd === 0 ? null : usdToNano(usd))
  return {
    taskNano: cap(settings.budget.task_usd),
    clientMonthNano: cap(settings.budget.client_month_usd),
    dayNano: cap(settings.budget.day_usd),
    monthNano: cap(settings.budget.month_usd),
  }
}

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
