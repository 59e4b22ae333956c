import { reader, type StoreCore } from './core.ts'

/** Why no new work is taken, and since when. */
export interface QueuePause {
  readonly reason: string
  readonly actor: string
  readonly atMs: number
}

/** The switch that stops taking new work. Runs that were started go on. */
export interface QueueStore {
  paused(): Promise<QueuePause | null>
  /** Keeps the first pause where there is one already; false then. */
  pause(reason: string): Promise<boolean>
  /** False where it was not paused. */
  resume(): Promise<boolean>
}

/** The switch of the queue over one database. */
export function queueStore(core: StoreCore): QueueStore {
  return {
    paused: async () => {
      const row = core.engine.get('SELECT * FROM queue_pause')
      if (row === undefined) return null
      const is = reader(row)
      return { reason: is.text('reason'), actor: is.text('actor'), atMs: is.number('at_ms') }
    },
    pause: reason =>
      core.change(core.actor, 'queue.pause', tx => {
        const sql = `INSERT INTO queue_pause (only, reason, actor, at_ms) VALUES (1, :reason, :actor, :now)
          ON CONFLICT (only) DO NOTHING`
        return tx.engine.run(sql, { reason, actor: tx.actor, now: tx.clock.now() }) === 1
      }),
    resume: () =>
      core.change(core.actor, 'queue.resume', tx => tx.engine.run('DELETE FROM queue_pause') === 1),
  }
}
