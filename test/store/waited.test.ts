/** Changes that waited for the lock judge leases by the time at which they have it. */
import { expect, test } from 'vitest'
import { seededRandom } from '../../src/commands/demo/seeded-random.ts'
import { EFFECT_KINDS } from '../../src/integrations/index.ts'
import { realFiles } from '../../src/kernel/real-world.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { addTo, claimFrom, testStore } from '../support/store.ts'

/** A store whose changes wait, as behind another process's transaction, until they are let through. */
function waitingStore(files: ReturnType<typeof testStore>): { store: Store; go: () => void } {
  const waiting: (() => void)[] = []
  let isOver = false
  const soon = (work: () => void): void => {
    if (isOver) queueMicrotask(work)
    else waiting.push(work)
  }
  const clock = { ...files.clock, soon }
  const store = openStore({
    kinds: EFFECT_KINDS,
    path: files.path,
    commit: 'c0ffee',
    actor: 'tester',
    programVersion: '0',
    world: {
      clock,
      random: seededRandom(99),
      files: realFiles(),
      processes: files.machine.process('second'),
    },
  })
  return {
    store,
    go: () => {
      isOver = true
      for (const work of waiting.splice(0)) work()
    },
  }
}

/** Longer than clocks may differ, shorter than a writer waits. */
const WAITED_MS = 6_000

test('a lock that a process elsewhere took meanwhile is not taken over', async () => {
  const files = testStore()
  const first = files.open('first')
  files.machine.move('first')
  const second = waitingStore(files)
  const asked = second.store.locks.hold('pick-up', async () => 'mine')
  await files.clock.advance(WAITED_MS)
  const end = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  const holding = first.locks.hold('pick-up', () => {
    taken.resolve()
    return end.promise
  })
  await taken.promise
  second.go()
  expect(await asked).toMatchObject({ kind: 'held' })
  end.resolve()
  await holding
})

test('a run that a process elsewhere claimed meanwhile is not taken back', async () => {
  const files = testStore()
  const first = files.open('first')
  const dead = files.open('dead')
  files.machine.move('first')
  const second = waitingStore(files)
  await addTo(first)
  await addTo(first)
  await claimFrom(dead)
  files.machine.kill('dead')
  const asked = second.store.claims.recover()
  // Its reading has found the dead owner, and its change waits.
  await Promise.resolve()
  await files.clock.advance(WAITED_MS)
  const { run } = await claimFrom(first)
  second.go()
  await asked
  expect(await second.store.runs.get(run.id)).toMatchObject({ owner: 'first' })
})
