import type { Store } from '../../../src/store/index.ts'
import {
  aCall,
  aJudgement,
  aSettlement,
  claimFrom,
  commitDraft,
  NO_CAPS,
  TO_DONE,
} from '../../support/store.ts'

/** Works on the next run as the pipeline does, without a model: it is done, and its effects wait. */
export async function finishRun(store: Store): Promise<void> {
  const { outputId } = await commitDraft(store, (await claimFrom(store)).claim)
  const { claim } = await claimFrom(store)
  const call = aCall({ stage: 'judge' })
  await store.stages.reserve(claim, call, NO_CAPS)
  const judgement = aJudgement(outputId)
  await store.stages.finish(
    claim,
    { kind: 'judged', settlement: aSettlement(call.id), judgement, next: TO_DONE },
    null,
  )
}
