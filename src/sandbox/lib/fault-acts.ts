/** What the common faults do to a call. */
import { setTimeout as delay } from 'node:timers/promises'
import { COMMON_FAULTS, type FaultAction } from './fault.ts'
import { integerOf, objectOf, stringOf, stringsOf } from './json.ts'
import type { Reply } from './service.ts'
import type { Breakage } from './wire.ts'

/** What is to be done before the handler: go on, answer this instead, or say nothing (cutting the connection or leaving it open). */
export type Before =
  | { readonly type: 'go-on' }
  | { readonly type: 'reply'; readonly reply: Reply }
  | { readonly type: 'silence'; readonly cut: boolean }

const GARBAGE =
  '<!doctype html><html><head><title>Welcome</title></head><body>Please log in to the Wi-Fi.</body></html>'
const GO_ON: Before = { type: 'go-on' }

/** True when the server acts on the fault itself; others are handed to the service. */
export function isCommonFault(fault: FaultAction | undefined): boolean {
  return fault !== undefined && COMMON_FAULTS.includes(fault.type)
}

/** Acts on faults that come before the effect. Rejects only when `signal` ends a delay. `worded` gives the vendor's error for a status. */
export async function actBefore(
  fault: FaultAction | undefined,
  worded: (status: number) => Reply,
  { signal }: { readonly signal: AbortSignal },
): Promise<Before> {
  if (fault === undefined) return GO_ON
  switch (fault.type) {
    case 'status':
      return { type: 'reply', reply: statusReply(fault, worded) }
    case 'plain-error':
      return { type: 'reply', reply: plainReply(fault) }
    case 'garbage':
      return {
        type: 'reply',
        reply: { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: GARBAGE },
      }
    case 'hang':
      return { type: 'silence', cut: false }
    case 'cut':
      return { type: 'silence', cut: true }
    case 'delay':
      await delay(integerOf(fault, 'ms') ?? 0, undefined, { signal })
      return GO_ON
    default:
      return GO_ON
  }
}

/** How the answer breaks after the effect. */
export function breakageOf(fault: FaultAction | undefined): Breakage {
  if (fault?.type === 'lose-answer') return 'all'
  return fault?.type === 'cut-body' ? 'half' : 'none'
}

function statusReply(fault: FaultAction, worded: (status: number) => Reply): Reply {
  const status = integerOf(fault, 'status') ?? 500
  const usual = worded(status)
  return {
    status,
    headers: { ...usual.headers, ...headersOf(fault) },
    body: fault['body'] ?? usual.body,
  }
}

function plainReply(fault: FaultAction): Reply {
  return {
    status: integerOf(fault, 'status') ?? 500,
    headers: headersOf(fault),
    body: stringOf(fault, 'body') ?? 'Internal Server Error',
  }
}

function headersOf(fault: FaultAction): Record<string, string> {
  return stringsOf(objectOf(fault, 'headers') ?? {})
}
