import { defineReport } from '../report-input.ts'

export const reportSupervisor = defineReport(
  'supervisor',
  'Is the machine sound? What needs you, services, jobs, queue; mailed each morning',
)
