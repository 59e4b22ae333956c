/** The faults offered as buttons on the faults page. */
import type { FaultPreset } from '../lib/service.ts'

/** Common ways in which the API fails. */
export const PRESETS: readonly FaultPreset[] = [
  { label: '429 for 2 s', fault: { action: { type: 'rate-limit', retryAfterSeconds: 2 } } },
  { label: '409 conflict', fault: { match: { method: 'PATCH' }, action: { type: 'conflict' } } },
  { label: '529 overloaded', fault: { action: { type: 'overloaded' } } },
  { label: '500 server error', fault: { action: { type: 'status', status: 500 } } },
  { label: '503, five times', fault: { action: { type: 'status', status: 503 }, times: 5 } },
  {
    label: '502 as HTML',
    fault: { action: { type: 'plain-error', status: 502, body: '<html>Bad gateway</html>' } },
  },
  { label: '401 bad token', fault: { action: { type: 'status', status: 401 } } },
  { label: '404 not shared', fault: { action: { type: 'status', status: 404 } } },
  { label: 'Slow by 5 s', fault: { action: { type: 'delay', ms: 5000 } } },
  { label: 'Never answers', fault: { action: { type: 'hang' } } },
  { label: 'Cut before the effect', fault: { match: { method: 'PATCH' }, action: { type: 'cut' } } },
  { label: 'Written, answer lost', fault: { match: { method: 'PATCH' }, action: { type: 'lose-answer' } } },
  { label: 'Row made, answer lost', fault: { match: { kind: 'row' }, action: { type: 'lose-answer' } } },
  { label: 'Query cut in half', fault: { match: { kind: 'query' }, action: { type: 'cut-body' } } },
  { label: 'HTML instead of JSON', fault: { action: { type: 'garbage' } } },
]
