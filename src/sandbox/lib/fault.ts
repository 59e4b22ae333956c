/** Faults: what they are, how one is read from a request, and those that are armed. */
import type { Database } from './db.ts'
import { integerOf, isObject, objectOf, stringOf, type JsonObject } from './json.ts'
import { objects } from './objects.ts'

/** What happens to a call; `type` says which fields matter. */
export interface FaultAction extends JsonObject {
  readonly type: string
}

/** Which calls a fault is for; absent fields match everything. A path ending in `*` matches by its beginning. */
export interface FaultMatch {
  readonly method?: string
  readonly path?: string
  readonly kind?: string
  readonly model?: string
  readonly bodyIncludes?: string
}

/** A fault as it is armed: lets the first `skip` matching calls through, then acts on the next `times`. */
export interface Fault {
  readonly match: FaultMatch
  readonly skip: number
  readonly action: FaultAction
  readonly times: number
}

/** A button of the state page. */
export interface FaultPreset {
  readonly label: string
  readonly fault: JsonObject
}

/** What a call shows of itself for matching. */
export interface CallShape {
  readonly method: string
  readonly path: string
  readonly kind: string | undefined
  readonly model: string | undefined
  readonly body: string
}

/** The kinds that the server acts on for every service, before or after the handler. */
export const COMMON_FAULTS: readonly string[] = [
  'status',
  'delay',
  'hang',
  'cut',
  'lose-answer',
  'cut-body',
  'garbage',
  'plain-error',
]

/** Faults that any service may meet, offered as buttons on every state page. */
export const USUAL_PRESETS: readonly FaultPreset[] = [
  {
    label: '429, retry after 2 s',
    fault: { action: { type: 'status', status: 429, headers: { 'retry-after': '2' } } },
  },
  { label: '500 server error', fault: { action: { type: 'status', status: 500 } } },
  { label: '503, five times', fault: { action: { type: 'status', status: 503 }, times: 5 } },
  { label: '401 bad key', fault: { action: { type: 'status', status: 401 } } },
  { label: 'Slow by 5 s', fault: { action: { type: 'delay', ms: 5000 } } },
  { label: 'Never answers', fault: { action: { type: 'hang' } } },
  { label: 'Cut before the effect', fault: { action: { type: 'cut' } } },
  { label: 'HTML instead of JSON', fault: { action: { type: 'garbage' } } },
]

const MATCH_KEYS: readonly string[] = ['method', 'path', 'kind', 'model', 'bodyIncludes', 'skip']
const MAX_DELAY_MS = 600_000

/** The fault in `body`, or a sentence saying what is wrong with it. */
export function readFault(body: unknown, serviceTypes: readonly string[]): Fault | string {
  if (!isObject(body))
    return 'a fault is a JSON object: {"match": {...}, "action": {"type": ...}, "times": 1}'
  const unknown = Object.keys(body).find(key => !['match', 'action', 'times'].includes(key))
  if (unknown !== undefined) return `unknown field "${unknown}" (known: match, action, times)`
  const match = readMatch(body['match'] ?? {})
  if (typeof match === 'string') return match
  const action = readAction(body['action'], serviceTypes)
  if (typeof action === 'string') return action
  const times = body['times'] === undefined ? 1 : integerOf(body, 'times')
  if (times === undefined || times < 1) return '"times" must be a whole number of at least 1'
  return { ...match, action, times }
}

function readMatch(value: unknown): { match: FaultMatch; skip: number } | string {
  if (!isObject(value)) return '"match" must be an object'
  const unknown = Object.keys(value).find(key => !MATCH_KEYS.includes(key))
  if (unknown !== undefined) return `unknown field "${unknown}" in match (known: ${MATCH_KEYS.join(', ')})`
  const { skip: rawSkip, ...match } = value
  const skip = rawSkip === undefined ? 0 : integerOf(value, 'skip')
  if (skip === undefined || skip < 0) return '"skip" must be a whole number of at least 0'
  const wrong = Object.entries(match).find(([, part]) => typeof part !== 'string')
  if (wrong !== undefined) return `"${wrong[0]}" in match must be a string`
  return { match, skip }
}

function readAction(value: unknown, serviceTypes: readonly string[]): FaultAction | string {
  const known = [...COMMON_FAULTS, ...serviceTypes]
  if (!isObject(value)) return `"action" must be an object with a "type" (known: ${known.join(', ')})`
  const type = stringOf(value, 'type')
  if (type === undefined || !known.includes(type)) return `unknown action type (known: ${known.join(', ')})`
  return actionProblem(type, value) ?? { ...value, type }
}

function actionProblem(type: string, action: JsonObject): string | undefined {
  if (type === 'status' || type === 'plain-error') return statusProblem(action)
  if (type === 'delay' || type === 'webhook-delay') {
    const ms = integerOf(action, 'ms')
    if (ms === undefined || ms < 0 || ms > MAX_DELAY_MS) return `"ms" must be 0 to ${String(MAX_DELAY_MS)}`
  }
  return undefined
}

function statusProblem(action: JsonObject): string | undefined {
  const status = integerOf(action, 'status') ?? (action['status'] === undefined ? 500 : -1)
  if (status < 200 || status > 599) return '"status" must be 200 to 599'
  if (action['headers'] === undefined) return undefined
  const headers = objectOf(action, 'headers')
  if (headers === undefined) return '"headers" must be an object of strings'
  const safe = Object.entries(headers).every(
    ([name, text]) => /^[\w-]+$/.test(name) && typeof text === 'string' && /^[\t\x20-\x7e]*$/.test(text),
  )
  return safe ? undefined : '"headers" must be an object of printable ASCII strings'
}

/** The armed faults of one stand-in; they outlive a restart of it. */
export interface ArmedFaults {
  /** Arms it behind those already armed. */
  arm(fault: Fault): void
  list(): readonly Fault[]
  /**
   * The first armed fault that is for this call and of a type that `accepts` (all, if left out), counted down; faults
   * still skipping count this call as skipped.
   */
  take(call: CallShape, accepts?: (type: string) => boolean): FaultAction | undefined
  clear(): void
}

/** Opens the armed faults over a database with the table of stored objects. */
export function armedFaults(db: Database): ArmedFaults {
  const stored = objects<Fault>(db, 'fault')
  const take = db.transaction((call: CallShape, accepts: (type: string) => boolean) => {
    for (const [id, fault] of stored.list()) {
      if (!accepts(fault.action.type) || !matches(fault.match, call)) continue
      if (fault.skip > 0) {
        stored.change(id, { ...fault, skip: fault.skip - 1 })
        continue
      }
      if (fault.times > 1) stored.change(id, { ...fault, times: fault.times - 1 })
      else stored.remove(id)
      return fault.action
    }
    return undefined
  })
  return {
    arm: fault => stored.add(fault),
    list: () => stored.list().map(([, fault]) => fault),
    take: (call, accepts = () => true) => take.immediate(call, accepts),
    clear: () => {
      for (const [id] of stored.list()) stored.remove(id)
    },
  }
}

function matches(match: FaultMatch, call: CallShape): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === call.method) &&
    (match.path === undefined || pathMatches(match.path, call.path)) &&
    (match.kind === undefined || match.kind === call.kind) &&
    (match.model === undefined || match.model === call.model) &&
    (match.bodyIncludes === undefined || call.body.includes(match.bodyIncludes))
  )
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path
}
