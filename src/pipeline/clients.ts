import { AppError } from '../kernel/errors.ts'
import type { Client } from '../store/client-rows.ts'
import type { Store } from '../store/index.ts'

/**
 * The client that a person names by exactly its name, its address, or the beginning of its id; null where there is none.
 * @throws AppError `usage` where several fit: none is guessed
 */
export async function knownClient(store: Store, text: string): Promise<Client | null> {
  const [first, ...others] = await store.clients.named(text)
  if (others.length > 0) {
    const ids = [first, ...others].map(client => client?.id ?? '')
    throw new AppError(
      'usage',
      `${text} fits several clients: ${ids.join(', ')}`,
      'give an id: echopilot client list',
    )
  }
  if (first !== undefined) return first
  if (!/^client_[0-9a-z]+$/.test(text)) return null
  const found = await store.lookup.find(text)
  if (found.kind === 'ambiguous') {
    throw new AppError('usage', `${text} fits several ids: ${found.ids.join(', ')} …`, 'give more characters')
  }
  return found.kind === 'found' && found.found.kind === 'client' ? store.clients.get(found.found.id) : null
}

/**
 * The same, where there has to be one.
 * @throws AppError `missing`, or `usage` where several fit
 */
export async function findClient(store: Store, text: string): Promise<Client> {
  const client = await knownClient(store, text)
  if (client === null) throw new AppError('missing', `there is no client ${text}`, 'echopilot client list')
  return client
}
