import { document } from '../../../src/kernel/document.ts'
import { defineOperation } from '../../../src/operations/define.ts'
import { OPERATIONS } from '../../../src/operations/index.ts'
import { SCHEDULE } from '../../../src/operations/schedule.ts'
import type { JobList } from '../../../src/session/jobs.ts'

/** The slot that jobs are run for here, whatever the time is. */
export const SLOT_MS = Date.parse('2026-11-25T12:00:00Z')

/** The program's jobs, and one that is exclusive and asks a server to count; that is named by TALLY_URL. */
export const TALLY_JOBS: JobList = {
  schedule: {
    ...SCHEDULE,
    tally: { operation: 'tally', input: {}, on: { dailyAt: '12:00' }, catchUp: true },
  },
  operations: {
    ...OPERATIONS,
    tally: async () =>
      defineOperation({
        path: ['tally'],
        summary: 'Have a server count',
        input: {},
        needs: { store: 'required' },
        access: 'write',
        exclusive: true,
        scope: 'operate',
        run: async ({ world }) => {
          const answer = await world.fetch(`${world.host.env['TALLY_URL'] ?? ''}/count`, { method: 'POST' })
          return { status: answer.status }
        },
        render: ({ status }) => document(String(status)),
      }),
  },
}
