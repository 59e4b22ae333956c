import { z } from 'zod'
import type { PipelineContext } from '../pipeline/context.ts'
import type { Context } from './define.ts'

/** The flags that `poll`, `process` and `qa` share. */
export const limitField = z.coerce.number().int().min(1).optional().describe('most runs to work on')

/** Above 64 a process only waits for itself. */
export const concurrencyField = z.coerce
  .number()
  .int()
  .min(1)
  .max(64)
  .optional()
  .describe('runs worked on at once; work.concurrency if left out')

/** A full id or its beginning. */
export const taskField = z.string().optional().describe('only this task')

/** The part of an operation's context that the pipeline works with. */
export function pipelineOf(
  context: Context<{ settings: 'required'; store: 'required'; models: 'required' }>,
): PipelineContext {
  return {
    world: context.world,
    store: context.store,
    models: context.models,
    settings: context.settings.settings,
    log: context.log,
    stop: context.stop,
    progress: line => context.progress(line),
  }
}
