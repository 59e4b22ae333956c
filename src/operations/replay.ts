import { renderReplay } from '../figures/replay.ts'
import { AppError } from '../kernel/errors.ts'
import { optional, spanField, spanMs, textField, wholeNumberField, withDefault } from '../kernel/field.ts'
import { replayFailures, replayTask } from '../pipeline/replay.ts'
import { checkedBrief } from '../pipeline/tasks.ts'
import { workCounts, workOutcome } from '../pipeline/work-report.ts'
import { defineOperation } from './define.ts'
import { boardRows, WORK_FIELDS } from './work-input.ts'

export const replay = defineOperation({
  path: ['replay'],
  summary: 'Repeat what failed for good and is worth it, priced before it runs',
  examples: [
    {
      words: 'replay --dry-run',
      does: 'what would be repeated, the most it could cost, and what not, and why',
    },
    {
      words: 'replay --task task_01k… --brief brief.md',
      does: 'one task, on an edited brief; old and new side by side',
    },
  ],
  input: {
    limit: withDefault(wholeNumberField('most runs to repeat, oldest failure first', 1), 10),
    lookback: withDefault(spanField('how long ago a run may have failed, as 36h or 14d'), '14d'),
    task: optional(textField('this task, whatever came of its newest run')),
    briefText: optional(textField('with --task: the edited brief; - reads it from standard input')),
    concurrency: WORK_FIELDS.concurrency,
  },
  readFrom: {
    into: 'briefText',
    flag: 'brief',
    meaning: 'with --task: read the edited brief from this file',
    what: 'the brief',
  },
  needs: { settings: 'required', store: 'required', models: 'required', taskSource: 'optional' },
  access: 'write',
  exclusive: true,
  scope: 'operate',
  run: async (context, { limit, lookback, task, briefText, concurrency }) => {
    const { settings } = context.settings
    const work = { ...context, settings, rows: await boardRows(context), concurrency }
    if (task !== undefined) {
      const again = `echopilot replay --task ${task} --brief FILE`
      return replayTask(work, {
        task,
        brief: briefText === undefined ? null : checkedBrief(briefText, again),
      })
    }
    if (briefText !== undefined) {
      throw new AppError(
        'usage',
        'a brief is of one task: which one is missing',
        'echopilot replay --task ID --brief FILE',
      )
    }
    return replayFailures(work, { limit, lookbackMs: spanMs(lookback) ?? 0 })
  },
  render: renderReplay,
  outcome: ({ work }) => (work === null ? 'ok' : workOutcome(work)),
  counts: ({ work }) => (work === null ? { done: 0, failed: 0 } : workCounts(work)),
})
