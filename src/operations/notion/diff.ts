import { wholeNumberField, withDefault } from '../../kernel/field.ts'
import { compareWithNotion } from '../../effects/drift.ts'
import { requireOwnWorkspace } from '../../effects/workspace.ts'
import { countText, table } from '../../kernel/text.ts'
import { defineOperation } from '../define.ts'

export const notionDiff = defineOperation({
  path: ['notion', 'diff'],
  summary: 'Compare the pages of tasks with the store; exit 1 when they differ',
  input: { limit: withDefault(wholeNumberField('most tasks to compare, newest first', 1, 10_000), 100) },
  needs: { store: 'required', notion: 'required' },
  effect: 'read',
  scope: 'read',
  run: async (context, input) => {
    const workspace = await requireOwnWorkspace(context.store, context.notion, context.dryRun)
    return compareWithNotion({ ...context, workspace }, input.limit)
  },
  render: ({ compared, drifts }, style) =>
    drifts.length === 0
      ? `${countText(compared, 'page says', 'pages say')} what the store says`
      : [
          table(
            [
              { title: 'title', flexible: true },
              { title: 'what' },
              { title: 'store', flexible: true },
              { title: 'notion', flexible: true },
            ],
            drifts.map(drift => [drift.title, drift.what, drift.store, drift.notion]),
            style,
          ),
          style.dim(
            drifts.some(({ mendable }) => mendable)
              ? 'next: echopilot notion sync --rebuild'
              : 'next: take the page out of the trash, or share it again, then the same command',
          ),
        ].join('\n'),
  outcome: ({ drifts }) => (drifts.length === 0 ? 'ok' : 'failed'),
})
