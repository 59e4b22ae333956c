import { isDue } from '../domain/due.ts'
import { LEASE_MS, LEASE_RENEWAL_MS } from '../kernel/lease.ts'
import { reader, type StoreCore } from './core.ts'
import type { SqlRow } from './engine.ts'

/** What came of work that wanted a lock: its result, or who holds it and since when. */
export type UnderLock<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'held'; readonly owner: string; readonly sinceMs: number }

/** Work that is done once at a time, whoever does it. */
export interface LockStore {
  /**
   * Does the work under a lock, whose lease is renewed until the work ends; does nothing where another holds it, one of
   * this process too. It is taken over at once where the holder's process is dead or its machine was restarted, else
   * when its lease is over. `lost` is aborted where that happened to this holder: it has to stop.
   */
  hold<T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<UnderLock<T>>
}

/** Locks over one database. */
export function lockStore(core: StoreCore): LockStore {
  return {
    hold: async (name, work) => {
      const token = core.newId('lock')
      const holder = await core.write(() => acquire(core, name, token))
      if (holder !== null) return { kind: 'held', ...holder }
      const lost = new AbortController()
      const endRenewal = core.clock.every(LEASE_RENEWAL_MS, () => {
        // A renewal that fails may succeed the next time, before the lease is over.
        core
          .write(() => renew(core, name, token))
          .then(
            isOurs => isOurs || lost.abort(),
            () => undefined,
          )
      })
      try {
        return { kind: 'done', value: await work(lost.signal) }
      } finally {
        endRenewal()
        await core.write(() => release(core, name, token))
      }
    },
  }
}

/** Null where it is ours now. */
function acquire(core: StoreCore, name: string, token: string): { owner: string; sinceMs: number } | null {
  const row = core.engine.get('SELECT * FROM locks WHERE name = :name', { name })
  if (row !== undefined && !isOver(core, row)) {
    return { owner: reader(row).text('owner'), sinceMs: reader(row).number('since_ms') }
  }
  const now = core.clock.now()
  core.engine.run(
    `INSERT INTO locks (name, token, owner, since_ms, lease_until_ms) VALUES (:name, :token, :owner, :now, :until)
     ON CONFLICT (name) DO UPDATE SET token = excluded.token, owner = excluded.owner, since_ms = excluded.since_ms,
       lease_until_ms = excluded.lease_until_ms`,
    { name, token, owner: core.processes.self, now, until: now + LEASE_MS },
  )
  return null
}

function isOver(core: StoreCore, row: SqlRow): boolean {
  const untilMs = reader(row).number('lease_until_ms')
  const now = core.clock.now()
  switch (core.processes.state(reader(row).text('owner'))) {
    case 'dead':
      return true
    case 'alive':
      // It renews its lease by the clock as it is now, even if that was set back.
      return untilMs < now
    case 'elsewhere':
      return isDue(untilMs, now, LEASE_MS)
  }
}

function renew(core: StoreCore, name: string, token: string): boolean {
  const until = core.clock.now() + LEASE_MS
  return (
    core.engine.run('UPDATE locks SET lease_until_ms = :until WHERE name = :name AND token = :token', {
      name,
      token,
      until,
    }) === 1
  )
}

function release(core: StoreCore, name: string, token: string): void {
  core.engine.run('DELETE FROM locks WHERE name = :name AND token = :token', { name, token })
}
