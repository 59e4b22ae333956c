/** The faults offered as buttons on the state page. */
import type { FaultPreset } from '../lib/service.ts'

const CHAT = { path: '/v1/chat/completions' }

/** Common ways in which the API fails. */
export const PRESETS: readonly FaultPreset[] = [
  {
    label: '429, retry after 2 s',
    fault: { match: CHAT, action: { type: 'status', status: 429, headers: { 'retry-after': '2' } } },
  },
  { label: '500 server error', fault: { match: CHAT, action: { type: 'status', status: 500 } } },
  {
    label: '503 overloaded, five times',
    fault: { match: CHAT, action: { type: 'status', status: 503 }, times: 5 },
  },
  { label: '401 bad key', fault: { match: {}, action: { type: 'status', status: 401 } } },
  { label: 'Slow by 5 s', fault: { match: CHAT, action: { type: 'delay', ms: 5000 } } },
  { label: 'Never answers', fault: { match: CHAT, action: { type: 'hang' } } },
  { label: 'Cut before the effect', fault: { match: CHAT, action: { type: 'cut' } } },
  { label: 'Billed, answer lost', fault: { match: CHAT, action: { type: 'lose-answer' } } },
  { label: 'Billed, answer cut in half', fault: { match: CHAT, action: { type: 'cut-body' } } },
  { label: 'HTML instead of JSON', fault: { match: CHAT, action: { type: 'garbage' } } },
  { label: 'Model refuses', fault: { match: { kind: 'generate' }, action: { type: 'refuse' } } },
  { label: 'Answer truncated', fault: { match: { kind: 'generate' }, action: { type: 'truncate' } } },
  { label: 'Malformed verdict', fault: { match: { kind: 'judge' }, action: { type: 'malformed-verdict' } } },
  { label: 'Judge gives 62', fault: { match: { kind: 'judge' }, action: { type: 'score', score: 62 } } },
]
