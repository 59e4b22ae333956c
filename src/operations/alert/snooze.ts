import { LONGEST_SNOOZE_MS } from '../../domain/alerts.ts'
import { numberField, withDefault } from '../../kernel/field.ts'
import { alertIdField, renderSilence, silence } from '../alert-decision.ts'
import { defineOperation } from '../define.ts'

const HOUR_MS = 3_600_000

export const alertSnooze = defineOperation({
  path: ['alert', 'snooze'],
  summary: 'Hear nothing of an alert for some hours, unless it becomes graver',
  examples: [{ words: 'alert snooze alert_01k… --hours 8', does: 'tell me again in the morning' }],
  input: {
    id: alertIdField,
    hours: withDefault(numberField('for how long', 0.1, LONGEST_SNOOZE_MS / HOUR_MS), 4),
  },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, { id, hours }) => {
    const untilMs = context.world.clock.now() + Math.round(hours * HOUR_MS)
    return silence(context, { id, command: 'alert snooze', did: 'snoozed', untilMs }, alert =>
      context.store.alerts.snooze(alert.id, untilMs, context.actor),
    )
  },
  render: renderSilence,
})
