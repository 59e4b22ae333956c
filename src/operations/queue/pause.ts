import { textField, withDefault } from '../../kernel/field.ts'
import { defineOperation } from '../define.ts'

export const queuePause = defineOperation({
  path: ['queue', 'pause'],
  summary: 'Stop taking new work; runs that were started go on',
  input: { reason: withDefault(textField('shown in status'), 'paused by the operator') },
  positionals: ['reason'],
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async (context, input) => {
    const before = await context.store.queue.paused()
    const changed = !context.dryRun && before === null && (await context.store.queue.pause(input.reason))
    return { dryRun: context.dryRun, paused: true, changed, reason: before?.reason ?? input.reason }
  },
  render: (result, style) =>
    result.changed
      ? `paused: ${result.reason}\n${style.hint('next: echopilot queue resume')}`
      : `${result.dryRun ? 'would pause' : 'it was paused already'}: ${result.reason}`,
})
