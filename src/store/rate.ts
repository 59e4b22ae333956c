import { takeTokens } from '../domain/rate-bucket.ts'
import { reader, type StoreCore } from './core.ts'

/** Request rates that all processes of this store share. */
export interface RateStore {
  /**
   * Takes `count` requests of a service out of the bucket and says how long to wait, in milliseconds, before
   * the first of them may be sent. Taken is taken: what is not used is lost, which only makes us slower.
   */
  take(service: string, count: number, perSecond: number): Promise<number>
}

/** Rate buckets over one database, shared by all processes. */
export function rateStore(core: StoreCore): RateStore {
  return {
    take: async (service, count, perSecond) =>
      core.write(() => {
        const row = core.engine.get('SELECT * FROM rate_buckets WHERE service = :service', { service })
        const before =
          row === undefined
            ? null
            : { tokens: reader(row).number('tokens'), atMs: reader(row).number('at_ms') }
        const taken = takeTokens(before, count, perSecond, core.clock.now())
        core.engine.run(
          'INSERT OR REPLACE INTO rate_buckets (service, tokens, at_ms) VALUES (:service, :tokens, :atMs)',
          { service, ...taken.bucket },
        )
        return taken.waitMs
      }),
  }
}
