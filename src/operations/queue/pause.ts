import { document, next } from '../../kernel/document.ts'
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
  render: result =>
    result.changed
      ? document(`paused: ${result.reason}`, next('echopilot queue resume'))
      : document(`${result.dryRun ? 'would pause' : 'it was paused already'}: ${result.reason}`),
})
