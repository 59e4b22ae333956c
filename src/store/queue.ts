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
  pause(reason: string, actor: string): Promise<boolean>
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
    pause: async (reason, actor) =>
      core.engine.run(
        `INSERT INTO queue_pause (only, reason, actor, at_ms) VALUES (1, :reason, :actor, :now)
         ON CONFLICT (only) DO NOTHING`,
        { reason, actor, now: core.clock.now() },
      ) === 1,
    resume: async () => core.engine.run('DELETE FROM queue_pause') === 1,
  }
}
