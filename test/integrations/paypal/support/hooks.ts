/** Webhooks as PayPal's stand-in sends them. */
import { expect } from 'vitest'
import type { WebhookArrival } from '../../../../src/roles/webhook-reader.ts'
import { pay } from '../../../sandbox/paypal/support/pay.ts'
import type { PayPalServer } from '../../../sandbox/paypal/support/server.ts'
import { httpServer, type Arrived } from '../../../support/servers.ts'

/** What came, which can be changed. */
export interface Hook {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** The webhooks of a payment: approved, captured, completed. */
export async function paidHooks(server: PayPalServer): Promise<readonly Hook[]> {
  const inbox = await httpServer(response => response.end())
  const { id } = await server.hand('endpoint', { url: inbox.url })
  await pay(server)
  await expect.poll(() => inbox.arrived.length).toBe(3)
  await server.hand('endpoint-remove', { endpoint: id })
  return inbox.arrived.map(hookOf)
}

function hookOf({ body, headers }: Arrived): Hook {
  const named = headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as const] : [],
  )
  return { body: Buffer.from(body, 'latin1'), headers: Object.fromEntries(named) }
}

/** The same as it comes in at an instant. */
export function arrivalOf({ body, headers }: Hook, atMs = Date.now()): WebhookArrival {
  return { body, header: name => headers[name] ?? null, atMs }
}

/** A hook with other headers. */
export function withHeaders(hook: Hook, headers: Readonly<Record<string, string>>): Hook {
  return { ...hook, headers: { ...hook.headers, ...headers } }
}
