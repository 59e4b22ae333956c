import { defineTaskDecision } from '../decision.ts'

export const taskApprove = defineTaskDecision('approve', 'Accept a result that waits for a person: Done')
