import { opsDocument, opsFigures } from '../../figures/operate.ts'
import { defineOperation } from '../define.ts'

export const reportOps = defineOperation({
  path: ['report', 'ops'],
  summary: "Show the auto-operator's last report; exit 1 where something is not well",
  input: {},
  needs: { store: 'required' },
  access: 'read',
  scope: 'read',
  run: async ({ store, world }) => opsFigures(store, world.clock.now()),
  render: opsDocument,
  // What was not measured is no failure.
  outcome: ({ state }) => (state === 'failed' ? 'failed' : 'ok'),
})
