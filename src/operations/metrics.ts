import { document, verbatim } from '../kernel/document.ts'
import { optional, textField } from '../kernel/field.ts'
import { writeResultFile } from '../kernel/result-file.ts'
import { prometheusText } from '../figures/prometheus.ts'
import { statusFigures } from '../figures/status.ts'
import { defineOperation } from './define.ts'

export const metrics = defineOperation({
  path: ['metrics'],
  summary: 'The figures of status in Prometheus text form',
  examples: [
    { words: 'metrics --textfile /var/lib/node_exporter/echopilot.prom', does: 'for the textfile collector' },
  ],
  input: { textfile: optional(textField('write to this file, whole or not at all')) },
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async (context, input) => {
    const text = prometheusText(await statusFigures(context.store, context.world.clock.now()))
    const file =
      input.textfile === undefined
        ? null
        : writeResultFile(context.world, 'the figures', input.textfile, text)
    return { text, file }
  },
  render: ({ file, text }) => document(file === null ? verbatim(text) : `written to ${file}`),
})
