import { defineTaskDecision } from '../decision.ts'

export const taskDismiss = defineTaskDecision(
  'dismiss',
  'Let a failure be: the task stays Failed-Final, and status no longer names it',
)
