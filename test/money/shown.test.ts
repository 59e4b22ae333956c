/** What people are shown of what was paid. */
import { expect, test } from 'vitest'
import { clientShow } from '../../src/operations/client/show.ts'
import type { OperationOf } from '../../src/operations/define.ts'
import { explain } from '../../src/operations/explain.ts'
import { paymentsList } from '../../src/operations/payments/list.ts'
import { paymentsShow } from '../../src/operations/payments/show.ts'
import { taskShow } from '../../src/operations/task/show.ts'
import { plainText } from '../support/plain.ts'
import { CALL, realSession } from '../support/session.ts'
import { billed, paidAt, refunded } from '../store/support/billed.ts'
import { openShop } from './support/shop.ts'

test('a payment is found by any id, and told with what went back', async () => {
  const { files, store, session } = await openShop()
  const task = await billed(store, files.path)
  const facts = paidAt(task, { refunds: [refunded(900)] })
  const { id } = await store.payments.record('stripe', facts, { by: 'scan', askedMs: 1 })
  await store.accounts.bind({ service: 'stripe', identity: 'a test', label: 'a', credential: 'c' }, false)
  const shown = async <T>(
    operation: OperationOf<T>,
    input: Readonly<Record<string, unknown>>,
  ): Promise<string> => {
    const opened = realSession(session)
    try {
      return plainText(operation.render((await opened.run(operation, input, CALL)).result))
    } finally {
      opened.close()
    }
  }
  const told = '49.00 EUR paid, test, 9.00 EUR refunded'
  expect(await shown(paymentsList, { limit: 9 })).toContain('paid, test, 9.00 EUR refunded')
  for (const one of [id, facts.id, 're_900', task.taskId, task.billId, task.linkId, task.outsideLinkId]) {
    const text = await shown(paymentsShow, { id: one })
    expect(text, one).toContain(facts.id)
    expect(text, one).toContain('9.00 EUR succeeded: requested_by_customer')
    expect(await shown(explain, { id: one }), one).toContain(task.runId)
  }
  expect(await shown(taskShow, { id: task.taskId })).toContain(`${told} ${id}`)
  expect(await shown(clientShow, { client: 'Acme' })).toContain(`${told} ${id}`)
})
