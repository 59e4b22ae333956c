import { emailOf, newClient, type ClientChanges } from '../domain/client.ts'
import { formatNanoUsd } from '../domain/cost.ts'
import { revenueOf } from './bill-rows.ts'
import { tellRevenue } from './billing.ts'
import {
  clientById,
  clientIdByEmail,
  keepClientRow,
  readClient,
  writeClient,
  type Client,
  type ClientRow,
} from './client-rows.ts'
import { readRows, type StoreCore, type StoreReader } from './core.ts'
import { recordEffects } from './effect-rows.ts'

/** Clients, whom work is billed to. */
export function clientStore(core: StoreCore) {
  return {
    /** By name. */
    list: async () => readRows(core, 'SELECT * FROM clients ORDER BY name, id', {}, readClient),
    get: async (id: string) => clientById(core, id),
    /** The one client with this address; null where there is none, or several. */
    byEmail: async (address: string | null) => {
      const id = clientIdByEmail(core, address)
      return id === null ? null : clientById(core, id)
    },
    /** Those with exactly this name or address, whatever the case of the latter. */
    named: async (text: string) => namedSo(core, text),
    /** Takes over what rows of the service say: it wins over what is known here, but for the revenue, which is told again. */
    read: (rows: readonly ClientRow[]) =>
      core.change(core.actor, 'client.read', tx => {
        for (const row of rows) {
          const id = keepClientRow(tx, 'notion', row)
          if (!showsRevenue(tx, id, row)) tellRevenue(tx, id)
        }
      }),
    /** Makes a client that only the store knows. */
    add: (name: string, changes: ClientChanges, actor: string) =>
      core.change(actor, 'client.set', tx => {
        const id = tx.newId('client')
        writeClient(tx, {
          ...newClient(name),
          ...changes,
          id,
          source: 'local',
          pageId: null,
          createdMs: tx.clock.now(),
        })
        return id
      }),
    /**
     * Changes a client, and records that its row is to be told, in one transaction; until that is written it stands
     * against what the row says. @throws UnreadableRow where there is no such client
     */
    set: (id: string, changes: ClientChanges, actor: string) =>
      core.change(actor, 'client.set', tx => {
        const client = readRows(tx, 'SELECT * FROM clients WHERE id = :id', { id }, readClient)[0]
        if (client === undefined) return
        writeClient(tx, { ...client, ...changes })
        const { pageId, source } = client
        if (pageId === null) return
        const body = { kind: 'client', pageId, change: changes }
        const effect = { name: null, target: pageId, body }
        recordEffects(tx, { service: source, subject: { kind: 'client', id } }, [effect])
      }),
  }
}

/** Nothing is as good as 0, where there was nothing to be billed. */
function showsRevenue(core: StoreReader, id: string, { revenueUsd }: ClientRow): boolean {
  const nano = revenueOf(core, id)
  const isTold = nano !== 0 || (revenueUsd ?? 0) !== 0
  return (
    revenueUsd === undefined || !isTold || revenueUsd === (nano === null ? null : Number(formatNanoUsd(nano)))
  )
}

function namedSo(core: StoreReader, text: string): Client[] {
  const found = [
    ...readRows(core, 'SELECT * FROM clients WHERE name = :text', { text }, readClient),
    ...readRows(core, 'SELECT * FROM clients WHERE email = :email', { email: emailOf(text) }, readClient),
  ]
  return [...new Map(found.map(client => [client.id, client])).values()]
}
