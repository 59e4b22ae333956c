import { isDue } from '../domain/due.ts'
import { reader, type StoreCore } from './core.ts'

/** Work that one process does at a time. The lock of a dead local process is taken over at once. */
export interface LockStore {
  /** Null where it is ours now, else who holds it and since when. */
  acquire(name: string): Promise<{ readonly owner: string; readonly sinceMs: number } | null>
  release(name: string): Promise<void>
}

/** A holder on another machine or boot that has not released it by then is taken for dead. */
const PATIENCE_MS = 30 * 60_000

/** Locks between processes over one database. */
export function lockStore(core: StoreCore): LockStore {
  const { engine, clock, processes } = core
  return {
    acquire: async name =>
      core.write(() => {
        const row = engine.get('SELECT owner, since_ms FROM locks WHERE name = :name', { name })
        const now = clock.now()
        if (row !== undefined) {
          const held = { owner: reader(row).text('owner'), sinceMs: reader(row).number('since_ms') }
          const state = processes.state(held.owner)
          const gone =
            state === 'dead' || (state === 'elsewhere' && isDue(held.sinceMs + PATIENCE_MS, now, PATIENCE_MS))
          if (!gone && held.owner !== processes.self) return held
        }
        engine.run('INSERT OR REPLACE INTO locks (name, owner, since_ms) VALUES (:name, :owner, :now)', {
          name,
          owner: processes.self,
          now,
        })
        return null
      }),
    release: async name => {
      engine.run('DELETE FROM locks WHERE name = :name AND owner = :owner', { name, owner: processes.self })
    },
  }
}
