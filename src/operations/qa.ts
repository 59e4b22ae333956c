import { workCounts, workOutcome, workQueue } from '../pipeline/work-report.ts'
import { renderWork } from '../figures/work.ts'
import { defineOperation } from './define.ts'
import { boardRows, concurrencyField, limitField, pipelineOf, taskField } from './work-input.ts'

export const qa = defineOperation({
  path: ['qa'],
  summary: 'Judge generated runs, and revise those that fall short',
  input: { limit: limitField, concurrency: concurrencyField, task: taskField },
  needs: { settings: 'required', store: 'required', models: 'required', taskSource: 'optional' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) =>
    workQueue(pipelineOf(context, await boardRows(context)), {
      ...input,
      stages: ['judge', 'revise'],
      dryRun: context.dryRun,
    }),
  render: renderWork,
  outcome: workOutcome,
  counts: workCounts,
})
