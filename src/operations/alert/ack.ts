import { alertIdField, renderSilence, silence } from '../alert-decision.ts'
import { defineOperation } from '../define.ts'

export const alertAck = defineOperation({
  path: ['alert', 'ack'],
  summary: 'Say that you know of an alert: it is not told again until it is over or becomes graver',
  input: { id: alertIdField },
  positionals: ['id'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, { id }) =>
    silence(context, { id, command: 'alert ack', did: 'acknowledged', untilMs: null }, alert =>
      context.store.alerts.acknowledge(alert.id, context.actor),
    ),
  render: renderSilence,
})
