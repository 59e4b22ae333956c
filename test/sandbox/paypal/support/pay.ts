/** What the tests pay for. */
import { isObject, stringOf, type JsonObject } from '../../../../src/sandbox/lib/json.ts'
import type { Api, Answer, PayPalServer } from './server.ts'

/** What to make an order with. */
export function orderFor(value = '10.00', currency_code = 'USD', unit: JsonObject = {}): JsonObject {
  const purchase_units = [
    { amount: { currency_code, value }, custom_id: 'run_1', description: 'Blog post', ...unit },
  ]
  const application_context = {
    return_url: 'https://shop.example/thanks',
    cancel_url: 'https://shop.example/no',
  }
  return { intent: 'CAPTURE', purchase_units, application_context }
}

/** The text of a member of an answer. */
export function textIn(answer: { readonly body: JsonObject }, name: string): string {
  return stringOf(answer.body, name) ?? ''
}

/** Makes an order; its id. */
export async function makeOrder(api: Api, given: JsonObject = orderFor()): Promise<string> {
  return textIn(await api.post('/v2/checkout/orders', given), 'id')
}

/** Captures an order. */
export async function capture(api: Api, order: string, requestId?: string): Promise<Answer> {
  return api.post(`/v2/checkout/orders/${order}/capture`, {}, requestId)
}

/** An order that is made, approved and captured: the ids of both. */
export async function pay(
  server: PayPalServer,
  { payer = 'ana', given = orderFor(), api = server }: { payer?: string; given?: JsonObject; api?: Api } = {},
): Promise<{ readonly order: string; readonly capture: string }> {
  const order = await makeOrder(api, given)
  await server.hand('approve', { order, payer })
  return { order, capture: captureIn(await capture(api, order)) }
}

/** The id of the capture in an order. */
export function captureIn({ body }: { readonly body: JsonObject }): string {
  return stringOf(partIn(body, 'purchase_units', 0, 'payments', 'captures', 0), 'id') ?? ''
}

/** What lies at a path within a body. */
export function partIn(body: unknown, ...path: readonly (string | number)[]): JsonObject {
  let part: unknown = body
  for (const step of path) {
    if (Array.isArray(part) && typeof step === 'number') part = part[step]
    else part = isObject(part) ? part[String(step)] : undefined
  }
  return isObject(part) ? part : {}
}

/** The issues that an error names. */
export function issuesIn({ body }: { readonly body: JsonObject }): readonly string[] {
  const details = Array.isArray(body['details']) ? body['details'].filter(isObject) : []
  return details.map(one => `${stringOf(one, 'issue') ?? ''} ${stringOf(one, 'field') ?? ''}`.trim())
}
