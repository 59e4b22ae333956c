/** What the server and a stand-in agree on: requests, replies, routes and the service itself. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Database } from './db.ts'
import type { FaultAction, FaultPreset } from './fault.ts'

/** One call as a handler sees it: the body is raw, because vendors differ (JSON, forms, signed bytes). */
export interface SandboxRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly rawBody: Buffer
  /** Values of the `{name}` parts of the route's path, percent-decoded. */
  readonly params: Readonly<Record<string, string>>
  /** A fault of the service's own kind that was armed for this call (the server acts on the common kinds itself). */
  readonly fault: FaultAction | undefined
}

/** An answer. `body` is sent as JSON unless it is a string or bytes, which are sent as they are. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  /** Called once, when the last byte was handed to the network; never when the connection was cut before. */
  readonly onDelivered?: () => void
  /** What the state page shows of this call, by column of {@link Service.callColumns}. */
  readonly summary?: Readonly<Record<string, string>>
}

/** A path of the vendor: literal segments and `{name}` segments; the last may be `{name+}`, which takes slashes too. */
export interface Route {
  readonly method: string
  readonly path: string
  /** Must throw {@link VendorError} for what the vendor refuses; anything else thrown is a bug and answers 500. */
  handle(request: SandboxRequest): Reply
}

/** What a fault may be matched by besides method, path and body; a service fills in what it can tell. */
export interface Facets {
  readonly kind?: string
  readonly model?: string
}

/** What goes wrong before a handler is reached, or is forced by a fault; the service words it as the vendor does. */
export type RequestProblem =
  | { readonly type: 'no-route' }
  | { readonly type: 'wrong-method' }
  | { readonly type: 'too-large'; readonly limitBytes: number }
  | { readonly type: 'status'; readonly status: number }

/** A number with what it counts; text is shown as it is. */
export interface Figure {
  readonly value: number | string
  readonly label: string
}

/** A running stand-in over its database. */
export interface Service {
  readonly routes: readonly Route[]
  /** Routes of the sandbox's own beside the vendor's (a page of its own, tools for tests); a form of another site is refused. */
  readonly own?: readonly Route[]
  /** Columns of its own in the state page's list of calls. */
  readonly callColumns?: readonly string[]
  /** Called when a call comes in, before faults: an answer that refuses it, or what is called when the call is over. */
  enter?(request: SandboxRequest): Reply | (() => void)
  /** An answer when the caller may not come in, else undefined. */
  refuse(request: SandboxRequest): Reply | undefined
  /**
   * Called before the handler of a call that may have to wait, as long polls do: done when it can be answered. Gives back
   * an answer where it is refused meanwhile. `closing` aborts when the stand-in ends.
   */
  waits?(request: SandboxRequest, closing: AbortSignal): Promise<Reply | undefined>
  problem(problem: RequestProblem, request: SandboxRequest): Reply
  /** Must not throw on any body. */
  facets?(request: SandboxRequest): Facets
  /** What it holds, as JSON, for `GET /__sandbox/state`. */
  state(): Readonly<Record<string, unknown>>
  /** What had an effect, as JSON, for `GET /__sandbox/ledger`. */
  ledger(): unknown
  /** What the state page shows of it in figures. */
  figures(): readonly Figure[]
  /** Forgets what is not a stored object, which the server forgets; called inside a transaction. */
  reset?(): void
  /**
   * Listens on 127.0.0.1 for what is no HTTP, on a port (0 for any free one); gives back the port. Called once, before
   * HTTP listens; rejects with the system's error.
   */
  readonly beside?: (port: number) => Promise<number>
  /** Called after each call and once when it listens: the time to begin what goes on beside calls. Returns at once. */
  settled?(): void
  /** Ends what goes on beside calls; the database is closed after it. */
  close?(): Promise<void>
}

/** What a stand-in is, before it is opened. */
export interface ServiceDefinition {
  readonly name: string
  readonly title: string
  /** Vendor API this stands in for, said on the state page. */
  readonly subtitle: string
  /** Tables of its own, where stored objects do not do. */
  readonly schema?: string
  readonly bodyLimitBytes: number
  /** Fault action types the service handles itself, beside the common ones. */
  readonly faultTypes?: readonly string[]
  /** Faults offered as buttons on the state page, beside the usual ones. */
  readonly presets?: readonly FaultPreset[]
  open(db: Database, clock: Clock): Service
}

/** The time, in milliseconds since 1970. */
export type Clock = () => number

/** Thrown by a handler to answer with an error of the vendor's shape. */
export class VendorError extends Error {
  readonly reply: Reply

  constructor(reply: Reply) {
    super(`the sandbox answers ${String(reply.status)}`)
    this.name = 'VendorError'
    this.reply = reply
  }
}
