import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openEngine } from '../../src/store/engine.ts'
import { refuseForeign } from '../../src/store/migrate.ts'
import { dumpStore } from '../support/books.ts'
import { addTo, aRun, testStore } from '../support/store.ts'
import { aTask } from '../support/tasks.ts'
import { busyDay } from './support/busy-day.ts'

test('a change that is run twice, the first time undone, comes to the same as one that is run once', async () => {
  const once = testStore()
  await busyDay(once)
  const undone = new Error('undone')
  const transaction = Reflect.get(Database.prototype, 'transaction')
  const spy = vi.spyOn(Database.prototype, 'transaction').mockImplementation(function (
    this: Database.Database,
    work,
  ) {
    const inVain = (): void => {
      try {
        transaction.call(this, () => {
          work()
          throw undone
        })()
      } catch (error) {
        if (error !== undone) throw error
      }
    }
    return transaction.call(this, () => {
      // The schema is brought up once: it is no change of rows.
      if (this.pragma('user_version', { simple: true }) !== 0) inVain()
      return work()
    })
  })
  onTestFinished(() => spy.mockRestore())
  const twice = testStore()
  await busyDay(twice)
  expect(spy.mock.calls.length).toBeGreaterThan(30)
  expect(dumpStore(twice.path)).toEqual(dumpStore(once.path))
})

test('what reads changes nothing, whatever it is given', async () => {
  const files = testStore()
  await addTo(files.open('first'))
  const engine = openEngine(files.path, refuseForeign)
  onTestFinished(() => engine.close())
  for (const sql of ['DELETE FROM run_events', `UPDATE tasks SET title = '' RETURNING *`]) {
    expect(() => engine.get(sql)).toThrow('no reading')
    expect(() => engine.all(sql)).toThrow('no reading')
  }
  expect(engine.get('SELECT title FROM tasks')).not.toEqual({ title: '' })
})

test('one store serves several actors', async () => {
  const store = testStore().open('first')
  const ana = store.as('cli:ana')
  await ana.queue.pause('lunch')
  expect(await store.queue.paused()).toMatchObject({ actor: 'cli:ana' })
  const { taskId, runId } = await ana.tasks.add({ ...aTask(), title: 'x' }, aRun({ actor: 'chat:ben' }))
  await store.decisions.cancel(taskId, 'cli:ana')
  const actors = (await store.runs.events(runId)).map(({ actor }) => actor)
  expect(actors).toEqual(['chat:ben', 'cli:ana'])
})
