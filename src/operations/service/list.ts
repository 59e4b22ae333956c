import { document } from '../../kernel/document.ts'
import { pausedFigures, pausedItem } from '../../figures/paused.ts'
import { defineOperation } from '../define.ts'

export const serviceList = defineOperation({
  path: ['service', 'list'],
  summary: 'List services that are not called for now, why, and when they are tried again',
  input: {},
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async context => {
    const atMs = context.world.clock.now()
    return { atMs, services: await pausedFigures(context.store, atMs) }
  },
  render: ({ atMs, services }) =>
    document(services.length === 0 ? 'no service is paused' : services.map(pause => pausedItem(pause, atMs))),
})
