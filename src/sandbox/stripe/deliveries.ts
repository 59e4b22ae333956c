/** Webhooks as they look: signed, and with thin events, which only say what to fetch. */
import { createHmac } from 'node:crypto'
import type { JsonObject } from '../lib/json.ts'
import type { Stored } from './model.ts'

/** `t=…,v1=…` over `<t>.<body>`. */
export function signature(secret: string, body: string, nowMs: number): string {
  const time = String(Math.floor(nowMs / 1000))
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`
}

const THIN = 'evt_test_'

/** The thin event that tells of the same change, as a webhook brings it and `/v2/core/events` has it. */
export function thinTwin({ id, type, livemode, created, data: { object } }: Stored<'event'>): JsonObject {
  const [kind, changed] = [String(object['object']), String(object['id'])]
  const url = `/v1/${kind.replace('.', '/')}s/${changed}`
  return {
    id: id.replace('evt_', THIN),
    object: 'v2.core.event',
    type: `v1.${type}`,
    livemode,
    created: new Date(created * 1000).toISOString(),
    related_object: { id: changed, type: kind, url },
    snapshot_event: id,
  }
}

/** The id of the snapshot of a thin event. */
export function snapshotOf(thinId: string): string {
  return thinId.replace(THIN, 'evt_')
}
