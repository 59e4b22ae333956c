import { wholeNumberField, withDefault } from '../../kernel/field.ts'
import { deadEffects, renderEffect } from '../../figures/effects.ts'
import { countText, table } from '../../kernel/text.ts'
import { defineOperation, requireBoard } from '../define.ts'

export const notionDiff = defineOperation({
  path: ['notion', 'diff'],
  summary: 'Compare all that was written to Notion with the store; exit 1 when it differs',
  input: { limit: withDefault(wholeNumberField('most tasks to compare, newest first', 1, 10_000), 100) },
  needs: { store: 'required', taskSource: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, input) => {
    const board = await requireBoard(context)
    const { compared, older, drifts } = await board.compare(input.limit)
    return { compared, older, drifts, dead: await deadEffects(context.store, input.limit) }
  },
  render: ({ compared, older, drifts, dead }, style) =>
    [
      ...(drifts.length + dead.length === 0
        ? [`${countText(compared, 'page says', 'pages say')} what the store says`]
        : []),
      ...(drifts.length === 0
        ? []
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
                ? style.hint('next: echopilot notion sync --rebuild')
                : 'next: take the page out of the trash, or share it again, then the same command',
            ),
          ]),
      ...dead.map(effect => renderEffect(effect, style)),
      ...(older === 0
        ? []
        : [
            `${countText(older, 'older page was', 'older pages were')} not compared: --limit ${compared + older}`,
          ]),
    ].join('\n'),
  outcome: ({ drifts, dead }) => (drifts.length + dead.length === 0 ? 'ok' : 'failed'),
})
