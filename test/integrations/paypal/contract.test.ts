/** What we send to PayPal and read of it, against PayPal's own description of its API. */
import { expect, test } from 'vitest'
import { contractProxy, NO_CONTRACT_TOOL } from '../../support/contract.ts'
import { anOrder } from '../../roles/payment-provider-contract.ts'
import { paypalBench, SECRETS } from '../../roles/support/paypal.ts'

test('proofs, links, captures, refunds and disputes keep to the contract of PayPal', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const { server, open, call, proofsOf } = await paypalBench()
  const proxy = await contractProxy('paypal', server.url)
  await server.hand('endpoint', { url: 'http://127.0.0.1:9/webhook/paypal' })
  const service = await open(SECRETS, proxy.url)
  expect((await proofsOf(service)).map(({ outcome }) => outcome)).toEqual(['proved', 'proved'])
  const provider = await service.roles.paymentProvider?.provider(call())
  if (provider?.capture === undefined || provider.capture === null) throw new Error('it captures nothing')
  const { id } = await provider.createLink(anOrder())
  await server.hand('approve', { order: id })
  const { payments } = await provider.capture(id, `${id}/capture`, anOrder().amount)
  const [capture] = payments
  await server.hand('refund', { capture: capture?.id, value: '1.00' })
  await server.hand('dispute', { capture: capture?.id, kind: 'claim' })
  expect(await provider.showLink(id)).toMatchObject({
    state: 'paid',
    payments: [{ refunds: [{ state: 'succeeded' }], disputes: [{ state: 'needs_response' }] }],
  })
  const other = await provider.createLink(anOrder({ key: 'bill_2/payment-link/1', mayBeMade: true }))
  expect(await provider.closeLink(other.id)).toMatchObject({ state: 'closed' })
  expect(proxy.violations.filter(({ severity }) => ['error', 'warn'].includes(severity))).toEqual([])
  expect(proxy.counts()['requests']).toBeGreaterThan(10)
})
