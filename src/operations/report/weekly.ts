import { defineReport } from '../report-input.ts'

export const reportWeekly = defineReport('weekly', 'The same of a week, with its days; mailed on Mondays')
