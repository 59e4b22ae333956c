import { expect, test } from 'vitest'
import { workOutcome, workQueue, type WorkReport } from '../../src/pipeline/work-report.ts'
import { dumpStore } from '../support/books.ts'
import { briefThat, REVISED_BRIEF } from '../support/tasks.ts'
import { workshop, type Workshop } from '../support/workshop.ts'

const STAGES = ['generate', 'judge', 'revise'] as const

async function work(shop: Workshop, dryRun = false): Promise<WorkReport> {
  return workQueue(shop.context, { stages: STAGES, dryRun, concurrency: 2 })
}

test('outcomes of tasks are data: all that was handled is fine', async () => {
  const shop = await workshop()
  for (const brief of [briefThat('score=95'), briefThat('refuse'), briefThat('score=10'), '']) {
    await shop.add({ brief })
  }
  const report = await work(shop)
  expect(report.runs.map(run => run.status).toSorted()).toEqual([
    'Done',
    'Failed-Final',
    'Failed-Final',
    'Waiting Human',
  ])
  expect(workOutcome(report)).toBe('ok')
})

test('nothing to do is fine', async () => {
  expect(workOutcome(await work(await workshop()))).toBe('ok')
})

test('a bad key with work waiting is a fault of the configuration, and named', async () => {
  const shop = await workshop({ key: 'sk-invalid-000000000000' })
  await shop.add()
  const report = await work(shop)
  expect(workOutcome(report)).toBe('config')
  expect(report.paused).toMatchObject([{ cause: 'credential', waiting: 1 }])
  expect(report.paused[0]?.reason).toContain('401')
})

test('a service that is down is busy; where some were done before, it is partial', async () => {
  const shop = await workshop()
  await shop.fault({ type: 'status', status: 503 }, { kind: 'generate' }, 6)
  await shop.add()
  await shop.add()
  await shop.add()
  const report = await workQueue(shop.context, { stages: STAGES, dryRun: false, concurrency: 1 })
  expect(workOutcome(report)).toBe('busy')
  expect(workOutcome({ ...report, runs: report.runs.map(run => ({ ...run, status: 'Done' })) })).toBe(
    'partial',
  )
})

test('a run that was broken by a defect is partial', async () => {
  const report = await work(await workshop())
  expect(workOutcome({ ...report, failed: [{ id: 'run_1', kind: 'bug', message: 'x' }] })).toBe('partial')
})

test('what waits is counted, by what it waits for', async () => {
  const shop = await workshop({ settings: { budget: { client_month_usd: 0.001 } } })
  await shop.add({ client: 'Acme' })
  await shop.fault({ type: 'status', status: 500 }, { kind: 'generate' }, 3)
  await shop.add()
  await work(shop)
  await shop.store.queue.pause('holiday')
  await shop.add()
  const report = await work(shop)
  expect(report.waiting).toEqual({ retrying: 1, held: 1, queued: 1 })
  expect(report.queuePaused).toBe('holiday')
})

test.each([
  { what: 'a good draft', brief: briefThat('score=95') },
  { what: 'a revision', brief: REVISED_BRIEF },
  { what: 'every revision and second judgement', brief: briefThat('score=79') },
])('a dry run tells the most it can cost, and changes nothing: $what', async ({ brief }) => {
  const shop = await workshop()
  const { taskId } = await shop.add({ brief })
  const before = dumpStore(shop.storeFile)
  const plan = await work(shop, true)
  expect(plan.runs).toMatchObject([{ taskId, status: 'Queued' }])
  expect(dumpStore(shop.storeFile)).toEqual(before)
  expect((await shop.server.ledger()).totals.calls).toBe(0)
  await work(shop)
  const { costNano } = await shop.task(taskId)
  expect(costNano).toBeGreaterThan(0)
  expect(costNano / 1e9).toBeLessThanOrEqual(Number(plan.runs[0]?.atMostUsd))
})
