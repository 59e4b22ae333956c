import { isDue } from '../domain/due.ts'
import type { UnderLock } from '../kernel/invoke.ts'
import { LEASE_MS, LEASE_RENEWAL_MS } from '../kernel/lease.ts'
import { findRow, readRows, type Change, type StoreCore, type StoreReader } from './core.ts'

/** Work that is done once at a time, whoever does it. */
export function lockStore(core: StoreCore) {
  return {
    /**
     * Does the work under a lock, whose lease is renewed until the work ends; does nothing where another holds it, one of
     * this process too. It is taken over at once where the holder's process is dead or its machine was restarted, else
     * when its lease has expired. `lost` is aborted where that happened to this holder: it has to stop.
     */
    hold: async <T>(name: string, work: (lost: AbortSignal) => Promise<T>): Promise<UnderLock<T>> => {
      const acquired = await core.change(core.actor, 'lock.acquire', tx => acquire(tx, name))
      if (acquired.kind === 'held') return acquired
      const { token } = acquired
      const lost = new AbortController()
      const endRenewal = core.clock.every(LEASE_RENEWAL_MS, () => {
        // A renewal that fails may succeed the next time, before the lease expires.
        core
          .change(core.actor, 'lock.renew', tx => renew(tx, name, token))
          .then(
            isOurs => isOurs || lost.abort(),
            () => undefined,
          )
      })
      try {
        return { kind: 'ran', value: await work(lost.signal) }
      } finally {
        endRenewal()
        await core.change(core.actor, 'lock.release', tx => release(tx, name, token))
      }
    },
    /** The names of locks that nobody holds any more. */
    expired: async () => expired(core).map(({ name }) => name),
    /** Takes those away; returns their names. */
    dropExpired: () =>
      core.change(core.actor, 'lock.expire', tx => {
        const over = expired(tx)
        for (const { name, token } of over) release(tx, name, token)
        return over.map(({ name }) => name)
      }),
  }
}

function acquire(
  tx: Change,
  name: string,
): { kind: 'ours'; token: string } | Extract<UnderLock<never>, { kind: 'held' }> {
  const holder = findRow(tx, 'SELECT * FROM locks WHERE name = :name', { name }, is => ({
    owner: is.text('owner'),
    sinceMs: is.number('since_ms'),
    untilMs: is.number('lease_until_ms'),
  }))
  if (holder !== null && !hasExpired(tx, holder)) {
    return { kind: 'held', holder: tx.processes.nameOf(holder.owner), sinceMs: holder.sinceMs }
  }
  const token = tx.newId('lock')
  const now = tx.clock.now()
  tx.engine.run(
    `INSERT INTO locks (name, token, owner, since_ms, lease_until_ms) VALUES (:name, :token, :owner, :now, :until)
     ON CONFLICT (name) DO UPDATE SET token = excluded.token, owner = excluded.owner, since_ms = excluded.since_ms,
       lease_until_ms = excluded.lease_until_ms`,
    { name, token, owner: tx.processes.self, now, until: now + LEASE_MS },
  )
  return { kind: 'ours', token }
}

function expired(core: StoreReader): { name: string; token: string }[] {
  const locks = readRows(core, 'SELECT * FROM locks ORDER BY name', {}, is => ({
    name: is.text('name'),
    token: is.text('token'),
    owner: is.text('owner'),
    untilMs: is.number('lease_until_ms'),
  }))
  return locks.filter(lock => hasExpired(core, lock))
}

function hasExpired(core: StoreReader, { owner, untilMs }: { owner: string; untilMs: number }): boolean {
  const now = core.clock.now()
  switch (core.processes.state(owner)) {
    case 'dead':
      return true
    case 'alive':
      // It renews its lease by the clock as it is now, even if that was set back.
      return untilMs < now
    case 'elsewhere':
      return isDue(untilMs, now, LEASE_MS)
  }
}

function renew(tx: Change, name: string, token: string): boolean {
  const until = tx.clock.now() + LEASE_MS
  return (
    tx.engine.run('UPDATE locks SET lease_until_ms = :until WHERE name = :name AND token = :token', {
      name,
      token,
      until,
    }) === 1
  )
}

function release(tx: Change, name: string, token: string): void {
  tx.engine.run('DELETE FROM locks WHERE name = :name AND token = :token', { name, token })
}
