/** Finding the route of a path, and running its handler. */
import { VendorError, type Reply, type Route, type SandboxRequest } from './service.ts'

/** A path's route with its parameters, or why there is none. */
export type RouteMatch =
  | { readonly type: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly type: 'no-route' }
  | { readonly type: 'wrong-method' }

/** The route for `method` and `path`; a path that only other methods have is `wrong-method`. */
export function findRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const hits = routes.flatMap(route => {
    const params = paramsOf(route.path, path)
    return params === undefined ? [] : [{ route, params }]
  })
  const hit = hits.find(({ route }) => route.method === method)
  if (hit !== undefined) return { type: 'found', ...hit }
  return { type: hits.length > 0 ? 'wrong-method' : 'no-route' }
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/')
  const parts = path.split('/')
  const open = wanted.at(-1)?.endsWith('+}') === true
  if (open ? parts.length < wanted.length : parts.length !== wanted.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, want] of wanted.entries()) {
    const name = /^\{(\w+)\+?\}$/.exec(want)?.[1]
    const given = want.endsWith('+}') ? parts.slice(index).join('/') : (parts[index] ?? '')
    if (name === undefined && want !== given) return undefined
    if (name === undefined) continue
    if (given === '') return undefined
    params[name] = decodeURIComponent(given)
  }
  return params
}

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
