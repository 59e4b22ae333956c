/**
 * Acts of people and of time, which no API offers: one list for the buttons of a board (forms) and for tests (JSON),
 * at `POST /__sandbox/<service>/<act>`.
 */
import { isObject, objectOf, parseJson, stringOf, type JsonObject } from './json.ts'
import type { MovableClock } from './movable-clock.ts'
import { VendorError, type Reply, type Route, type SandboxRequest } from './service.ts'
import type { Webhooks } from './webhooks.ts'

/** What was given, all as text. */
export type Given = Readonly<Record<string, string>>

/** One act: what it changes comes back, for JSON. It refuses by throwing {@link VendorError}. */
type HandAct<A> = (act: A, given: Given) => JsonObject

/** The acts of a stand-in, by name; `A` is what they work on. */
export type HandActs<A> = Readonly<Record<string, HandAct<A>>>

/** How a stand-in takes its acts. */
export interface HandRules<A> {
  readonly service: string
  readonly acts: HandActs<A>
  readonly actOf: (request: SandboxRequest, given: Given) => A
  /** What callers see of what was changed. */
  readonly shown?: (changed: JsonObject) => JsonObject
  /** The sentence of the vendor's error, for the board. */
  readonly sentence: (errorBody: JsonObject) => string
}

/** The routes. A form is sent back to the board at `/`, which says under `?problem=` what was refused. */
export function handRoutes<A>(rules: HandRules<A>): readonly Route[] {
  return Object.entries(rules.acts).map(([name, act]) => ({
    method: 'POST',
    path: `/__sandbox/${rules.service}/${name}`,
    handle: request => answer(rules, act, request),
  }))
}

function answer<A>(rules: HandRules<A>, act: HandAct<A>, request: SandboxRequest): Reply {
  const { actOf, shown = changed => changed } = rules
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  try {
    const given = isForm ? formIn(request) : jsonIn(request)
    const changed = act(actOf(request, given), given)
    return isForm ? toBoard('/') : { status: 200, body: shown(changed) }
  } catch (error) {
    if (!isForm || !(error instanceof VendorError)) throw error
    throw new VendorError(toBoard(`/?problem=${encodeURIComponent(sentenceOf(rules, error.reply.body))}`))
  }
}

function sentenceOf<A>({ sentence }: HandRules<A>, body: unknown): string {
  if (!isObject(body)) return ''
  return stringOf(objectOf(body, 'error') ?? {}, 'message') ?? sentence(body)
}

function toBoard(location: string): Reply {
  return { status: 303, headers: { location }, body: '' }
}

function formIn({ rawBody }: SandboxRequest): Given {
  return Object.fromEntries(new URLSearchParams(rawBody.toString('utf8')))
}

function jsonIn({ rawBody }: SandboxRequest): Given {
  const body = rawBody.length === 0 ? {} : parseJson(rawBody.toString('utf8'))
  if (!isObject(body)) throw refused('The body must be a JSON object.')
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]))
}

function refused(message: string): VendorError {
  return new VendorError({ status: 400, body: { error: { message } } })
}

/** One of some words that was given. */
export function chosenIn<T extends string>(given: Given, name: string, values: readonly T[]): T {
  const value = values.find(one => one === given[name])
  if (value !== undefined) return value
  throw refused(`${name} is one of ${values.join(', ')}.`)
}

/** More than anybody means: ten years of seconds. */
const MOST = 315_360_000

/** A whole number that was given, from `least` on; `usual` where none was. */
export function wholeIn(given: Given, name: string, { usual = NaN, least = 1, most = MOST } = {}): number {
  const number = Number(given[name] ?? usual)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw refused(`${name} is a whole number from ${String(least)} to ${String(most)}.`)
}

/** What acts work on where there are webhooks. */
export interface Telling extends MovableClock {
  readonly webhooks: Webhooks
  readonly nowMs: number
}

/** The acts on webhooks and time that all have; `onTime` is what time alone brings about. */
export function usualActs<A extends Telling>(onTime: (act: A) => void = () => undefined): HandActs<A> {
  return {
    /** All webhooks that wait, for a retry too, are sent now. */
    'webhooks-release': ({ webhooks }) => {
      webhooks.release()
      return { ok: true }
    },
    /** `{event}`: its webhooks are sent once more. */
    'webhooks-resend': ({ webhooks }, { event = '' }) => {
      if (!webhooks.resend(event)) throw refused('No webhook was sent of that event.')
      return { ok: true }
    },
    /** `{seconds}`: time passes. */
    clock: (act, given) => {
      act.advance(wholeIn(given, 'seconds', { least: 0 }))
      onTime({ ...act, nowMs: act.now() })
      return { now: new Date(act.now()).toISOString() }
    },
  }
}

/** Where the caller reaches this stand-in. */
export function originOf({ headers }: SandboxRequest): string {
  return `http://${headers.host ?? '127.0.0.1'}`
}
