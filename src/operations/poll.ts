import { document, hint, line } from '../kernel/document.ts'
import { flagField } from '../kernel/field.ts'
import { foundNothing, pollOnce, pollOutcome } from '../pipeline/poll.ts'
import { workCounts } from '../pipeline/work-report.ts'
import { renderPoll } from '../figures/work.ts'
import { defineOperation } from './define.ts'
import { WORK_FIELDS } from './work-input.ts'

export const poll = defineOperation({
  path: ['poll'],
  summary: 'Pick up new work; with --drain, also do it',
  examples: [
    { words: 'poll --drain', does: 'generate, judge and revise until nothing is ready' },
    { words: 'poll --drain --dry-run', does: 'what would be worked on, and the most it could cost' },
  ],
  input: {
    drain: flagField('also run the pipeline until nothing is ready'),
    ...WORK_FIELDS,
    failOnFailed: flagField('exit 1 when a task ended as Failed-Final'),
  },
  needs: {
    settings: 'required',
    store: 'required',
    models: 'required',
    taskSource: 'required',
    outbox: 'required',
    payments: 'optional',
    mailers: 'required',
  },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    // Local tasks are queued the moment they are added, so without --drain there is nothing left to pick up.
    const stages = input.drain ? (['generate', 'judge', 'revise'] as const) : []
    const request = { ...input, stages, dryRun: context.dryRun }
    const deliverers = context.outbox.deliverers(context)
    const payments = context.payments.ok ? context.payments.value : []
    const report = await pollOnce(
      { ...context, settings: context.settings.settings, call: context, deliverers, payments },
      request,
    )
    return {
      ...report,
      drain: input.drain,
      failOnFailed: input.failOnFailed,
      // What sets the board up, where that is what is missing.
      next: report.notion === null ? (context.taskSource?.setUpCommand ?? null) : null,
    }
  },
  render: report =>
    document(
      renderPoll(report),
      report.next === null
        ? null
        : line`Notion: a token is set, but no databases are known yet (${hint(report.next)})`,
    ),
  counts: workCounts,
  isIdle: foundNothing,
  outcome: report => {
    const outcome = pollOutcome(report)
    const failed = report.failOnFailed && report.runs.some(run => run.status === 'Failed-Final')
    return failed && outcome === 'ok' ? 'failed' : outcome
  },
})
