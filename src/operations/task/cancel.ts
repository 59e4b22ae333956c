import { defineTaskDecision } from '../decision.ts'

export const taskCancel = defineTaskDecision('cancel', 'End an open task; what was spent stays booked')
