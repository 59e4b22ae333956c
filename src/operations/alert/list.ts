import { alertCountText, alertItem, openAlerts, shownAlert } from '../../figures/alerts.ts'
import { document } from '../../kernel/document.ts'
import { choiceField, wholeNumberField, withDefault } from '../../kernel/field.ts'
import { defineOperation } from '../define.ts'

export const alertList = defineOperation({
  path: ['alert', 'list'],
  summary: 'List alerts that are open, the gravest first, or those that are over',
  examples: [{ words: 'alert list --state resolved', does: 'what was wrong, and is over' }],
  input: {
    state: withDefault(choiceField(['open', 'resolved'], 'those that are open, or over'), 'open'),
    limit: withDefault(wholeNumberField('most to list', 1, 10_000), 50),
  },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }, input) => {
    const atMs = world.clock.now()
    const alerts =
      input.state === 'open'
        ? await openAlerts(store, atMs)
        : (await store.alerts.resolved(input.limit)).map(alert => shownAlert(alert, atMs))
    return { atMs, state: input.state, count: alerts.length, alerts: alerts.slice(0, input.limit) }
  },
  render: ({ atMs, state, count, alerts }) =>
    count === 0
      ? document(state === 'open' ? 'no alert is open' : 'no alert is over')
      : document(
          state === 'open' && count === alerts.length ? alertCountText(alerts) : null,
          alerts.map(alert => alertItem(alert, atMs)),
        ),
})
