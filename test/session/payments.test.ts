/** The services that take payments, as an operation is connected to them. */
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { document } from '../../src/kernel/document.ts'
import { defineOperation } from '../../src/operations/define.ts'
import { LIVE_KEY, TEST_KEY } from '../../src/sandbox/stripe/identity.ts'
import { CALL, realSession } from '../support/session.ts'
import { testStore } from '../support/store.ts'

const names = defineOperation({
  path: ['names'],
  summary: 'Name the services that take payments',
  input: {},
  needs: { payments: 'optional' },
  access: 'read',
  scope: 'read',
  run: async ({ payments }) =>
    payments.ok ? payments.value.map(({ service }) => service) : payments.error.message,
  render: () => document(),
})

async function namesIn(stateDir: string, env: Record<string, string>): Promise<unknown> {
  const session = realSession({ stateDir, env })
  onTestFinished(() => session.close())
  return (await session.run(names, {}, CALL)).result
}

test('those that have a credential take payments; an operation that may do without goes on without', async () => {
  const files = testStore()
  const store = files.open('first')
  const stateDir = dirname(files.path)
  expect(await namesIn(stateDir, {})).toEqual([])
  expect(await namesIn(stateDir, { STRIPE_SECRET_KEY: TEST_KEY })).toEqual(['stripe'])
  const account = { service: 'stripe', identity: 'acct_1 test', label: 'acct_1, test mode', credential: 'c' }
  await store.accounts.bind(account, false)
  expect(await namesIn(stateDir, { STRIPE_SECRET_KEY: LIVE_KEY })).toContain('is one of live mode')
})
