import { defineEffectDecision } from '../decision.ts'

export const effectDismiss = defineEffectDecision(
  'dismiss',
  'Give a dead write to Notion up, so that it is no alarm any more',
)
