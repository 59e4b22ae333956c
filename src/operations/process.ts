import { defineWork } from './work-input.ts'

export const processRuns = defineWork(
  'process',
  'Generate the first draft of queued runs; `qa` judges them',
  ['generate'],
)
