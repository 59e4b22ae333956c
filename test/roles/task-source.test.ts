/** Every implementer of `TaskSource`: Notion's. */
import { opened } from '../support/deliverers.ts'
import { expect, test } from 'vitest'
import { deliverDue } from '../../src/outbox/deliver.ts'
import { otherWorkspace } from '../integrations/notion/support/other-workspace.ts'
import { notionBench } from './support/notion.ts'
import { describeTaskSource } from './task-source-contract.ts'

describeTaskSource('Notion', async () => {
  const bench = await notionBench()
  const { board, store, clock, call } = bench
  const taskSourceAt = async (url?: string) => {
    const { taskSource } = (await bench.open(url)).roles
    if (taskSource === undefined || taskSource === null) throw new Error('it opened no task source')
    return taskSource
  }
  const service = await bench.open()
  return {
    source: await taskSourceAt(),
    store,
    storeFile: bench.storeFile,
    call,
    elsewhere: async () => taskSourceAt(await otherWorkspace(bench.url)),
    add: async (title, day) => {
      const created_time = `2026-11-0${day}T09:00:00Z`
      return board.add(
        { 'Task Name': title, Description: 'Write a note.' },
        { created_time, body: 'More of it.' },
      )
    },
    putAnEnd: async pageId => board.edit(pageId, { values: { Status: 'Cancelled' } }),
    writeOver: async pageId => board.edit(pageId, { values: { 'Result Summary': 'mine' } }),
    breakDown: async pageId =>
      pageId === undefined
        ? bench.befall('an error of its own')
        : bench.befall('a thing that is not there', { path: `/v1/blocks/${pageId}/*` }),
    mend: async () => board.disarm(),
    deliver: async () => {
      await clock.advance(3_600_000)
      const one = call()
      const deliverer = await service.deliverer?.(one)
      await deliverDue({ ...one, store, deliverers: opened(deliverer ? [deliverer] : []) })
    },
    writes: async () => (await board.writes()).length,
  }
})

test('what a call writes to the store is written by whoever made the call', async () => {
  const { store, url, open, call } = await notionBench()
  const actors: string[] = []
  const service = await open(url, { ...store, as: actor => (actors.push(actor), store.as(actor)) })
  await service.roles.taskSource?.setUp(call(), {})
  await service.roles.taskSource?.board({ ...call(), actor: 'bot:mara' })
  await service.deliverer?.({ ...call(), actor: 'cli:ana' })
  expect(actors).toEqual(['tester', 'bot:mara', 'cli:ana'])
})
