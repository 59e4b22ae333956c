import type { StageEnd } from '../store/stage-end.ts'
import type { PipelineContext } from './context.ts'

/** The end of a stage that failed by no service's fault: it uses up the attempt, as a passing failure does. */
export function ownFailure(context: PipelineContext, reason: string): StageEnd {
  return {
    kind: 'failed',
    settlement: null,
    failure: {
      errorClass: 'transient',
      reason,
      service: null,
      retryAfterMs: null,
      jitter: context.world.random.fraction(),
    },
  }
}
