/** Evidence about a dispute, of work that a row of the board asked for. */
import { beforeEach, expect, test } from 'vitest'
import { evidenceFacts } from '../../src/figures/evidence-facts.ts'
import { evidenceOf, type Evidence } from '../../src/figures/evidence.ts'
import type { Store } from '../../src/store/index.ts'
import { billed, disputed, eur, paidAt, type Billed } from '../store/support/billed.ts'
import { changeStore } from '../store/support/store-file.ts'
import { testStore, type TestStore } from '../support/store.ts'

let files: TestStore
let store: Store
let task: Billed

beforeEach(async () => {
  files = testStore()
  store = files.open('first')
  task = await billed(store, files.path)
})

/** Of the newest dispute in the books. */
async function evidence(facts = paidAt(task, { disputes: [disputed('needs_response')] })): Promise<Evidence> {
  await store.payments.record('stripe', facts, { by: 'scan', askedMs: files.clock.now() })
  const [payment] = await store.payments.list({ state: null, clientId: null, isDisputed: true, limit: 1 })
  const [dispute] = payment?.disputes ?? []
  if (payment === undefined || dispute === undefined) throw new Error('nothing is disputed')
  return evidenceOf(await evidenceFacts(store, payment, dispute), files.clock.now())
}

function textOf({ files: all }: Evidence, name: string): string {
  return all.find(file => file.name === name)?.text ?? ''
}

async function deliverAll(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    const effects = await store.outbox.claim('notion', 'all')
    if (effects.length === 0) return
    await store.outbox.delivered(effects, null, null)
  }
}

test('the delivery is shown by the write of the result that is proved, and is not proved before it', async () => {
  const before = await evidence()
  expect(textOf(before, '04-delivery.md')).toBe('')
  expect(before.notProved.join()).toContain('that the result was handed over')
  await deliverAll()
  const after = await evidence()
  expect(textOf(after, '04-delivery.md')).toMatch(/Written to notion, .*page-1.*, proved at 20.* \(eff_/)
  expect(after.notProved.join()).not.toContain('handed over')
})

test('the client is named by what is kept of it, and nothing tells what the work cost', async () => {
  const all = await evidence()
  expect(textOf(all, '01-payment.md')).toContain('Client: Acme, ana@acme.example')
  expect(JSON.stringify(all.files)).not.toMatch(/cost|nano|margin|cli:ana/i)
})

test('a payment that belongs to nothing says so', async () => {
  const stranger = { ...paidAt(task), id: 'pi_stranger', linkId: null, ids: {}, amount: eur(700) }
  const { files: all, notProved } = await evidence({ ...stranger, disputes: [disputed('needs_response')] })
  expect(all.map(({ name }) => name)).toEqual(['00-index.md', '01-payment.md'])
  expect(notProved[0]).toMatch(/belongs to no bill/)
})

test('a brief that was changed since, and a receipt whose seal is broken, are not proved', async () => {
  changeStore(
    files.path,
    `UPDATE tasks SET brief = 'another'; UPDATE receipts SET core = replace(core, 'run_', 'rum_')`,
  )
  const { notProved } = await evidence()
  expect(notProved.join('\n')).toMatch(/it was changed since[\s\S]*its seal is missing or broken/)
})
