/** Whoever watches the program: a receiver of notices of alerts, as chat services have them, and of pings of jobs. */
import { boardPage, MOST_ROWS, type BoardRow } from '../lib/board.ts'
import type { Database } from '../lib/db.ts'
import { bodyObject, stringOf, type JsonObject } from '../lib/json.ts'
import { objects, type Objects } from '../lib/objects.ts'
import type {
  Clock,
  Reply,
  RequestProblem,
  SandboxRequest,
  Service,
  ServiceDefinition,
} from '../lib/service.ts'
import { VendorError } from '../lib/service.ts'
import { HOOK_PATH } from './identity.ts'
import { checksOf } from './pings.ts'

/** A notice as it arrived; sent again under its key it is the same one. */
interface Arrived {
  readonly atMs: number
  readonly key: string
  readonly times: number
  readonly body: JsonObject
}

const SUBTITLE =
  'Takes notices of alerts, as webhooks of chat services do, and pings of jobs, as healthchecks does'

/** The stand-in of whoever watches. */
export const WATCH_SERVICE: ServiceDefinition = {
  name: 'watch',
  title: 'Watch',
  subtitle: SUBTITLE,
  bodyLimitBytes: 65_536,
  presets: [
    { label: 'Taken, answer lost', fault: { match: { path: HOOK_PATH }, action: { type: 'lose-answer' } } },
  ],
  open: openService,
}

function openService(db: Database, now: Clock): Service {
  const notices = objects<Arrived>(db, 'notice')
  const checks = checksOf(db, now)
  const all = (): Arrived[] => notices.list().map(([, notice]) => notice)
  const board = (): Reply =>
    boardPage({
      service: 'watch',
      title: 'Watch',
      subtitle: SUBTITLE,
      links: [['Refresh', '/']],
      problem: '',
      lists: [{ title: 'Notices', rows: notices.newest(MOST_ROWS).map(rowOf) }, checks.list()],
    })
  return {
    routes: [
      { method: 'POST', path: HOOK_PATH, handle: request => take(notices, now, request) },
      ...checks.routes,
    ],
    own: [{ method: 'GET', path: '/', handle: board }],
    callColumns: ['Says'],
    refuse: () => undefined,
    problem,
    state: () => ({ notices: all(), checks: checks.all() }),
    ledger: () => ({ rows: all() }),
    figures: () => [
      { value: all().length, label: 'notices' },
      { value: all().filter(({ times }) => times > 1).length, label: 'sent more than once' },
      ...checks.figures(),
    ],
  }
}

function rowOf({ key, atMs, times, body }: Arrived): BoardRow {
  const about = `${stringOf(body, 'text') ?? ''} · ${new Date(atMs).toISOString().slice(0, 19)}Z`
  return { id: key, about, state: times === 1 ? 'sent once' : `sent ${String(times)} times`, buttons: [] }
}

function take(notices: Objects<Arrived>, now: Clock, request: SandboxRequest): Reply {
  const body = bodyObject(request.rawBody) ?? refused('the body is no JSON object')
  const text = stringOf(body, 'text') ?? refused('there is no text')
  const given = request.headers['idempotency-key']
  const key = typeof given === 'string' ? given : refused('there is no Idempotency-Key')
  const known = notices.get(key)
  if (known === undefined) notices.add({ atMs: now(), key, times: 1, body }, key)
  else notices.change(key, { ...known, times: known.times + 1 })
  return { status: 200, body: 'ok', summary: { Says: text } }
}

function refused(why: string): never {
  throw new VendorError({ status: 400, body: why })
}

function problem(found: RequestProblem): Reply {
  switch (found.type) {
    case 'no-route':
      return { status: 404, body: 'no_service' }
    case 'wrong-method':
      return { status: 405, body: 'method_not_allowed' }
    case 'too-large':
      return { status: 413, body: 'too_large' }
    case 'status':
      return { status: found.status, body: 'fault' }
  }
}
