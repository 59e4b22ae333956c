/** How the API fails when a fault is armed. */
import type { FaultPreset } from '../lib/fault.ts'
import type { Reply, SandboxRequest } from '../lib/service.ts'
import { EVENT_FAULTS, EVENT_PRESETS } from '../lib/webhooks.ts'
import { errorReply, statusReply } from './errors.ts'

/**
 * Faults of this service. `kept-500`: the work is done, the answer is 500, and that is what the idempotency key
 * remembers; `rate-limit` and `lock-timeout` are answered before any work.
 */
export const STRIPE_FAULTS: readonly string[] = ['kept-500', 'rate-limit', 'lock-timeout', ...EVENT_FAULTS]

/** The answer of a fault of this service; undefined where none is armed. */
export function faultReply({ fault }: SandboxRequest): Reply | undefined {
  if (fault === undefined) return undefined
  switch (fault.type) {
    case 'kept-500':
      return { ...statusReply(500), headers: { 'stripe-should-retry': 'false' } }
    case 'rate-limit':
      return errorReply(
        429,
        { message: 'Request rate limit exceeded.', code: 'rate_limit' },
        { 'stripe-rate-limited-reason': 'global-rate' },
      )
    case 'lock-timeout':
      return errorReply(429, { message: LOCKED, code: 'lock_timeout' })
    default:
      return undefined
  }
}

const LOCKED =
  'This object cannot be accessed right now because another API request or Stripe process is currently accessing it.'

/** Whether the work is done all the same. */
export function isKept({ fault }: SandboxRequest): boolean {
  return fault?.type === 'kept-500'
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
  { label: '429 rate limit', fault: { action: { type: 'rate-limit' } } },
  { label: '429 lock timeout', fault: { action: { type: 'lock-timeout' } } },
  ...EVENT_PRESETS,
]
