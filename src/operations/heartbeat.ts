import { undeliveredItems } from '../figures/effects.ts'
import { document, facts, line, state } from '../kernel/document.ts'
import { heartbeatRow } from '../operate/heartbeat.ts'
import { deliverDue, NOTHING_DELIVERED } from '../outbox/deliver.ts'
import { onlyTo } from '../outbox/deliverer.ts'
import { defineOperation, type Context } from './define.ts'

export const heartbeat = defineOperation({
  path: ['heartbeat'],
  summary: 'Tell the Status database how things stand, with the head of the audit chain',
  input: {},
  needs: { store: 'required', taskSource: 'required', outbox: 'required' },
  access: 'write',
  exclusive: true,
  scope: 'operate',
  run: async context => {
    const row = await heartbeatRow(context)
    const service = await boardService(context)
    const told = { dryRun: context.dryRun, ...row, service }
    if (service === null || context.dryRun) return { ...told, waits: false, ...NOTHING_DELIVERED }
    // Kept first, so that it arrives also where nobody can be reached now.
    const effectId = await context.store.operate.recordHeartbeat(service, row)
    const deliverers = onlyTo(context.outbox.deliverers(context), each => each === service)
    const delivered = await deliverDue({ ...context, deliverers })
    const arrived = await context.store.outbox.arrived([effectId])
    return { ...told, waits: arrived.length === 0, ...delivered }
  },
  render: result =>
    document(
      facts(
        [state(result.ok ? 'ok' : 'not ok', result.ok ? 'good' : 'bad'), result.notes],
        ['jobs (24 h)', String(result.jobs)],
        ['average QA (24 h)', result.averageScore === null ? 'no data' : String(result.averageScore)],
        ['low QA', String(result.lowScores)],
        ['commit', `${result.commit}${result.branch === null ? '' : ` on ${result.branch}`}`],
      ),
      result.service === null ? line`told nobody: there is no board (echopilot init --parent PAGE)` : null,
      result.waits ? 'it waits to be written' : null,
      undeliveredItems(result.failed),
    ),
  // What waits is delivered with what comes next.
  outcome: ({ waits }) => (waits ? 'partial' : 'ok'),
})

/** Where the board is that this store belongs to; null where there is only the local queue. */
async function boardService({
  taskSource,
  store,
}: Context<{ taskSource: 'required'; store: 'required' }>): Promise<string | null> {
  if (taskSource === null) return null
  const { service } = taskSource
  return (await store.accounts.get(service)) === null ? null : service
}
