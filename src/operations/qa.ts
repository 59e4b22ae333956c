import { defineWork } from './work-input.ts'

export const qa = defineWork('qa', 'Judge generated runs, and revise those that fall short', [
  'judge',
  'revise',
])
