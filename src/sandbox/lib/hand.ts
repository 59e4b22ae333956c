/**
 * Acts of people and of time, which no API offers: one list for the buttons of a board (forms) and for tests (JSON),
 * at `POST /__sandbox/<service>/<act>`.
 */
import { isObject, parseJson, type JsonObject } from './json.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from './service.ts'

/** What was given, all as text. */
export type Given = Readonly<Record<string, string>>

/** One act: what it changes comes back, for JSON. It refuses by throwing {@link VendorError}. */
export type HandAct = (given: Given, request: SandboxRequest) => JsonObject

/** The acts of a stand-in. */
export interface HandRules {
  readonly service: string
  readonly acts: Readonly<Record<string, HandAct>>
  /** What callers see of what was changed. */
  readonly shown: (changed: JsonObject) => unknown
  /** The sentence of the vendor's error, for the board. */
  readonly sentence: (errorBody: unknown) => string
}

/** The routes. A form is sent back to the board at `/`, which says under `?problem=` what was refused. */
export function handRoutes(rules: HandRules): readonly Route[] {
  return Object.entries(rules.acts).map(([name, act]) => ({
    method: 'POST',
    path: `/__sandbox/${rules.service}/${name}`,
    handle: request => answer(rules, act, request),
  }))
}

function answer({ shown, sentence }: HandRules, act: HandAct, request: SandboxRequest): Reply {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  try {
    const changed = act(isForm ? formIn(request) : jsonIn(request), request)
    return isForm ? toBoard('/') : { status: 200, body: shown(changed) }
  } catch (error) {
    if (!isForm || !(error instanceof VendorError)) throw error
    throw new VendorError(toBoard(`/?problem=${encodeURIComponent(sentence(error.reply.body))}`))
  }
}

function toBoard(location: string): Reply {
  return { status: 303, headers: { location }, body: '' }
}

function formIn({ rawBody }: SandboxRequest): Given {
  return Object.fromEntries(new URLSearchParams(rawBody.toString('utf8')))
}

function jsonIn({ rawBody }: SandboxRequest): Given {
  const body = rawBody.length === 0 ? {} : parseJson(rawBody.toString('utf8'))
  if (!isObject(body)) {
    throw new VendorError({ status: 400, body: { error: { message: 'The body must be a JSON object.' } } })
  }
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
}

/** Where the caller reaches this stand-in. */
export function originOf({ headers }: SandboxRequest): string {
  return `http://${headers.host ?? '127.0.0.1'}`
}
