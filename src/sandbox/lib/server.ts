/** The HTTP server of every stand-in: reads the call, lets a fault act, asks the service, answers, logs. */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { callLog } from './call-log.ts'
import { isControlPath, answerControl, type Control } from './control.ts'
import { openDatabase } from './db.ts'
import { actBefore, breakageOf, isCommonFault } from './fault-acts.ts'
import { armedFaults, type CallShape, type FaultAction } from './fault.ts'
import { OBJECT_SCHEMA } from './objects.ts'
import { answerRoute, findRoute } from './routes.ts'
import type { Clock, Reply, SandboxRequest, ServiceDefinition } from './service.ts'
import { EVENT_FAULTS } from './webhooks.ts'
import { isOwnHost, readBody, send, targetOf } from './wire.ts'

/** How to open a stand-in. */
export interface SandboxServerOptions {
  readonly definition: ServiceDefinition
  readonly databaseFile: string
  /** 0 for any free port. */
  readonly port: number
  /** The same for what a stand-in hears beside HTTP; any free one if left out. */
  readonly besidePort?: number
  readonly now?: Clock
  /** How long a request may take to arrive whole; 30 seconds if left out. */
  readonly requestTimeoutMs?: number
}

/** A stand-in that listens. */
export interface SandboxServer {
  readonly port: number
  /** Where it hears what is no HTTP; 0 where it hears nothing else. */
  readonly besidePort: number
  /** Resolves when `POST /__sandbox/stop` asked for an end; whoever opened it then closes it. */
  readonly stopAsked: Promise<void>
  /** Cuts all connections, hanging ones too, and closes the database. */
  close(): Promise<void>
}

interface Running extends Control {
  readonly now: Clock
  /** Aborted on close, so that delayed answers end. */
  readonly closing: AbortController
}

const KEEP_ALIVE_MS = 120_000
const REQUEST_TIMEOUT_MS = 30_000

/** Opens the database and listens on 127.0.0.1; rejects with the system's error (EADDRINUSE, SQLITE_BUSY). */
export async function openSandboxServer(options: SandboxServerOptions): Promise<SandboxServer> {
  const { definition } = options
  const db = openDatabase(options.databaseFile, OBJECT_SCHEMA + (definition.schema ?? ''))
  const now = options.now ?? Date.now
  const stopAsked = Promise.withResolvers<undefined>()
  const running: Running = {
    db,
    now,
    definition,
    service: definition.open(db, now),
    faults: armedFaults(db),
    calls: callLog(db),
    pid: process.pid,
    atomically: work => db.transaction(work).immediate(),
    closing: new AbortController(),
    stop: () => stopAsked.resolve(undefined),
  }
  const server = createServer(
    timeouts(options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS),
    (request, response) => {
      // Only a client that went away, or our own close, rejects; there is nobody left to tell.
      handle(running, request, response)
        .catch(() => response.destroy())
        .finally(() => settle(running))
    },
  )
  // Longer than any client keeps an idle connection: else one is closed just as the next call goes out on it.
  server.keepAliveTimeout = KEEP_ALIVE_MS
  try {
    const besidePort = (await running.service.beside?.(options.besidePort ?? 0)) ?? 0
    const port = await listen(server, options.port)
    settle(running)
    const close = async (): Promise<void> => closeAll(running, server)
    return { port, besidePort, stopAsked: stopAsked.promise, close }
  } catch (error) {
    await running.service.close?.()
    db.close()
    throw error
  }
}

/** A connection on which nothing, or only a part, arrives in time is answered 408 and closed. */
function timeouts(requestTimeoutMs: number): ServerOptions {
  return {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(requestTimeoutMs / 6),
  }
}

async function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function closeAll(running: Running, server: Server): Promise<void> {
  running.closing.abort()
  await running.service.close?.()
  await new Promise<void>(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
  running.db.close()
}

/** Lets the service begin what goes on beside calls; a call that ends after the close begins nothing. */
function settle({ closing, service }: Running): void {
  if (!closing.signal.aborted) service.settled?.()
}

async function handle(running: Running, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const rawBody = await readBody(incoming, running.definition.bodyLimitBytes)
  if (!isOwnHost(incoming.headers.host)) {
    send(response, { status: 403, body: { error: 'the sandbox answers only to 127.0.0.1 and localhost' } })
    return
  }
  const url = targetOf(incoming.url)
  if (url === null) {
    send(response, { status: 400, body: { error: 'the target of the request is no path' } })
    return
  }
  const request: SandboxRequest = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    rawBody: rawBody ?? Buffer.alloc(0),
    params: {},
    fault: undefined,
  }
  if (isControlPath(running, request)) {
    send(response, answerControl(running, request))
    return
  }
  const problem = { type: 'too-large', limitBytes: running.definition.bodyLimitBytes } as const
  if (rawBody === undefined) send(response, running.service.problem(problem, request))
  else await admit(running, request, response)
}

async function admit(running: Running, request: SandboxRequest, response: ServerResponse): Promise<void> {
  const entered = running.service.enter?.(request)
  if (typeof entered === 'object') {
    log(running, shapeOf(running, request), undefined, entered.status, entered)
    send(response, entered)
    return
  }
  try {
    await answerCall(running, request, response)
  } finally {
    entered?.()
  }
}

async function answerCall(
  running: Running,
  request: SandboxRequest,
  response: ServerResponse,
): Promise<void> {
  const shape = shapeOf(running, request)
  const fault = running.faults.take(shape, type => !EVENT_FAULTS.includes(type))
  const before = await actBefore(
    fault,
    status => running.service.problem({ type: 'status', status }, request),
    {
      signal: running.closing.signal,
    },
  )
  if (before.type === 'reply') {
    log(running, shape, fault, before.reply.status, before.reply)
    send(response, before.reply)
    return
  }
  if (before.type === 'silence') {
    log(running, shape, fault, null)
    if (before.cut) response.destroy()
    return
  }
  const waited = await running.service.waits?.(request, running.closing.signal)
  // The database is closed by now, or will be at once.
  if (running.closing.signal.aborted) {
    response.destroy()
    return
  }
  const reply = waited ?? dispatch(running, { ...request, fault: isCommonFault(fault) ? undefined : fault })
  const breakage = breakageOf(fault)
  log(running, shape, fault, breakage === 'all' ? null : reply.status, reply)
  send(response, reply, breakage)
}

function shapeOf(running: Running, request: SandboxRequest): CallShape {
  const { kind, model } = running.service.facets?.(request) ?? {}
  return { method: request.method, path: request.path, kind, model, body: request.rawBody.toString('utf8') }
}

function dispatch(running: Running, request: SandboxRequest): Reply {
  const { service } = running
  const refusal = service.refuse(request)
  if (refusal !== undefined) return refusal
  const match = findRoute(service.routes, request.method, request.path)
  if (match.type !== 'found') return service.problem(match, request)
  return answerRoute(running.atomically, match.route, { ...request, params: match.params })
}

function log(
  running: Running,
  shape: CallShape,
  fault: FaultAction | undefined,
  status: number | null,
  reply?: Reply,
): void {
  running.calls.add({
    atMs: running.now(),
    method: shape.method,
    path: shape.path,
    kind: shape.kind ?? null,
    model: shape.model ?? null,
    status,
    fault: fault?.type ?? null,
    summary: reply?.summary ?? {},
  })
}
