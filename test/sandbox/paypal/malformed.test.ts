/** Calls as no program should make them: each is refused in PayPal's shape, and none shows a bug of the sandbox. */
import { assert, asyncProperty, constant, constantFrom, object, oneof, string } from 'fast-check'
import { expect, test } from 'vitest'
import { MOVES } from '../../../src/sandbox/paypal/disputes.ts'
import { pay } from './support/pay.ts'
import { paypalServer } from './support/server.ts'

const VALUES = [
  '',
  '0',
  '-1',
  'x',
  '1e9',
  '2026-99-99T99:99:99Z',
  '%00',
  'null',
  '99999999999999999999',
  '{"a":1}',
]

test('odd parameters of the query are taken or refused', async () => {
  const server = await paypalServer()
  await pay(server)
  const names =
    'start_date end_date page page_size fields transaction_id start_time end_time update_time_after next_page_token dispute_state'.split(
      ' ',
    )
  const range = 'start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00Z'
  const paths = [
    '/v1/customer/disputes?',
    `/v1/reporting/transactions?${range}&`,
    '/v1/reporting/transactions?',
  ]
  for (const path of paths) {
    for (const name of names) {
      for (const value of VALUES) {
        const answer = await server.get(`${path}${name}=${encodeURIComponent(value)}`)
        expect(answer.status, `${path}${name}=${value}`).toBeLessThan(500)
      }
    }
  }
})

test('disputes take no size of a page that is none', async () => {
  const server = await paypalServer()
  for (const size of ['0', '-1', 'x', '1.5', '1000']) {
    expect((await server.get(`/v1/customer/disputes?page_size=${size}`)).status, size).toBe(400)
  }
})

test('odd bodies are refused with 400, 404 or 422', { timeout: 60_000 }, async () => {
  const server = await paypalServer()
  const { capture, order } = await pay(server)
  const paths = [
    '/v2/checkout/orders',
    `/v2/checkout/orders/${order}/capture`,
    `/v2/payments/captures/${capture}/refund`,
  ]
  const wrong = {
    maxDepth: 3,
    maxKeys: 4,
    key: constantFrom('intent', 'amount', 'value', 'purchase_units', 'x'),
  }
  const body = oneof(
    object(wrong).map(given => JSON.stringify(given)),
    string(),
    constant('[[['),
  )
  const call = asyncProperty(constantFrom(...paths), body, async (path, text) => {
    const answer = await server.post(path, text, null)
    // An empty body is a whole refund, and a second one is refused.
    expect([201, 400, 404, 422], `${path} ${text}`).toContain(answer.status)
    expect(answer.body['name'] ?? answer.body['id']).toBeDefined()
  })
  await assert(call, { seed: 7, numRuns: 300 })
})

test('odd acts of people are refused, and change nothing', async () => {
  const server = await paypalServer()
  const { capture } = await pay(server)
  const before = await server.ledger()
  const acts: readonly (readonly [string, Record<string, unknown>])[] = [
    ['approve', { order: 'none' }],
    ['approve', { order: 'none', payer: 'nobody' }],
    ['capture-end', { capture, how: 'completed' }],
    ['refund', { capture, value: '-1' }],
    ['refund-end', { refund: 'none', how: 'failed' }],
    ['dispute', { capture, kind: 'other' }],
    ...MOVES.map(how => ['dispute-move', { dispute: 'none', how }] as const),
    ['withdraw', { value: '1.001' }],
    ['endpoint', { url: 'ftp://x' }],
    ['endpoint-remove', { endpoint: 'none' }],
    ['certificate', { kind: 'other' }],
    ['lag', { seconds: -1 }],
    ['clock', { seconds: 1e15 }],
    ['webhooks-resend', { event: 'none' }],
  ]
  for (const [act, given] of acts) {
    await expect(server.hand(act, given), act).rejects.toThrow(
      /is one of|whole number|No webhook|INVALID|DECIMAL|CANNOT|CAPTURE_IS/,
    )
  }
  expect(await server.ledger()).toEqual(before)
})
