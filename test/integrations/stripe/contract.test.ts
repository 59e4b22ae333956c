/** What we send to Stripe and read of it, against Stripe's own description of its API. */
import { expect, test } from 'vitest'
import { contractProxy, NO_CONTRACT_TOOL } from '../../support/contract.ts'
import { TEST_KEY } from '../../../src/sandbox/stripe/identity.ts'
import { anOrder } from '../../roles/payment-provider-contract.ts'
import { stripeBench } from '../../roles/support/stripe.ts'

test('proof, links, their states and their end keep to the contract of Stripe', async ({ skip }) => {
  skip(NO_CONTRACT_TOOL !== null, NO_CONTRACT_TOOL ?? '')
  const { server, open, call, proofOf } = await stripeBench()
  const proxy = await contractProxy('stripe', server.url)
  const service = await open(TEST_KEY, proxy.url)
  expect(await proofOf(service)).toMatchObject({ outcome: 'proved' })
  const provider = await service.roles.paymentProvider?.provider(call())
  if (provider === undefined) throw new Error('it takes no payments')
  const paid = await provider.createLink(anOrder())
  const { id: debit } = await server.hand('open', { link: paid.id })
  await server.hand('pay', { session: debit, method: 'pm_usBankAccount_processing' })
  expect(await provider.showLink(paid.id)).toMatchObject({ state: 'pending' })
  const other = await provider.createLink(anOrder({ key: 'bill_2/payment-link/1', mayBeMade: true }))
  await server.hand('open', { link: other.id })
  expect(await provider.closeLink(other.id)).toMatchObject({ state: 'closed' })
  expect(proxy.violations.filter(({ severity }) => ['error', 'warn'].includes(severity))).toEqual([])
  expect(proxy.counts()['requests']).toBeGreaterThan(10)
})
