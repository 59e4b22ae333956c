import type { CommandHost } from '../../surfaces/cli/host.ts'
import { serve } from '../serve/index.ts'

/** One that takes webhooks. */
export interface Listener {
  /** Where, without a slash at the end. */
  readonly address: string
  /** Resolves when it has stopped. */
  readonly stop: () => Promise<void>
}

/**
 * Starts `echopilot serve` within this process, at a free port. It stores webhooks and works none: the demo's own scan
 * does, so that which of them has seen a payment first is not a matter of chance.
 */
export async function startListener(host: CommandHost): Promise<Listener> {
  const stopping = new AbortController()
  const { operations, schedule } = host.options.jobs
  const stop = AbortSignal.any([host.options.stop, stopping.signal])
  const listening = Promise.withResolvers<string>()
  const ended = serve.run(
    {
      ...host,
      options: { ...host.options, stop, jobs: { schedule, operations: withoutScan(operations) } },
      print: result => listening.resolve(addressIn(result)),
    },
    { port: 0 },
  )
  return {
    address: await Promise.race([listening.promise, ended]),
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

function withoutScan(operations: CommandHost['options']['jobs']['operations']) {
  return Object.fromEntries(Object.entries(operations).filter(([name]) => name !== 'payments-scan'))
}

function addressIn(result: unknown): string {
  return typeof result === 'object' && result !== null && 'address' in result ? String(result.address) : ''
}
