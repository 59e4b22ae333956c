/** What a `TaskSource`, its `TaskBoard` and its `RowCheck` promise, whoever implements them. */
import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import { ServiceFailure } from '../../src/kernel/service-failure.ts'
import type { PickUpRequest, ServiceCall, TaskBoard, TaskSource } from '../../src/roles/task-source.ts'
import type { Store } from '../../src/store/index.ts'
import { dumpStore } from '../support/books.ts'
import { aRun } from '../support/store.ts'
import { finishRun } from './support/finished-run.ts'

/** An implementer, with the service behind it and the person who sits before the board. */
export interface TaskSourceBench {
  readonly source: TaskSource
  readonly store: Store
  readonly storeFile: string
  readonly call: (dryRun?: boolean) => ServiceCall
  /** The same store with a credential that opens another account. */
  readonly elsewhere: () => Promise<TaskSource>
  /** The person adds a row, made on that day of the month, and asks for the work; its id. */
  readonly add: (title: string, day: number) => Promise<string>
  /** The person puts an end to the work on a row. */
  readonly putAnEnd: (pageId: string) => Promise<void>
  /** The person writes over something that we wrote. */
  readonly writeOver: (pageId: string) => Promise<void>
  /** From now on the service refuses to give this row, or, without one, does not work at all. */
  readonly breakDown: (pageId?: string) => Promise<void>
  readonly mend: () => Promise<void>
  /** Writes to the service what waits in the store. */
  readonly deliver: () => Promise<void>
  /** How many writes the service took from us. */
  readonly writes: () => Promise<number>
}

type Take = PickUpRequest['take']

/** Checks it; `make` opens one that was never set up, on a service and a store of its own, for each test. */
export function describeTaskSource(name: string, make: () => Promise<TaskSourceBench>): void {
  const opened = async (): Promise<TaskSourceBench & { readonly board: TaskBoard }> => {
    const bench = await make()
    await bench.source.setUp(bench.call(), {})
    return { ...bench, board: await boardOf(bench) }
  }
  describe(`the contract of a task source: ${name}`, () => {
    test('before it is set up there is no board', async () => {
      const { source, call } = await make()
      expect(await source.board(call())).toBe(null)
    })

    test('a dry set-up tells what it would make, and does nothing, here or there', async () => {
      const { source, call, writes, storeFile } = await make()
      const before = stored(storeFile)
      const done = await source.setUp(call(true), {})
      expect(done.dryRun).toBe(true)
      expect(new Set(done.steps.map(({ did }) => did))).toEqual(new Set(['would make']))
      expect([await writes(), stored(storeFile), await source.board(call())]).toEqual([0, before, null])
    })

    test('a set-up that is repeated finds what it made, and writes nothing', async () => {
      const { source, call, writes } = await make()
      const made = await source.setUp(call(), {})
      expect(new Set(made.steps.map(({ did }) => did))).toEqual(new Set(['made']))
      expect(made.workspace).not.toBe('')
      const before = await writes()
      const found = await source.setUp(call(), {})
      expect(found).toEqual({ ...made, steps: made.steps.map(step => ({ ...step, did: 'found' })) })
      expect(await writes()).toBe(before)
    })

    test('a board is the same one within a call, and another one in another', async () => {
      const { source, call } = await opened()
      const one = call()
      const [first, second] = await Promise.all([source.board(one), source.board(one)])
      expect(first).not.toBe(null)
      expect([second === first, (await source.board(one)) === first]).toEqual([true, true])
      expect((await source.board(call())) === first).toBe(false)
    })

    test('another account is refused as a matter of configuration, by the board and by a set-up', async () => {
      const { elsewhere, call, writes } = await opened()
      const other = await elsewhere()
      const before = await writes()
      for (const ask of [async () => other.board(call()), async () => other.setUp(call(), {})]) {
        const error: unknown = await ask().catch((thrown: unknown) => thrown)
        expect(error instanceof AppError && error.kind).toBe('config')
      }
      expect(await writes()).toBe(before)
    })

    test('where nobody tells whose account it is, that is a failure of the service, and is asked again', async () => {
      const { elsewhere, call, breakDown, mend } = await opened()
      const other = await elsewhere()
      const one = call()
      await breakDown()
      await expect(other.board(one)).rejects.toBeInstanceOf(ServiceFailure)
      await mend()
      await expect(other.board(one)).rejects.toBeInstanceOf(AppError)
    })

    test('rows are taken oldest first, as many as are asked for, each told at once, and none twice', async () => {
      const { board, add, store } = await opened()
      for (const day of [2, 3, 1]) await add(`Note ${day}`, day)
      const heard: string[] = []
      const pickUp = async (limit: number | null): Promise<string[]> => {
        const { picked, failed, unreachable, busy, complete } = await board.pickUp({
          limit,
          take: async (page, flaw) => {
            heard.push(`${page.title} ${flaw}`)
            return taking(store)(page, flaw)
          },
          arrived: () => void heard.push('arrived'),
        })
        expect({ failed, unreachable, busy, complete }).toEqual(FINE)
        return picked.map(({ title }) => title)
      }
      expect(await pickUp(2)).toEqual(['Note 1', 'Note 2'])
      expect(heard).toEqual(['Note 1 null', 'arrived', 'Note 2 null', 'arrived'])
      expect([await pickUp(null), await pickUp(null)]).toEqual([['Note 3'], []])
    })

    test('a row that another process was quicker with is not among those that were picked up', async () => {
      const { board, add } = await opened()
      await add('Note', 1)
      const arrived: string[] = []
      const quicker: Take = async () => null
      const got = await board.pickUp({ limit: null, take: quicker, arrived: () => void arrived.push('one') })
      expect([got.picked, got.failed, arrived]).toEqual([[], [], []])
    })

    test('in a dry run rows are shown, and nothing is written', async () => {
      const bench = await opened()
      const pageId = await bench.add('Note', 1)
      const before = [await bench.writes(), stored(bench.storeFile)]
      const board = await boardOf(bench, bench.call(true))
      const costs: Take = async () => ({ runId: null, atMostUsd: '0.01' })
      const { picked } = await board.pickUp({ limit: null, take: costs, arrived: () => undefined })
      expect(picked).toEqual([{ pageId, title: 'Note', runId: null, atMostUsd: '0.01' }])
      expect([await bench.writes(), stored(bench.storeFile)]).toEqual(before)
    })

    test('a row that cannot be read is told, and the others are taken', async () => {
      const { board, add, store, breakDown } = await opened()
      const refused = await add('Refused', 1)
      await add('Note', 2)
      await breakDown(refused)
      const { picked, failed } = await pickUpAll(board, store)
      expect(picked.map(({ title }) => title)).toEqual(['Note'])
      expect(failed).toEqual([{ id: refused, kind: 'provider', message: TEXT, next: TEXT }])
    })

    test('a service that does not work is told, not thrown', async () => {
      const { board, add, store, breakDown, mend } = await opened()
      await add('Note', 1)
      await breakDown()
      const { picked, unreachable } = await pickUpAll(board, store)
      expect(picked).toEqual([])
      expect(unreachable).toMatchObject({ errorClass: TEXT, message: TEXT, next: TEXT })
      await mend()
      expect((await pickUpAll(board, store)).picked).toHaveLength(1)
    })

    test('a run that a person has put an end to is withdrawn; others are not', async () => {
      const { board, add, store, deliver, putAnEnd } = await opened()
      const [ended, other] = [await add('Ended', 1), await add('Other', 2)]
      await pickUpAll(board, store)
      await deliver()
      await putAnEnd(ended)
      expect([await board.withdrawn(ended, 0), await board.withdrawn(other, 0)]).toEqual([true, false])
    })

    test('a run is not withdrawn where nobody can tell', async () => {
      const { board, add, store, deliver, putAnEnd, breakDown } = await opened()
      const pageId = await add('Note', 1)
      await pickUpAll(board, store)
      await deliver()
      await putAnEnd(pageId)
      await breakDown()
      expect(await board.withdrawn(pageId, 0)).toBe(false)
      expect(await board.withdrawn('5eed0000-0000-4000-8000-000000000000', 0)).toBe(false)
    })

    test('what differs from the store is found, and nothing once it is written again', async () => {
      const { board, add, store, deliver, writeOver } = await opened()
      const pageIds = [await add('Note 1', 1), await add('Note 2', 2)]
      await pickUpAll(board, store)
      for (const _ of pageIds) await finishRun(store)
      await deliver()
      expect(await board.compare(10)).toMatchObject({ compared: 2, older: 0, drifts: [] })
      for (const pageId of pageIds) await writeOver(pageId)
      expect(await board.compare(1)).toMatchObject({ compared: 1, older: 1, drifts: [{ title: 'Note 2' }] })
      const { drifts, again, counts } = await board.compare(10)
      expect(drifts).toMatchObject([
        { title: 'Note 2', mendable: true, store: TEXT, what: TEXT },
        { title: 'Note 1', mendable: true, store: TEXT, what: TEXT },
      ])
      expect(counts).toEqual({ pages: 2, rows: 0, lost: 0 })
      for (const one of again) await store.rebuild.again(one)
      await deliver()
      expect(await board.compare(10)).toMatchObject({ compared: 2, drifts: [] })
    })

    test('a comparison stops early when told to, and throws where the service does not answer', async () => {
      const bench = await opened()
      await bench.add('Note', 1)
      await pickUpAll(bench.board, bench.store)
      const stopped = await boardOf(bench, { ...bench.call(), stop: AbortSignal.abort() })
      expect(await stopped.compare(10)).toMatchObject({ compared: 0, older: 1, drifts: [] })
      await bench.breakDown()
      await expect(bench.board.compare(10)).rejects.toBeInstanceOf(ServiceFailure)
    })
  })
}

const FINE = { failed: [], unreachable: null, busy: null, complete: true }
const TEXT: unknown = expect.stringMatching(/\S/)

async function boardOf({ source, call }: TaskSourceBench, of = call()): Promise<TaskBoard> {
  const board = await source.board(of)
  if (board === null) throw new Error('there is no board')
  return board
}

/** All that the store holds but how fast the service was asked. */
function stored(file: string): unknown {
  const { rate_buckets: _, ...rest } = dumpStore(file)
  return rest
}

function taking(store: Store): Take {
  return async row => {
    const taken = await store.pickUps.pickUp({ ...row, price: null }, aRun({ cause: 'tick' }))
    return taken.kind === 'queued' ? { runId: taken.runId, atMostUsd: null } : null
  }
}

async function pickUpAll(board: TaskBoard, store: Store): ReturnType<TaskBoard['pickUp']> {
  return board.pickUp({ limit: null, take: taking(store), arrived: () => undefined })
}
