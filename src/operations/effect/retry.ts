import { defineEffectDecision } from '../decision.ts'

export const effectRetry = defineEffectDecision(
  'retry',
  'Write a dead or waiting write to Notion anew, with what else is dead on its page',
)
