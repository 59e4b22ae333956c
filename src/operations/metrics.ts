import { document, verbatim } from '../kernel/document.ts'
import { prometheusText } from '../figures/prometheus.ts'
import { statusFigures } from '../figures/status.ts'
import { defineOperation } from './define.ts'

export const metrics = defineOperation({
  path: ['metrics'],
  summary: 'The figures of status in Prometheus text form',
  examples: [
    { words: 'metrics --textfile /var/lib/node_exporter/echopilot.prom', does: 'for the textfile collector' },
  ],
  input: {},
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async context => ({
    text: prometheusText(await statusFigures(context.store, context.schedule, context.world.clock.now())),
  }),
  render: ({ text }) => document(verbatim(text)),
  writeTo: {
    flag: 'textfile',
    meaning: 'write to this file, whole or not at all',
    what: 'the figures',
    told: 'file',
    text: ({ text }) => text,
  },
})
