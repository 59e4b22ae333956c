/** Checks that are pinged, by name: the part of https://healthchecks.io/docs/http_api/ that jobs use. */
import type { BoardList, BoardRow } from '../lib/board.ts'
import type { Database } from '../lib/db.ts'
import { objects } from '../lib/objects.ts'
import {
  VendorError,
  type Clock,
  type Figure,
  type Reply,
  type Route,
  type SandboxRequest,
} from '../lib/service.ts'
import { PING_PATH } from './identity.ts'

/** What was pinged last of a check. */
export interface Check {
  readonly name: string
  readonly pings: number
  readonly lastMs: number
  readonly last: string
  /** The exit status of the last end; null where none came yet. */
  readonly exit: number | null
  /** When the run began that has not ended; null where none is under way. */
  readonly runsSinceMs: number | null
}

/** A run that takes longer is one that hangs. */
const HANGS_MS = 60 * 60_000

/** The checks over a database. */
export function checksOf(db: Database, now: Clock) {
  const checks = objects<Check>(db, 'check')
  const all = (): Check[] => checks.list().map(([, check]) => check)
  const isBad = (check: Check): boolean =>
    (check.exit ?? 0) !== 0 || (check.runsSinceMs !== null && now() - check.runsSinceMs > HANGS_MS)
  const take = ({ params }: SandboxRequest): Reply => {
    const name = params['name'] ?? ''
    const what = params['what'] ?? 'success'
    const exit = exitOf(what)
    const known = checks.get(name)
    const next = {
      name,
      pings: (known?.pings ?? 0) + 1,
      lastMs: now(),
      last: what,
      exit: what === 'start' ? (known?.exit ?? null) : exit,
      runsSinceMs: what === 'start' ? now() : null,
    }
    if (known === undefined) checks.add(next, name)
    else checks.change(name, next)
    return { status: 200, body: 'OK', summary: { Says: `${name}: ${what}` } }
  }
  // Any method will do, as with the real one.
  const routes: Route[] = ['GET', 'POST'].flatMap(method =>
    [`${PING_PATH}/{name}`, `${PING_PATH}/{name}/{what}`].map(path => ({ method, path, handle: take })),
  )
  return {
    routes,
    all,
    figures: (): Figure[] => [
      { value: all().length, label: 'checks' },
      { value: all().filter(isBad).length, label: 'checks that are down' },
    ],
    list: (): BoardList => ({ title: 'Checks', rows: all().map(check => rowOf(check, now())) }),
  }
}

function rowOf({ name, pings, last, lastMs, exit, runsSinceMs }: Check, nowMs: number): BoardRow {
  const about = `${name} · pinged ${String(Math.round((nowMs - lastMs) / 1000))} s ago`
  const state = runsSinceMs !== null ? 'runs' : exit === 0 ? 'up' : `down: ${last}`
  return { id: `${String(pings)} ${pings === 1 ? 'ping' : 'pings'}`, about, state, buttons: [] }
}

function exitOf(what: string): number {
  if (what === 'success' || what === 'start') return 0
  if (what === 'fail') return 1
  const exit = Number(what)
  if (Number.isInteger(exit) && exit >= 0 && exit <= 255) return exit
  throw new VendorError({ status: 400, body: 'invalid url format' })
}
