import { takeTokens, type Bucket } from '../domain/rate-bucket.ts'
import { findRow, type StoreCore, type StoreReader } from './core.ts'

/** Request rates that all processes of this store share. */
export function rateStore(core: StoreCore) {
  return {
    /**
     * Takes `count` requests of a service out of the bucket and says how long to wait, in milliseconds, before
     * the first of them may be sent. What was taken and is not used is lost: that costs speed and nothing else.
     */
    take: (service: string, count: number, perSecond: number) =>
      core.change(core.actor, 'rate.take', tx => {
        const taken = takeTokens(bucketOf(tx, service), count, perSecond, tx.clock.now())
        tx.engine.run(
          `INSERT INTO rate_buckets (service, tokens, at_ms) VALUES (:service, :tokens, :atMs)
           ON CONFLICT (service) DO UPDATE SET tokens = excluded.tokens, at_ms = excluded.at_ms`,
          { service, ...taken.bucket },
        )
        return taken.waitMs
      }),
    /** How many requests are in the bucket now; below zero where some wait. Takes none. */
    left: async (service: string, perSecond: number) =>
      takeTokens(bucketOf(core, service), 0, perSecond, core.clock.now()).bucket.tokens,
  }
}

function bucketOf(core: StoreReader, service: string): Bucket | null {
  return findRow(core, 'SELECT * FROM rate_buckets WHERE service = :service', { service }, is => ({
    tokens: is.number('tokens'),
    atMs: is.number('at_ms'),
  }))
}
