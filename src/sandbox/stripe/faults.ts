/** How the API fails when a fault is armed. */
import type { FaultPreset } from '../lib/fault.ts'
import type { Reply, SandboxRequest } from '../lib/service.ts'
import { EVENT_FAULTS, EVENT_PRESETS } from '../lib/webhooks.ts'
import { statusReply } from './errors.ts'

/** Faults of this service. `kept-500`: the work is done, the answer is 500, and that is what the idempotency key remembers. */
export const STRIPE_FAULTS: readonly string[] = ['kept-500', ...EVENT_FAULTS]

/** The answer in place of that of the work that was done; undefined where no fault of this service is armed. */
export function faultReply({ fault }: SandboxRequest): Reply | undefined {
  if (fault?.type !== 'kept-500') return undefined
  return { ...statusReply(500), headers: { 'stripe-should-retry': 'false' } }
}

/** How this API fails, beside the usual ways; offered as buttons on the state page. */
export const PRESETS: readonly FaultPreset[] = [
  { label: 'Done, answer lost', fault: { match: { method: 'POST' }, action: { type: 'lose-answer' } } },
  {
    label: 'Refund done, answer lost',
    fault: { match: { kind: 'refunds', method: 'POST' }, action: { type: 'lose-answer' } },
  },
  {
    label: 'Done, 500 kept under its key',
    fault: { match: { method: 'POST' }, action: { type: 'kept-500' } },
  },
  ...EVENT_PRESETS,
]
