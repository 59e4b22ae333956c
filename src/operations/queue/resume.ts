import { document } from '../../kernel/document.ts'
import { defineOperation } from '../define.ts'

export const queueResume = defineOperation({
  path: ['queue', 'resume'],
  summary: 'Take new work again',
  input: {},
  needs: { store: 'required' },
  access: 'write',
  scope: 'operate',
  run: async context => {
    const paused = (await context.store.queue.paused()) !== null
    const changed = !context.dryRun && (await context.store.queue.resume())
    return { dryRun: context.dryRun, paused: context.dryRun && paused, changed }
  },
  render: ({ changed, paused }) =>
    document(changed ? 'taking new work again' : paused ? 'would take new work again' : 'it was not paused'),
})
