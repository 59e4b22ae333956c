/** What goes wrong at any service, in no service's words, and how a role has to tell it. */
import { keysOf } from '../../../src/domain/keys-of.ts'
import type { ServiceFailure } from '../../../src/kernel/service-failure.ts'
import type { JsonObject } from '../../../src/sandbox/lib/json.ts'

/** What of a failure decides on what is done next. */
export type Told = Pick<ServiceFailure, 'errorClass' | 'billed'> & { readonly retryAfterMs?: number }

/** Troubles that every role tells in the same way. Billed is `no` only where it was refused before any work. */
const TROUBLES = {
  'a credential that is not accepted': { errorClass: 'credential', billed: 'no' },
  'a right that is lacking': { errorClass: 'credential', billed: 'no' },
  'too many requests, for 70 s': { errorClass: 'throttled', billed: 'no', retryAfterMs: 70_000 },
  'an error of its own': { errorClass: 'transient', billed: 'unknown' },
  'an error of a gateway': { errorClass: 'transient', billed: 'unknown' },
  'a cut before the effect': { errorClass: 'transient', billed: 'unknown' },
  'an answer that is lost': { errorClass: 'transient', billed: 'unknown' },
  'an answer that breaks off': { errorClass: 'transient', billed: 'unknown' },
  'an answer of somebody else': { errorClass: 'transient', billed: 'unknown' },
} as const satisfies Readonly<Record<string, Told>>

/** A trouble of that table; that what was asked for is not there, which roles tell differently; or no answer at all. */
export type Trouble = keyof typeof TROUBLES | 'a thing that is not there' | 'silence'

/** What a role must tell of each; what it must tell where what was asked for is not there, is the role's own. */
export function toldOf(notThere: Told): [Trouble, Told][] {
  const told = keysOf(TROUBLES).map((trouble): [Trouble, Told] => [trouble, TROUBLES[trouble]])
  return [...told, ['a thing that is not there', notThere]]
}

/** The same as faults of a stand-in. */
export const FAULTS: Readonly<Record<Trouble, JsonObject>> = {
  'a credential that is not accepted': { type: 'status', status: 401 },
  'a right that is lacking': { type: 'status', status: 403 },
  'a thing that is not there': { type: 'status', status: 404 },
  'too many requests, for 70 s': { type: 'status', status: 429, headers: { 'retry-after': '70' } },
  'an error of its own': { type: 'status', status: 500 },
  'an error of a gateway': { type: 'plain-error', status: 502, body: '<html>Bad gateway</html>' },
  'a cut before the effect': { type: 'cut' },
  'an answer that is lost': { type: 'lose-answer' },
  'an answer that breaks off': { type: 'cut-body' },
  'an answer of somebody else': { type: 'garbage' },
  silence: { type: 'hang' },
}
