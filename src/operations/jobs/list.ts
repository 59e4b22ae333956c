import { document, minute, next, table } from '../../kernel/document.ts'
import { isJobWrong, jobFigures, jobState } from '../../figures/jobs.ts'
import { defineOperation } from '../define.ts'

export const jobsList = defineOperation({
  path: ['jobs', 'list'],
  summary: 'List the jobs of the schedule: when each runs (UTC), how it stands, its last and its next slot',
  input: {},
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, schedule, world }) => ({ jobs: await jobFigures(store, schedule, world.clock.now()) }),
  render: ({ jobs }) =>
    document(
      table(
        [
          { title: 'job' },
          { title: 'when (UTC)' },
          { title: 'state' },
          { title: 'last slot' },
          { title: 'next slot' },
        ],
        jobs.map(job => [
          job.job,
          job.when,
          jobState(job),
          job.last === null ? '–' : minute(job.last.slotMs),
          minute(job.nextMs),
        ]),
      ),
      next(jobs.filter(isJobWrong).map(({ job }) => `echopilot jobs show ${job}`)[0] ?? null),
    ),
})
