/** How the API fails when a fault is armed. */
import type { FaultPreset } from '../lib/fault.ts'
import { integerOf } from '../lib/json.ts'
import type { Reply, SandboxRequest } from '../lib/service.ts'
import { statusReply } from './errors.ts'

/** Faults of this service: what Notion answers when it is asked too often, is busy or overloaded. */
export const NOTION_FAULTS: readonly string[] = ['rate-limit', 'conflict', 'overloaded']

/** The answer of a fault of this service; undefined where none is armed. */
export function faultReply({ fault }: SandboxRequest): Reply | undefined {
  if (fault === undefined) return undefined
  const wait = integerOf(fault, 'retryAfterSeconds') ?? 1
  switch (fault.type) {
    case 'rate-limit':
      return statusReply(429, wait)
    case 'conflict':
      return statusReply(409)
    case 'overloaded':
      return statusReply(529, wait)
    default:
      return undefined
  }
}

/** How this API fails, beside the usual ways; offered as buttons on the faults page. */
export const PRESETS: readonly FaultPreset[] = [
  { label: '409 conflict', fault: { match: { method: 'PATCH' }, action: { type: 'conflict' } } },
  { label: '529 overloaded', fault: { action: { type: 'overloaded' } } },
  {
    label: '502 as HTML',
    fault: { action: { type: 'plain-error', status: 502, body: '<html>Bad gateway</html>' } },
  },
  { label: '404 not shared', fault: { action: { type: 'status', status: 404 } } },
  { label: 'Written, answer lost', fault: { match: { method: 'PATCH' }, action: { type: 'lose-answer' } } },
  { label: 'Row made, answer lost', fault: { match: { kind: 'row' }, action: { type: 'lose-answer' } } },
  { label: 'Query cut in half', fault: { match: { kind: 'query' }, action: { type: 'cut-body' } } },
]
