import { clientFigure, clientTable } from '../../figures/clients.ts'
import { document, line, next, state } from '../../kernel/document.ts'
import { ServiceFailure } from '../../kernel/service-failure.ts'
import { defineOperation, type Context } from '../define.ts'
import { formatNanoUsd } from '../../domain/cost.ts'
import { clientsAt } from '../money-input.ts'

export const clientList = defineOperation({
  path: ['client', 'list'],
  summary: 'Read the clients anew where they stand in Notion, and list them with what they were billed',
  input: {},
  needs: { store: 'required', taskSource: 'optional' },
  access: 'write',
  scope: 'operate',
  run: async context => {
    const notRead = await refresh(context)
    const clients = await Promise.all(
      (await context.store.clients.list()).map(async client => {
        const revenueNano = await context.store.bills.revenue(client.id)
        return {
          ...clientFigure(client),
          revenueUsd: revenueNano === null ? null : formatNanoUsd(revenueNano),
        }
      }),
    )
    return { dryRun: context.dryRun, notRead, clients }
  },
  render: ({ notRead, clients }) =>
    document(
      clients.length === 0
        ? ['no clients', next('echopilot client set "Acme" --email ana@acme.example --currency EUR')]
        : null,
      notRead === null ? null : line`${state('not read', 'warn')}: ${notRead}; as they were read last`,
    ).concat(clients.length === 0 ? [] : clientTable(clients)),
  outcome: ({ notRead }) => (notRead === null ? 'ok' : 'partial'),
})

/** Why the rows could not be read; null where they were, or there are none. */
async function refresh(
  context: Context<{ store: 'required'; taskSource: 'optional' }>,
): Promise<string | null> {
  const at = await clientsAt(context)
  if (at.kind === 'unknown') return at.why
  if (at.kind === 'here') return null
  try {
    const rows = await at.board.clients()
    if (rows !== null && !context.dryRun) await context.store.clients.read(rows)
    return null
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error
    return error.message
  }
}
