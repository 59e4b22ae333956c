import { wholeNumberField, withDefault } from '../../kernel/field.ts'
import { deadEffects, effectItem, olderLine } from '../../figures/effects.ts'
import { document, next, table } from '../../kernel/document.ts'
import { countText } from '../../kernel/text.ts'
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
  render: ({ compared, older, drifts, dead }) =>
    document(
      drifts.length + dead.length === 0
        ? `${countText(compared, 'page says', 'pages say')} what the store says`
        : null,
      drifts.length === 0
        ? null
        : [
            table(
              [
                { title: 'title', cut: 'end' },
                { title: 'what' },
                { title: 'store', cut: 'middle' },
                { title: 'notion', cut: 'middle' },
              ],
              drifts.map(drift => [drift.title, drift.what, drift.store, drift.notion]),
            ),
            next(
              drifts.some(({ mendable }) => mendable)
                ? 'echopilot notion sync --rebuild'
                : 'take the page out of the trash, or share it again, then the same command',
            ),
          ],
      dead.map(effect => effectItem(effect)),
      olderLine({ compared, older }),
    ),
  outcome: ({ drifts, dead }) => (drifts.length + dead.length === 0 ? 'ok' : 'failed'),
})
