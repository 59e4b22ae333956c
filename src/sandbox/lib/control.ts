/** The routes of the sandbox itself, beside the vendor's: the state page and `/__sandbox/…`. */
import type { LoggedCall } from './call-log.ts'
import type { Database } from './db.ts'
import { pageReply } from './document.ts'
import { readFault, type ArmedFaults } from './fault.ts'
import { parseJson } from './json.ts'
import { clearObjects, type Objects } from './objects.ts'
import { statePage } from './page.ts'
import { answerRoute, findRoute, type Atomically } from './routes.ts'
import type { Reply, SandboxRequest, Service, ServiceDefinition } from './service.ts'

/** What the control routes work on. */
export interface Control {
  readonly db: Database
  readonly definition: ServiceDefinition
  readonly service: Service
  readonly faults: ArmedFaults
  readonly calls: Objects<LoggedCall>
  /** The process it runs in, so that a test can end exactly that one. */
  readonly pid: number
  readonly atomically: Atomically
  /** Has whoever opened the stand-in close it. */
  readonly stop: () => void
}

const PREFIX = '/__sandbox/'
const SHOWN_CALLS = 50

/** True for the sandbox's own paths, which no fault acts on and which ask for no credential. */
export function isControlPath({ service }: Control, { method, path }: SandboxRequest): boolean {
  return (
    path === '/' || path.startsWith(PREFIX) || findRoute(service.own ?? [], method, path).type !== 'no-route'
  )
}

/** Answers a control route. A form (the state page's buttons) is sent back to the page, anything else gets JSON. */
export function answerControl(control: Control, request: SandboxRequest): Reply {
  if (request.method !== 'GET' && isForeign(request))
    return fail(403, 'another site may not drive the sandbox')
  const own = findRoute(control.service.own ?? [], request.method, request.path)
  if (own.type === 'found')
    return answerRoute(control.atomically, own.route, { ...request, params: own.params })
  switch (`${request.method} ${request.path}`) {
    case 'GET /':
    case `GET ${PREFIX}`:
      return page(control)
    case `GET ${PREFIX}state`:
      return ok(state(control))
    case `GET ${PREFIX}ledger`:
      return ok(control.service.ledger())
    case `POST ${PREFIX}reset`:
      reset(control)
      return done(control, request, { ok: true })
    case `POST ${PREFIX}stop`:
      return { status: 200, body: { ok: true }, onDelivered: control.stop }
    case `GET ${PREFIX}faults`:
      return ok({ faults: control.faults.list() })
    case `POST ${PREFIX}faults`:
      return arm(control, request)
    case `POST ${PREFIX}faults/clear`:
    case `DELETE ${PREFIX}faults`:
      control.faults.clear()
      return done(control, request, { ok: true })
    default:
      return fail(404, `no such control route: ${request.method} ${request.path}`)
  }
}

function isForeign(request: SandboxRequest): boolean {
  // A page of some other site, open in the same browser, must not be able to press our buttons.
  const { origin, host } = request.headers
  return origin !== undefined && origin !== `http://${host ?? ''}`
}

function page(control: Control): Reply {
  return pageReply(
    statePage({
      definition: control.definition,
      service: control.service,
      calls: control.calls.newest(SHOWN_CALLS),
      faults: control.faults.list(),
      home: homeOf(control),
    }),
  )
}

/** Where the state page is found: a service may have a page of its own in its place. */
function homeOf({ service }: Control): string {
  return findRoute(service.own ?? [], 'GET', '/').type === 'found' ? PREFIX : '/'
}

function state(control: Control): unknown {
  return {
    service: control.definition.name,
    pid: control.pid,
    ...control.service.state(),
    faults: control.faults.list(),
    calls: control.calls.newest(SHOWN_CALLS),
  }
}

function reset(control: Control): void {
  control.atomically(() => {
    control.service.reset?.()
    clearObjects(control.db)
  })
}

function arm(control: Control, request: SandboxRequest): Reply {
  const text = request.rawBody.toString('utf8')
  const given = isForm(request) ? (new URLSearchParams(text).get('fault') ?? '') : text
  const fault = readFault(parseJson(given), control.definition.faultTypes ?? [])
  if (typeof fault === 'string') return fail(400, fault)
  control.faults.arm(fault)
  return done(control, request, { ok: true }, 201)
}

function isForm(request: SandboxRequest): boolean {
  return request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
}

function done(control: Control, request: SandboxRequest, body: unknown, status = 200): Reply {
  return isForm(request)
    ? { status: 303, headers: { location: homeOf(control) }, body: '' }
    : { status, body }
}

function ok(body: unknown): Reply {
  return { status: 200, body }
}

function fail(status: number, message: string): Reply {
  return { status, body: { error: message } }
}
