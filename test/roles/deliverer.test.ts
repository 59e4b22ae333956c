/** Every implementer of `Deliverer`: Notion's. */
import { BOARD_EFFECTS, type StatusRow } from '../../src/domain/board-effects.ts'
import { newClient } from '../../src/domain/client.ts'
import { aPage, aRun } from '../support/store.ts'
import { describeDeliverer } from './deliverer-contract.ts'
import { finishRun } from './support/finished-run.ts'
import { notionBench, REQUESTS_PER_SECOND } from './support/notion.ts'

const A_STATUS: StatusRow = {
  atMs: Date.parse('2026-11-25T12:00:00Z'),
  ok: true,
  jobs: 1,
  averageScore: 90,
  lowScores: 0,
  commit: 'c0ffee000000',
  branch: 'main',
  notes: 'all checks ok',
}

describeDeliverer('Notion', async () => {
  const bench = await notionBench()
  const { board, store, clock, call } = bench
  const service = await bench.open()
  await service.roles.taskSource?.setUp(call(), {})
  const pageId = await board.add({ 'Task Name': 'Note' })
  const client = await board.add({ 'Client Name': 'Acme' }, { source: 'Clients' })
  const clientRow = { ...newClient('Acme'), pageId: client }
  const price = { currency: 'USD', minor: 4990 }
  await store.pickUps.pickUp({ ...aPage(pageId), clientRow, price }, aRun({ cause: 'tick' }))
  await finishRun(store)
  await store.operate.recordHeartbeat('notion', A_STATUS)
  const deliverer = await service.deliverer?.(call())
  if (deliverer === undefined || deliverer === null) throw new Error('it opened no deliverer')
  return {
    deliverer,
    store,
    clock,
    kinds: BOARD_EFFECTS.map(({ kind }) => kind),
    befall: async (trouble, which) => {
      if (which === 'every') return bench.befall(trouble)
      await bench.befall(trouble, { method: 'PATCH' })
      await bench.befall(trouble, { method: 'POST', path: '/v1/pages' })
    },
    mend: async () => board.disarm(),
    standing: async () => {
      const { cells } = await board.row(pageId)
      const results = await board.containers(pageId)
      const rows = [...(await board.rows('Automation Log')), ...(await board.rows('Job Log'))]
      const beats = await board.rows('Status')
      return [
        `page ${String(cells['Status'])} ${String(cells['Trigger'])} ${String(cells['QA Score'])}`,
        ...results.map(({ letters }) => `result ${letters}`),
        ...rows.map(row => `row ${String(row.cells['Status'])}`),
        `client ${String((await board.row(client)).cells['Revenue USD'])}`,
        ...beats.map(row => `status ${String(row.cells['Name'])}`),
      ]
    },
    place: pageId,
    throwAway: async () => board.edit(pageId, { in_trash: true }),
    useUp: async () =>
      void (await store.rates.take(deliverer.service, 100 * REQUESTS_PER_SECOND, REQUESTS_PER_SECOND)),
  }
})
