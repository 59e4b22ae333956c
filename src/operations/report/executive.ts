import { defineReport } from '../report-input.ts'

export const reportExecutive = defineReport(
  'executive',
  'The business: work, quality, revenue, cost, margin, unpaid, trend; mailed each morning',
)
