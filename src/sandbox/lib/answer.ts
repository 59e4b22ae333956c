/** Running a route's handler. */
import { VendorError, type Reply, type Route, type SandboxRequest } from './service.ts'

/** Runs `work` in one transaction. */
export type Atomically = <T>(work: () => T) => T

/** What the route answers. One transaction a call: an error half way leaves no half effect. */
export function answerRoute(atomically: Atomically, route: Route, request: SandboxRequest): Reply {
  try {
    return atomically(() => route.handle(request))
  } catch (error) {
    if (error instanceof VendorError) return error.reply
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { status: 500, headers: { 'x-sandbox-bug': 'true' }, body: `bug in the sandbox: ${detail}` }
  }
}
